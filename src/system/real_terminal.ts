import { FileError, MpmError } from "../errors.ts";
import { guard, problemOf } from "./real_errors.ts";
import { readStream } from "./real_stream.ts";
import type { Terminal } from "./system.ts";

/** The three standard streams. */
export const realTerminal: Terminal = {
  interactive: {
    stdin: Deno.stdin.isTerminal(),
    stdout: Deno.stdout.isTerminal(),
    stderr: Deno.stderr.isTerminal(),
  },
  columns() {
    try {
      return Deno.consoleSize().columns || 80;
    } catch {
      return 80; // no terminal on any stream
    }
  },
  out: (text) => print(Deno.stdout, text),
  err: (text) => print(Deno.stderr, text),
  readLine,
  readInput,
};

function print(
  stream: { writeSync(bytes: Uint8Array): number },
  text: string,
): boolean {
  const bytes = new TextEncoder().encode(text);
  let written = 0;
  try {
    while (written < bytes.length) {
      written += stream.writeSync(bytes.subarray(written));
    }
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return false;
    throw new FileError(problemOf(error), "write to", "the output", error);
  }
}

function readLine(): string | undefined {
  const bytes: number[] = [];
  const one = new Uint8Array(1);
  const next = () =>
    guard("read", "standard input", () => Deno.stdin.readSync(one));
  let ended = false;
  while (!(ended = next() === null) && one[0] !== 10) bytes.push(one[0]!);
  if (ended && bytes.length === 0) return undefined;
  return new TextDecoder().decode(new Uint8Array(bytes)).replace(/\r$/, "");
}

function readInput(limit: number): Uint8Array {
  return guard(
    "read",
    "standard input",
    () =>
      readStream(Deno.stdin, limit, () => {
        throw new MpmError("USAGE", `Standard input is over ${limit} bytes`);
      }),
  );
}
