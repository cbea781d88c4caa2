/** A build that cannot go on. Its message names what failed. */
export class BuildError extends Error {
  override name = "BuildError";
  /** What to do next, one sentence or command. */
  readonly hint: string;

  constructor(message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.hint = hint;
  }
}

/** Tells the person at the terminal; stdout stays free for results. */
export function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
