import type { Git } from "./git.ts";
import { decodeBytes, encodeText } from "./text.ts";

/** The name of the current branch's upstream, resolved like any other. */
export const UPSTREAM = "@{upstream}";

/**
 * The full object id behind each name, in one process; `undefined` for a name
 * that is unknown or ambiguous. A name with a newline resolves to nothing.
 */
export async function resolveNames(
  git: Git,
  names: readonly string[],
): Promise<Map<string, string | undefined>> {
  // A branch without an upstream makes git stop, so that one is asked last.
  const lines = names.filter((name) => name !== UPSTREAM && !/\n/.test(name));
  if (names.includes(UPSTREAM)) lines.push(UPSTREAM);
  const { stdout } = await git.run(
    ["cat-file", "--batch-check=%(objectname)"],
    {
      stdin: encodeText(lines.map((line) => `${line}\n`).join("")),
    },
  );
  const answers = decodeBytes(stdout).split("\n");
  return new Map(lines.map((line, at) => {
    const answer = answers[at] ?? "";
    return [line, /^[0-9a-f]{40,64}$/.test(answer) ? answer : undefined];
  }));
}
