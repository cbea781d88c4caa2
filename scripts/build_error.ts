/** A build that cannot continue. Its message names what failed. */
export class BuildError extends Error {
  override name = "BuildError";
  /** The next step: one sentence or command. */
  readonly hint: string;

  constructor(message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.hint = hint;
  }
}

/**
 * Runs a script's task; prints a {@link BuildError} and returns status 1 for
 * it.
 */
export async function exitStatus(task: () => Promise<number>): Promise<number> {
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    say(`Error: ${error.message}`);
    if (error.cause instanceof Error) say(`Caused by: ${error.cause.message}`);
    say(`Hint: ${error.hint}`);
    return 1;
  }
}

/**
 * Prints a line for the person at the terminal; stdout stays free for results.
 */
export function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
