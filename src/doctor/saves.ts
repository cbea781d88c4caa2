import * as posix from "@std/path/posix";
import { attempt, MpmError } from "../base/errors.ts";
import {
  bounded,
  type Checked,
  type CheckInput,
  failure,
  type Finding,
  type Fix,
  lockedFix,
  NOTHING,
  unknown,
  warning,
} from "./check.ts";
import {
  type Checker,
  type Copies,
  copySaves,
  dueContentsIds,
  importCommand,
  inspect,
  type Inspected,
  isLog,
  isMaintained,
  lostRows,
  lostSaves,
  oldName,
  otherStores,
  pointedTo,
  readCopies,
  repairAll,
  type SaveEntry,
  uncopiedIds,
} from "../saves/mod.ts";
import { counted } from "../base/words.ts";
import { saveFiles } from "../ops/mod.ts";
import type { System } from "../system/system.ts";

/** Checks that every save is complete, and finds other files next to it. */
export async function checkSaves(input: CheckInput): Promise<Checked> {
  const { entries, unlisted, inspected } = input;
  // A log is not a save: nothing shows whether it is complete.
  const saves = entries.filter((entry) => !isLog(entry));
  const checker = await checkerFor(input, input.system);
  for (const [at, entry] of saves.entries()) {
    input.progress("Checking saves", at, saves.length);
    inspected.push(await inspect(checker, entry));
  }
  const bad = saves.filter((_, at) => isFaulty(inspected[at]!));
  const title =
    `Repair ${counted(bad.length, "save")} from undamaged copies, like ` +
    '"mpm saves verify --repair"';
  const fix = lockedFix(input, title, async (system) => {
    const rows = await repairAll(await checkerFor(input, system), bad);
    const left = rows.filter(({ state }) => state === "damaged")
      .map(({ session_id: id }) => id).join(", ");
    if (left === "") return;
    throw new MpmError("CORRUPT", `no undamaged copy of ${left}`);
  });
  const found = saves.flatMap((entry, at) =>
    findingsOf(checker.copies, entry, { ...inspected[at]!, fix })
  );
  return {
    summary: saves.length === 0 ? "none yet" : countsOf(inspected),
    found: [
      ...unlisted.map(({ message }) => unknown(message)),
      ...bounded(found, "more finding"),
      ...uncheckedFindings(inspected),
      ...pointerFindings(input, saves, fix),
      ...await lostFindings(input),
    ],
  };
}

async function checkerFor(
  { workspace }: CheckInput,
  system: System,
): Promise<Checker> {
  const { SaveSchema } = await import("../saves/schema.ts");
  const { problemsOf } = await import("../base/schema.ts");
  return {
    system,
    workspace,
    copies: await readCopies(system, workspace),
    issuesOf: (value) => problemsOf(SaveSchema, value),
  };
}

function isFaulty({ row, beside }: Inspected): boolean {
  return row.state === "damaged" || beside.length > 0;
}

function findingsOf(
  copies: Copies,
  { id, location, format }: SaveEntry,
  { fix, ...inspected }: Inspected & { fix: Fix },
): Finding[] {
  const { row } = inspected;
  if (row.state !== "damaged") {
    const advice = `mpm saves verify ${id} --repair`;
    return inspected.beside.map((text) => warning(text, { advice, fix }));
  }
  const detail = `${id}: ${row.problems[0]}`;
  const hasCopy = location === "sessions" && format === "json" &&
    copies.has(id);
  return [
    hasCopy
      ? failure("CORRUPT", detail, {
        advice: `mpm saves verify ${id} --repair`,
        fix,
      })
      : failure("CORRUPT", detail, { advice: `mpm saves rm ${id}` }),
  ];
}

/** Finds saves that were removed by hand, or lack their second copy. */
async function lostFindings(input: CheckInput): Promise<Finding[]> {
  const { system, workspace } = input;
  const found: Finding[] = [];
  const saves = await lostSaves(system, workspace);
  const rows = await lostRows(system, workspace, saves);
  // Saves that were only fetched are not missing.
  const lost = rows.filter(({ origin }) => origin !== "foreign");
  if (lost.length > 0) {
    const detail =
      `${counted(lost.length, "save")} ${lost.length === 1 ? "is" : "are"} ` +
      "missing from the disk, but still in git";
    const id = lost.length === 1 ? lost[0]!.session_id : "--all";
    found.push(unknown(detail, {
      advice: `mpm saves recover ${id}; to remove a save: mpm saves rm ID`,
    }));
  }
  for (const id of dueContentsIds(system, workspace.root)) {
    const detail = `The uncommitted files of ${id} are not in the save yet`;
    found.push(warning(detail, { advice: `mpm saves keep ${id}` }));
  }
  const due = uncopiedIds(system, workspace.root);
  if (due.length === 0) return found;
  const detail = `${counted(due.length, "save")} without a second copy`;
  const title = "Make the second copies";
  const fix = lockedFix(input, title, async (system) => {
    const { problem } = await copySaves(system, workspace);
    if (problem !== null) throw new MpmError("GIT_FAILED", problem);
  });
  return [...found, warning(detail, { fix })];
}

function countsOf(inspected: readonly Inspected[]): string {
  const intact = inspected.filter(({ row }) => row.state === "intact").length;
  const all = counted(inspected.length, "save");
  return intact === inspected.length
    ? `${all}, all intact`
    : `${all}, ${intact} intact`;
}

/** Returns one finding: in an old store, every save may be unchecked. */
function uncheckedFindings(inspected: readonly Inspected[]): Finding[] {
  const count = inspected.filter(({ row }) => row.state === "unchecked").length;
  if (count === 0) return [];
  const detail = `${counted(count, "save")} by other programs ` +
    `${count === 1 ? "has" : "have"} no checksum: mpm cannot tell whether ` +
    `${count === 1 ? "it is" : "they are"} intact`;
  return [unknown(detail)];
}

function pointerFindings(
  { system, workspace, at }: CheckInput,
  saves: readonly SaveEntry[],
  fix: Fix,
): Finding[] {
  if (!saves.some(isMaintained)) return [];
  const kind = system.files.lstat(at.pointer)?.kind;
  // The pointer is not committed, so a clone has no pointer until the next
  // pause.
  if (kind === undefined) return [];
  if (kind !== "file") {
    const advice = "Move it elsewhere; mpm writes it again";
    return [warning(`"${at.pointer}" is not a file: ${kind}`, { advice })];
  }
  const more = { advice: "mpm saves verify --repair", fix };
  const id = attempt(() => pointedTo(system, workspace.root), (error) => error);
  if (id instanceof MpmError) return [unknown(id.message)];
  if (id === undefined) {
    return [warning(`"${at.pointer}" does not name the newest save`, more)];
  }
  // Contents that went with their branch, or were lost, are reported with the
  // save.
  const isKept = saves.some((save) =>
    save.id === id && save.location === "kept"
  );
  return isKept || system.files.lstat(saveFiles(at.sessions, id).json)
    ? []
    : [warning(`"${at.pointer}" points to ${id}, which does not exist`, more)];
}

/** Finds saves in a layout that claude-mpm no longer uses. */
export async function checkLayout(input: CheckInput): Promise<Checked> {
  const { system, workspace, entries, tree, hasStore } = input;
  const found: Finding[] = [];
  const old = tree.filter(({ path, kind }) =>
    kind === "file" && posix.dirname(path) === "sessions/pause" &&
    oldName(posix.basename(path)) !== undefined
  );
  if (old.length > 0) {
    const detail =
      `${counted(old.length, "file")} in sessions/pause/, the folder of ` +
      "claude-mpm before 4.21";
    found.push(warning(detail, { advice: "mpm migrate" }));
  }
  const stray = entries.filter(({ location }) => location === "global").length;
  if (stray > 0) {
    const detail = `${counted(stray, "save")} of this project ` +
      `${stray === 1 ? "is" : "are"} stored in your home folder`;
    found.push(warning(detail, { advice: "mpm migrate --global" }));
  }
  for (const store of await otherStores(system, workspace)) {
    const count = store.entries.length;
    const detail =
      `${counted(count, "save")} by claude-mpm ${count === 1 ? "is" : "are"} ` +
      `in "${store.folder}", which mpm does not list`;
    const advice = importCommand(workspace, store);
    found.push(warning(detail, { advice }));
  }
  const summary = found.length > 0 ? "older" : hasStore ? "current" : NOTHING;
  return { summary, found };
}
