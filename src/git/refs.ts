import { type Git, gitFailure } from "./run/git.ts";
import { decodeBytes, encodeText } from "./text.ts";

/** Object ids by name; `undefined` for a name that leads to nothing. */
export type Names = Map<string, string | undefined>;

/** The name of the current branch's upstream, resolved like any other. */
export const UPSTREAM = "@{upstream}";

/**
 * The id of the current branch's upstream under {@link UPSTREAM}, in one process
 * that waits for nothing.
 */
export async function resolveUpstream(git: Git): Promise<Names> {
  const answer = await git.run(["rev-parse", "--verify", "--quiet", UPSTREAM]);
  const id = decodeBytes(answer.stdout).trim();
  return new Map([[UPSTREAM, answer.status === 0 ? id : undefined]]);
}

/**
 * The full object id behind each name, in one process; `undefined` for a name
 * that is unknown or ambiguous. No name may hold a newline. Throws GIT_FAILED
 * where git does not answer.
 */
export async function resolveNames(
  git: Git,
  names: readonly string[],
): Promise<Names> {
  // A branch without an upstream makes git stop, so that one is asked last.
  const lines = names.filter((name) => name !== UPSTREAM);
  if (names.includes(UPSTREAM)) lines.push(UPSTREAM);
  const args = ["cat-file", "--batch-check=%(objectname)"];
  const result = await git.run(args, {
    stdin: encodeText(lines.map((line) => `${line}\n`).join("")),
  });
  const answers = decodeBytes(result.stdout).split("\n").slice(0, -1);
  const due = lines.at(-1) === UPSTREAM ? lines.length - 1 : lines.length;
  if (answers.length < due) throw gitFailure(args, result);
  return new Map(lines.map((line, at) => {
    const answer = answers[at] ?? ""; // none for a missing upstream
    return [line, /^[0-9a-f]{40,64}$/.test(answer) ? answer : undefined];
  }));
}
