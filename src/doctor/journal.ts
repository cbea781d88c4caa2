import { attempt } from "../base/errors.ts";
import { counted } from "../base/words.ts";
import {
  dropTornLines,
  journalFile,
  type KnownEntry,
  readJournal,
  tornLines,
  userState,
} from "../ops/mod.ts";
import type { System } from "../system/system.ts";
import {
  type Checked,
  type CheckInput,
  failure,
  type Finding,
  lockedFix,
  unknown,
  warning,
} from "./check.ts";

/** Checks that the log can be read, and was written by this user. */
export function checkJournal(input: CheckInput): Checked {
  const { system, workspace } = input;
  const path = journalFile(system, workspace.root);
  const kind = system.files.lstat(path)?.kind ?? "file";
  if (kind !== "file") {
    const detail = `"${path}" is not a file: ${kind}`;
    const advice = "Move it elsewhere; mpm then starts a new log";
    return {
      summary: "not checked",
      found: [failure("CONFLICT", detail, { advice })],
    };
  }
  const entries = readJournal(system, workspace.root);
  return {
    summary: entries.length === 0
      ? "no operations yet"
      : counted(entries.length, "operation"),
    found: [...tornFindings(input), ...ownFindings(system, entries)],
  };
}

function tornFindings(input: CheckInput): Finding[] {
  const { system, workspace: { root } } = input;
  const count = tornLines(system, root).length;
  if (count === 0) return [];
  const lines = counted(count, "line");
  const detail =
    `${lines} of "${journalFile(system, root)}" cannot be read, probably ` +
    "after an interrupted write: their operations cannot be undone";
  const title = `Move ${lines} of the log that mpm cannot read to the trash`;
  return [warning(detail, { fix: lockedFix(input, title, dropTornLines) })];
}

function ownFindings(
  system: System,
  entries: readonly KnownEntry[],
): Finding[] {
  const count = entries.filter(({ own }) => !own).length;
  if (count === 0) return [];
  const problem = attempt(
    () => void userState(system),
    ({ message }) => `mpm cannot tell whether you wrote the log: ${message}`,
  );
  if (problem) return [unknown(problem, { advice: "Set HOME" })];
  const detail = `${counted(count, "operation")} in the log ` +
    `${count === 1 ? "was" : "were"} not written by you on this machine, or ` +
    `${count === 1 ? "was" : "were"} changed later: "mpm undo" skips them`;
  return [warning(detail, { advice: "mpm undo list" })];
}
