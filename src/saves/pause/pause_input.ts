import { resolve } from "@std/path";
import type { Context } from "../../cli/command.ts";
import { MpmError } from "../../base/errors.ts";
import { type Content, mergeContent } from "../content.ts";
import { contentOf, type PauseWords } from "../pause_content.ts";

/** The largest `--input`, in bytes. */
const INPUT_LIMIT = 16 * 1024 * 1024;

/** What is said of the session. Throws USAGE for an input that is none. */
export async function readContent(
  { system, folder }: Context,
  input: PauseWords & { readonly input: string | undefined },
): Promise<Content> {
  const typed = contentOf(input);
  if (input.input === undefined) return typed;
  // Loaded here: the schema library is no part of a plain pause.
  const { parseInput } = await import("../content_input.ts");
  const stdin = ["-", "/dev/stdin", "/dev/fd/0"].includes(input.input);
  if (!stdin && input.input.startsWith("/dev/fd/")) {
    throw new MpmError("USAGE", `Cannot read "${input.input}": it is a pipe`, {
      hint: "Pipe it into mpm and give --input -",
    });
  }
  const bytes = stdin
    ? system.terminal.readInput(INPUT_LIMIT)
    : system.files.readUpTo(resolve(folder, input.input), INPUT_LIMIT);
  const source = stdin ? "standard input" : `"${input.input}"`;
  const text = new TextDecoder().decode(bytes);
  return mergeContent(parseInput(text, source), typed);
}
