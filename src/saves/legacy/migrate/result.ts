import type { Ref, Step } from "./change_set.ts";
import { idOf, oldName } from "../old_names.ts";
import { CONTENT } from "./old_store.ts";
import type { MigrateResult, RollbackResult } from "./results.ts";

/** What both kinds of result say. */
export interface Facts {
  readonly dryRun: boolean;
  readonly resumed: boolean;
  readonly backups: readonly string[];
  readonly complete: boolean;
  readonly milliseconds: number;
  /** Whether git tracks a file, by its absolute path. */
  isTracked(path: string): boolean;
  /** What stages and commits everything in the new folder. */
  readonly commands: readonly string[];
  /** Absolute path of a file, or of a folder if it has no name. */
  path(at: { place: Ref["place"]; name: string }): string;
}

function common(
  steps: readonly Step[],
  facts: Facts,
) {
  const { dryRun, resumed, backups, complete, milliseconds, path } = facts;
  const tracked =
    steps.filter(({ action, from }) =>
      !["leave", "restore"].includes(action) && facts.isTracked(path(from))
    ).length;
  return {
    dry_run: dryRun,
    folder: path({ place: "pause", name: "" }),
    resumed,
    backups: [...backups],
    left: steps.filter(({ action }) => action === "leave")
      .map(({ from, note }) => ({
        path: path(from),
        reason: note ?? "",
        foreign: oldName(from.name) === undefined,
      })),
    complete,
    tracked,
    commands: tracked > 0 ? [...facts.commands] : [],
    milliseconds,
    steps: steps.map(({ action, from, to, note }) => ({
      action,
      from: path(from),
      to: to && path(to),
      note,
    })),
  };
}

const MOVES: readonly Step["action"][] = ["move", "rewrite", "conflict"];

/** A migration counted: each file once, in the folder it came from. */
export function migrateResult(
  steps: readonly Step[],
  { folderGone, ...facts }: Facts & { folderGone: boolean },
): MigrateResult {
  const old = steps.filter(({ from: { place } }) =>
    place === "pause" || place === "global"
  );
  const moves = old.filter(({ action }) => MOVES.includes(action));
  const count = (action: Step["action"]) =>
    old.filter((step) => step.action === action).length;
  return {
    action: "migrate",
    ...common(steps, facts),
    sessions: facts.path({ place: "sessions", name: "" }),
    folder_gone: folderGone,
    saves: new Set(
      moves.map(({ from }) => `${from.place} ${contentId(from.name)}`)
        .filter((key) => !key.endsWith(" undefined")),
    ).size,
    moved: moves.length,
    rewritten: count("rewrite"),
    duplicates: count("duplicate"),
    conflicts: conflictsOf(steps),
  };
}

/** The id of a file that holds a session. */
function contentId(name: string): string | undefined {
  const known = oldName(name);
  return known?.kind === "part" && CONTENT.includes(known.part)
    ? known.id
    : undefined;
}

function conflictsOf(steps: readonly Step[]): MigrateResult["conflicts"] {
  const found = new Map<string, string>();
  for (const { action, from, to } of steps) {
    const [id, newId] = [contentId(from.name), to && idOf(to.name)];
    if (action === "conflict" && id && newId) found.set(newId, id);
  }
  return [...found].map(([newId, id]) => ({ session_id: id, new_id: newId }));
}

/** A rollback counted. */
export function rollbackResult(
  steps: readonly Step[],
  { restoredFrom, ...facts }: Facts & { restoredFrom: string },
): RollbackResult {
  const count = (action: Step["action"]) =>
    steps.filter((step) => step.action === action).length;
  return {
    action: "rollback",
    ...common(steps, facts),
    restored_from: restoredFrom,
    restored: count("restore"),
    removed: count("remove"),
  };
}
