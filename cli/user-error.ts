/**
 * What the user can mend: a file, an option, a machine that lacks something. Its message is printed as it is, without a
 * stack. Everything else that is thrown is a fault of ours, and the entry point says so.
 */
export class UserError extends Error {
  readonly exitCode: number;

  constructor(message: string, options: ErrorOptions & { exitCode?: number } = {}) {
    super(message, options);
    this.name = 'UserError';
    this.exitCode = options.exitCode ?? 1;
  }
}
