import { Command, CommanderError } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import type { Terminal } from './terminal.ts';
import { UserError } from './user-error.ts';

/** What a subcommand's file exports as `command`. */
export type SubcommandFile = { readonly command: (terminal: Terminal) => Command };

/** In the order in which `--help` shows them. Only the file of the one that is called is loaded. */
const subcommands: Readonly<Record<string, { readonly summary: string; load(): Promise<SubcommandFile> }>> = {
  up: { summary: 'start the stack: by Docker Compose where that works, else natively', load: () => import('./up.ts') },
  down: { summary: 'stop what `up` started', load: () => import('./down.ts') },
  check: { summary: 'say what is wrong with watchpost.yaml', load: () => import('./check.ts') },
  generate: { summary: 'write the configuration of every component', load: () => import('./generate.ts') },
  reload: { summary: 'make every running component take the configuration', load: () => import('./reload.ts') },
  plan: {
    summary: 'say who is paged for what, how soon, and what is silent meanwhile',
    load: () => import('./plan.ts'),
  },
  page: { summary: 'send a test page through every configured channel', load: () => import('./page.ts') },
  serve: { summary: 'run the probe service alone', load: () => import('./serve.ts') },
  demo: { summary: 'run the demo app', load: () => import('./demo.ts') },
};

const faultOfOurs = 70;

/** Runs one command line and returns the exit code: 0, 1 (what the user can mend), 2 (usage), 70 (a fault of ours). */
export async function main(
  args: readonly string[],
  terminal: Terminal,
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  try {
    const program = await build(args[0], terminal);
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof UserError) {
      terminal.complain(error.message);
      return error.exitCode;
    }
    terminal.complain(sayFault(error, Boolean(env.WATCHPOST_DEBUG)));
    return faultOfOurs;
  }
}

async function build(called: string | undefined, terminal: Terminal): Promise<Command> {
  const program = new Command('watchpost').description(
    'One watchpost.yaml in: running monitoring, pages within seconds.',
  );
  for (const [name, { summary, load }] of Object.entries(subcommands)) {
    const file = name === called ? await load() : undefined;
    const command = file ? file.command(terminal) : new Command(name);
    program.addCommand(quiet(command.summary(summary).description(summary), terminal));
  }
  return quiet(program, terminal).version(manifest.version).helpCommand(false).showSuggestionAfterError();
}

/** Commander throws instead of ending the process, and prints where we print. */
function quiet(command: Command, terminal: Terminal): Command {
  return command.exitOverride().configureOutput({
    writeOut: (text) => terminal.print(text.trimEnd()),
    writeErr: (text) => terminal.complain(text.trimEnd()),
  });
}

function sayFault(error: unknown, debug: boolean): string {
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? message) : message;
  return [
    `watchpost: a fault of watchpost itself, not of your files: ${message}`,
    debug
      ? causes(error, stack)
      : 'Please report it. With WATCHPOST_DEBUG=1 the same command prints where it happened.',
  ].join('\n');
}

function causes(error: unknown, stack: string): string {
  if (!(error instanceof Error) || error.cause === undefined) return stack;
  const cause = error.cause instanceof Error ? (error.cause.stack ?? error.cause.message) : String(error.cause);
  return `${stack}\ncaused by: ${causes(error.cause, cause)}`;
}
