/** Where a command prints. Handed to every subcommand, so that none of them knows the process it runs in. */
export interface Terminal {
  /** One or more whole lines to standard output. */
  print(text: string): void;
  /** One or more whole lines to standard error. */
  complain(text: string): void;
  /** Whether a person reads it who sees colours. */
  readonly colour: boolean;
}

export function processTerminal(): Terminal {
  return {
    print: (text) => void process.stdout.write(`${text}\n`),
    complain: (text) => void process.stderr.write(`${text}\n`),
    colour: Boolean(process.stdout.isTTY) && !process.env.NO_COLOR && process.env.TERM !== 'dumb',
  };
}

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;
export type Style = keyof typeof codes;

export function styled(terminal: Terminal, style: Style, text: string): string {
  return terminal.colour ? `\u001b[${codes[style]}m${text}\u001b[0m` : text;
}
