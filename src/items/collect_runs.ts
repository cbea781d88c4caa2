import { sha256 } from "../base/digest.ts";
import type { Ran, Said } from "../clients/mod.ts";
import { withoutPrivate } from "../secrets/mod.ts";
import type { Run } from "./item.ts";
import { isWorthRunning, verificationOf } from "./verification.ts";

/** The maximum number of verification commands, and of other commands. */
const MOST = { runs: 20, others: 10 };

/** Returns the last run of each command, newest first. */
export function runsOf(commands: readonly Ran[]): Run[] {
  const seen = new Set<string>();
  let [checks, others] = [0, 0];
  return commands.toReversed().flatMap((ran) => {
    const command = ran.command.trim();
    if (seen.has(command)) return [];
    seen.add(command);
    const known = verificationOf(command, ran.exit);
    const full = known ? checks >= MOST.runs : others >= MOST.others;
    if (full || !known && !isWorthRunning(command)) return [];
    if (known) checks++;
    else others++;
    return [runOf(ran, known)];
  });
}

function runOf(
  { command, exit, at, output, tree, doubt: reported }: Ran,
  known: ReturnType<typeof verificationOf>,
): Run {
  const doubt = reported ?? known?.doubt;
  return {
    command: command.trim(),
    kind: known?.kind ?? "other",
    exit: exit ?? null,
    at,
    tail: tailOf(output),
    digest: sha256(output),
    ...tree === undefined ? {} : {
      tree: {
        ...tree,
        ...tree.files === undefined ? {} : { files: [...tree.files] },
      },
    },
    ...doubt === undefined ? {} : { doubt },
  } as Run;
}

/** The maximum number of UTF-16 units to keep from the end of an output. */
const TAIL = 1200;

/** Returns whole lines from the end of an output. */
function tailOf(output: string): string {
  const text = withoutPrivate(output.trimEnd());
  if (text.length <= TAIL) return text;
  const end = text.slice(-TAIL);
  const line = end.indexOf("\n");
  return line < 0 ? end.replace(/^[\udc00-\udfff]/, "") : end.slice(line + 1);
}

/** Returns the commands that failed last, except verification commands. */
export function unresolved(commands: readonly Ran[]): Said[] {
  const last = commands.slice(-6);
  return last.filter(({ command, exit }, at) =>
    exit !== undefined && exit !== 0 &&
    verificationOf(command) === undefined && isWorthRunning(command) &&
    !last.slice(at + 1).some((one) => one.command === command)
  ).slice(-2).map(({ command, exit, output, at, key }) => ({
    at,
    key,
    text: `"${command.split("\n", 1)[0]}" ended with exit status ${exit}` +
      (output.trim() === "" ? "" : `:\n${tailOf(output).slice(-600)}`),
  }));
}
