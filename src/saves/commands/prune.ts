import { type RemovalOrder, removalText, remove } from "../remove.ts";
import { RemovalResult } from "./results.ts";
import { defineCommand } from "../../cli/mod.ts";
import { locate } from "../../git/mod.ts";
import { listSaves } from "../store/read_saves.ts";
import { openStore } from "../store/recover.ts";
import { MpmError } from "../../base/errors.ts";
import { isAhead, parseAge } from "../../base/times.ts";
import { idTime, isLog, type SaveEntry } from "../store/save_entry.ts";

/** `mpm saves prune` */
export const sessionsPrune = defineCommand({
  name: "saves prune",
  summary: "Move old saves to the trash",
  description: `
With --keep, mpm moves all but the newest saves. With --older-than, it moves saves older than the given age. With both options, mpm moves only saves that match both. mpm always keeps the newest save of each branch, unreadable saves, claude-mpm's logs, and saves in the home folder. Files are moved to the trash as with "mpm saves rm".`,
  positionals: [],
  flags: {
    keep: {
      type: "string",
      value: "number",
      summary: "Keep this many of the newest saves",
    },
    "older-than": {
      type: "string",
      value: "age",
      summary: "Only saves older than this, e.g. 30d, 12h, 8w, 6mo, 1y",
    },
    "dry-run": {
      type: "boolean",
      summary: "Show what would be moved without moving anything",
    },
  },
  examples: [
    "mpm saves prune --older-than 30d --dry-run",
    "mpm saves prune --keep 50 --older-than 6mo",
  ],
  result: async () => (await import("./results.ts")).RemovalResult,
  async run(context, input) {
    const { system, folder } = context;
    const rule = pruneRule(input.keep, input["older-than"]);
    const workspace = await locate(system, folder);
    await openStore(system, workspace.root);
    const entries = await listSaves(system, workspace.root, { global: false });
    return await remove(context, {
      operation: "sessions prune",
      workspace,
      ...planPrune(entries, { rule, now: system.now() }),
      dryRun: input["dry-run"],
    });
  },
  render: removalText,
});

/** Milliseconds by which the time in an ID may be ahead of the clock. */
const IDS_SEARCHED = 3_600_000;

interface PruneRule {
  readonly keep: number | undefined;
  /** The maximum age of saves to keep, in milliseconds. */
  readonly olderThan: number | undefined;
}

function pruneRule(keep: string | undefined, age: string | undefined) {
  if (keep === undefined && age === undefined) {
    throw new MpmError("USAGE", "Missing --keep or --older-than", {
      hint: "Use --keep <number>, --older-than <age>, or both",
    });
  }
  if (keep !== undefined && !/^\d{1,9}$/.test(keep)) {
    throw new MpmError(
      "USAGE",
      `Option "--keep" must be a number, not "${keep}"`,
    );
  }
  const olderThan = age === undefined ? undefined : parseAge(age);
  if (age !== undefined && olderThan === undefined) {
    throw new MpmError(
      "USAGE",
      `Option "--older-than" must be an age, not "${age}"`,
      { hint: "Use a number followed by h, d, w, mo or y, such as 30d" },
    );
  }
  return { keep: keep === undefined ? undefined : Number(keep), olderThan };
}

/**
 * Selects the project's saves to remove, newest first in `all`. With both
 * options, a save is removed only if both allow it. The newest save of a branch
 * always stays, and so do unreadable saves, which may contain the only copy of
 * something. Logs and saves in the home folder are not removed either. A save
 * later than `now` came from a wrong clock: it stays, and does not count as the
 * newest.
 */
function planPrune(
  all: readonly SaveEntry[],
  { rule: { keep = 0, olderThan = -Infinity }, now }: {
    rule: PruneRule;
    now: Date;
  },
): Pick<RemovalOrder, "entries" | "spared"> {
  const isLater = ({ id, pausedAt }: SaveEntry) =>
    isAhead(pausedAt, now) || (idTime(id) ?? 0) > now.getTime() + IDS_SEARCHED;
  const saves = all.filter((entry) =>
    !isLog(entry) && entry.location !== "global" && !isLater(entry)
  );
  const branches = new Set<string | null>();
  const entries: SaveEntry[] = [];
  const spared: RemovalResult["spared"] = [];
  const reasonToStay = ({ problem, branch }: SaveEntry) => {
    if (problem) return "it cannot be read";
    if (branches.has(branch)) return undefined;
    return branch === null
      ? "it is the newest save without a branch"
      : `it is the newest save of ${branch}`;
  };
  for (const [at, entry] of saves.entries()) {
    const reason = reasonToStay(entry);
    if (!entry.problem) branches.add(entry.branch);
    const age = now.getTime() - Date.parse(entry.pausedAt);
    if (at < keep || age <= olderThan) continue;
    if (reason === undefined) entries.push(entry);
    else spared.push({ session_id: entry.id, reason });
  }
  return { entries, spared };
}
