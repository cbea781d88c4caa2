import { escapeLines, escapeText } from "../../base/escape.ts";
import { shellWord } from "../../base/shell.ts";
import { counted } from "../../base/words.ts";
import { evidenceLine } from "../../items/mod.ts";
import type { EvidenceResult } from "../commands/results.ts";

/**
 * The maximum number of lines of a command's output: after a failure, and after
 * a success.
 */
const LINES = { failed: 20, passed: 3 };

/** Returns the text of `mpm evidence`. */
export function evidenceText(result: EvidenceResult): string {
  const { dry_run: dry, evidence, chosen, ran, skipped } = result;
  if (dry) {
    const lines = [
      ...chosen.map((command) => `Would run ${escapeText(command)}`),
      ...skipped.map(skippedLine),
    ];
    return `${lines.join("\n") || "Nothing to run"}\n`;
  }
  const lines = [
    ...ran.flatMap(ranLines),
    ...skipped.map(skippedLine),
    ...ran.length + skipped.length > 0 ? [""] : [],
    ...headLines(result),
    ...evidence.flatMap((one) => [
      escapeText(evidenceLine(one)),
      ...one.claims.map((claim) => `  for: ${escapeText(claim)}`),
    ]),
    ...adviceLines(result),
    ...otherLines(result),
    "",
  ];
  return lines.join("\n");
}

function ranLines(
  { command, exit, outcome, milliseconds, output }:
    EvidenceResult["ran"][number],
): string[] {
  const seconds = (milliseconds / 1000).toFixed(1);
  const end = outcome === "timeout"
    ? "reached the time limit"
    : exit === 0
    ? "passed"
    : `failed with exit status ${exit}`;
  const most = exit === 0 ? LINES.passed : LINES.failed;
  const said = output.trimEnd().split("\n").slice(-most)
    .filter((line) => line.trim() !== "");
  return [
    `${escapeText(command)} ${end} (${seconds} s)`,
    ...said.map((line) => `  | ${escapeLines(line)}`),
  ];
}

function skippedLine({ command, reason }: EvidenceResult["skipped"][number]) {
  return `Not run: ${escapeText(command)} (${reason})`;
}

function headLines({ save, origin, evidence }: EvidenceResult): string[] {
  if (evidence.length === 0) {
    return [
      "No checks" + (save === null ? "" : ` in ${save}`) +
      ". They come from tests that ran in a conversation, and from " +
      '"verify" in "mpm pause --input".',
    ];
  }
  if (save === null) return [];
  const whose = origin === "foreign"
    ? " (from someone else, not verified)"
    : "";
  return [`Evidence in ${save}${whose}:`];
}

function otherLines({ others, evidence }: EvidenceResult): string[] {
  return others === 0 ? [] : [
    ...evidence.length > 0 ? [""] : [],
    `${counted(others, "other command")} ran: mpm evidence --all`,
  ];
}

/** Returns the advice for commands whose evidence does not hold. */
function adviceLines(
  { evidence, allowed, ran, origin }: EvidenceResult,
): string[] {
  const open = evidence.filter(({ state }) => state !== "holds")
    .map(({ command }) => command);
  const unknown = open.find((command) => !allowed.includes(command));
  if (unknown !== undefined) {
    // A command from someone else is never suggested.
    if (origin === "foreign") return [];
    const word = escapeText(shellWord(unknown));
    return ["", `To check again: mpm allow ${word}, then mpm evidence --run`];
  }
  return open.length > 0 && ran.length === 0
    ? ["", "To check again: mpm evidence --run"]
    : [];
}
