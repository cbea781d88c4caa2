import { MpmError } from "../../base/errors.ts";
import type { StoredCheckpoint } from "../../checkpoints/checkpoint.ts";
import type { ReturnResult } from "../commands/results.ts";
import type { Work } from "../../work/work.ts";
import { workView } from "../../work/record.ts";
import type { RestoreOutcome } from "../../checkpoints/restore/apply.ts";
import type { ReturnInput, ReturnPlan } from "./plan.ts";
import type { Deeds } from "./report.ts";
import type { Target } from "./target.ts";

export type How = NonNullable<ReturnResult["leftovers"]>["how"];

export function howOf({ park, carry, discard }: ReturnInput): How | undefined {
  if (park) return "parked";
  if (carry) return "carried";
  return discard ? "discarded" : undefined;
}

/** E.g. `hotfix-leftovers`. */
export function leftoverName(child: Work, how: How): string {
  const name = child.name ?? child.id;
  return `${name.slice(0, 80)}-${
    how === "discarded" ? "discarded" : "leftovers"
  }`;
}

export function restoredOf(
  { merged }: Target,
  parked: StoredCheckpoint,
): NonNullable<ReturnResult["restored"]> {
  const { name, files } = parked;
  return { checkpoint: name, paths: files.map(({ path }) => path), merged };
}

export function answer(
  { from, to, kept, child: before }: ReturnPlan,
  { commits, files }: Deeds,
  { child, parent, time }: {
    child: Work;
    parent: Work | undefined;
    time: Date;
  },
): ReturnResult {
  const there = to ?? from;
  return {
    dry_run: false,
    at: time.toISOString(),
    session: workView(child),
    parent: parent ? workView(parent) : null,
    lasted: Math.max(0, time.getTime() - Date.parse(before.started_at)),
    commits: [...commits],
    files: files && [...files],
    from: { branch: from.branch, head: from.head },
    to: { branch: there.branch, head: there.head },
    restored: null,
    kept,
    leftovers: null,
    worktree: null,
    changes: null,
    warnings: [],
  };
}

/** What is not back exactly is not back. Throws CONFLICT. */
export function refuseSkipped({ skipped }: RestoreOutcome): void {
  const [first] = skipped;
  if (!first) return;
  throw new MpmError(
    "CONFLICT",
    `"${first.path}" cannot be restored: ${first.reason}`,
    { hint: "mpm return --keep-parked comes back without the parked work" },
  );
}
