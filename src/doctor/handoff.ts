import { shellWord } from "../base/shell.ts";
import { counted } from "../base/words.ts";
import { readConfigAnyway } from "../config/mod.ts";
import {
  type DamagedFile,
  faultyVars,
  isOpenItem,
  MOST_OPEN,
  readItems,
  readRuns,
} from "../items/mod.ts";
import { chosenName, damagedChoices, Partitions } from "../partitions/mod.ts";
import {
  bounded,
  type Checked,
  type CheckInput,
  failure,
  type Finding,
  trashFix,
  warning,
} from "./check.ts";

/** Checks that the data of hand-offs can be read, and was written here. */
export function checkHandoff(input: CheckInput): Checked {
  const { system, workspace: { root } } = input;
  const kept = readItems(system, root);
  const vars = kept.begun
    ? faultyVars(system, root)
    : { damaged: [], foreign: [] };
  const open = kept.items.filter(isOpenItem).length;
  const found = [
    ...damagedFindings(input, [...kept.damaged, ...vars.damaged]),
    ...foreignFindings([...kept.foreign, ...vars.foreign]),
    ...countFindings(open, kept.taken.size),
    ...runFindings(input),
    ...partitionFindings(input),
    ...contextFindings(input),
  ];
  return {
    summary: kept.begun
      ? `${counted(kept.items.length, "item")}, ${open} open`
      : "no items yet",
    found,
  };
}

function damagedFindings(
  input: CheckInput,
  damaged: readonly DamagedFile[],
): Finding[] {
  const fix = trashFix(input, {
    what: `${counted(damaged.length, "damaged file")} of items and variables`,
    paths: damaged.map(({ path }) => path),
  });
  return bounded(
    damaged.map(({ message }) => failure("UNREADABLE", message, { fix })),
    "more file",
  );
}

/** Finds data from others, which mpm never presents as the user's own. */
function foreignFindings(foreign: readonly string[]): Finding[] {
  const found = foreign.map((path) =>
    warning(
      `"${path}" was not written by you on this machine, or was changed ` +
        "later, so mpm ignores it",
      { advice: `If you do not need it: rm ${shellWord(path)}` },
    )
  );
  return bounded(found, "more file");
}

/** The number of item files above which reading is slow. */
const MANY_FILES = 5000;

function countFindings(open: number, files: number): Finding[] {
  if (open >= MOST_OPEN) {
    const detail =
      `${open} items are open, which is the limit: new items stay only in ` +
      "the save that adds them";
    return [warning(detail, { advice: '"mpm done" lists and closes items' })];
  }
  if (files < MANY_FILES) return [];
  const detail =
    `.claude-mpm/state/items has ${files} items, and each command that needs ` +
    "an item reads all of them";
  return [
    warning(detail, { advice: "Move files that are not yours elsewhere" }),
  ];
}

function runFindings(input: CheckInput): Finding[] {
  const { system, workspace: { root }, at } = input;
  const { state } = readRuns(system, root);
  if (state === "damaged") {
    const fix = trashFix(input, {
      what: "the damaged run list",
      paths: [at.runs],
    });
    return [failure("UNREADABLE", `Cannot read "${at.runs}"`, { fix })];
  }
  if (state !== "foreign") return [];
  const detail =
    `The runs in "${at.runs}" were not written by you on this machine, or ` +
    "were changed later, so they prove nothing";
  return [warning(detail, { advice: '"mpm evidence --run" replaces them' })];
}

function partitionFindings(input: CheckInput): Finding[] {
  const { system, workspace } = input;
  const damaged = damagedChoices(system, workspace.root);
  const fix = trashFix(input, {
    what: `${counted(damaged.length, "damaged choice")} of partitions`,
    paths: damaged,
  });
  const found = damaged.map((path) =>
    warning(`Cannot read "${path}", so this worktree has no chosen partition`, {
      fix,
    })
  );
  const name = chosenName(system, workspace);
  const { config } = readConfigAnyway(system, workspace.root);
  if (typeof name !== "string" || new Partitions(config).named(name)) {
    return bounded(found, "more file");
  }
  const detail =
    `The partition "${name}" is chosen for this worktree, but is not ` +
    "configured";
  return [
    ...bounded(found, "more file"),
    warning(detail, { advice: "mpm partition use --auto" }),
  ];
}

/** Finds context file versions whose text was in a removed save. */
function contextFindings({ inspected }: CheckInput): Finding[] {
  const known = new Set(inspected.map(({ row }) => row.session_id));
  const lost = inspected.flatMap(({ save }) =>
    (save?.mpm?.contexts ?? []).flatMap(({ text, held_by: holder }) =>
      text === undefined && holder !== undefined && !known.has(holder)
        ? [holder]
        : []
    )
  );
  if (lost.length === 0) return [];
  const detail =
    `The texts of ${counted(lost.length, "version")} of context files are ` +
    `missing: ${lost[0]}, which contained one, no longer exists`;
  return [warning(detail, { advice: '"mpm undo trash" lists removed saves' })];
}
