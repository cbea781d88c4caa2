import { join } from "../base/join.ts";
import type { Context } from "../cli/mod.ts";
import { attempt, MpmError } from "../base/errors.ts";
import { deletesBranch, type Removal, removeWorktrees } from "./remove.ts";
import { finishRemovals } from "./delete_worktrees.ts";
import { isFailed, locate, type Workspace } from "../git/mod.ts";
import { type Survey, survey, type Surveyed } from "./survey.ts";
import { parseDuration } from "../base/times.ts";
import type { WorktreeRow, WorktreesPruneResult } from "./commands/results.ts";
import { counted } from "../base/words.ts";
import { type WorktreeRules, worktreeRules } from "./decision.ts";
import { readConfig } from "../config/mod.ts";
import type { System } from "../system/system.ts";
import { journaled } from "../ops/mod.ts";

/** `--min-age`, which has the same meaning in every command. */
export const MIN_AGE = {
  type: "string",
  value: "age",
  summary:
    "Keep worktrees used within this time; default: the worktrees.min_age setting, or 1h",
} as const;

/** The plan of a cleanup; nothing has been removed yet. */
interface PrunePlan {
  readonly workspace: Workspace;
  readonly folder: string;
  readonly survey: Survey | undefined;
}

/** Finds the repository of a `worktrees` command. Throws NOT_FOUND. */
export async function locateRepository(
  { system, folder }: Context,
): Promise<Workspace> {
  const workspace = await locate(system, folder);
  if (workspace.git === "repository") return workspace;
  const reason = workspace.reason ?? "it is not in a git repository";
  throw new MpmError("NOT_FOUND", `No worktrees at "${folder}": ${reason}`, {
    hint: "Run the command in the repository, or name its folder with -C",
  });
}

/** Returns the configured rules, overridden by `--min-age`. */
export async function rulesOf(
  system: System,
  { root }: Workspace,
  minAge: string | undefined,
): Promise<WorktreeRules> {
  const rules = worktreeRules(await readConfig(system, root));
  return minAge === undefined
    ? rules
    : { ...rules, minAge: parseDuration(minAge, "--min-age") };
}

/** Checks all worktrees; unless a `dryRun`, first finishes a cleanup. */
export async function planPrune(
  system: System,
  workspace: Workspace,
  options: { rules: WorktreeRules; measure?: boolean; dryRun?: boolean },
): Promise<PrunePlan> {
  const { measure = false, dryRun = false } = options;
  if (!dryRun) await finishRemovals(system, workspace);
  const found = await survey(system, workspace, {
    rules: { ...options.rules, now: system.now().getTime() },
    callers: callers(system, workspace),
    measure,
  });
  const folder = join(workspace.root, ".claude", "worktrees");
  return { workspace, folder, survey: found };
}

/** Returns the folders of the caller: of its shell, `-C`, and Claude Code. */
function callers(system: System, { cwd, worktree }: Workspace): string[] {
  const agent = system.env("CLAUDE_PROJECT_DIR");
  return [
    cwd,
    worktree,
    // One of these folders may no longer exist.
    ...[() => system.cwd(), () => agent].flatMap((where) =>
      attempt(() => {
        const folder = where();
        return folder ? [system.files.realPath(folder)] : [];
      }) ?? []
    ),
  ];
}

/** Returns what `prune` would do. */
export function plannedPrune(plan: PrunePlan): WorktreesPruneResult {
  const { survey } = plan;
  const removals = (survey?.items ?? [])
    .filter(({ decision }) => decision.remove)
    .map((item) => ({
      item,
      problem: undefined,
      rescue: undefined,
      branchDeleted: deletesBranch(survey!, item),
    }));
  return { ...pruneResult(plan, removals), dry_run: true };
}

/** Carries out the plan; anything that changed in the meantime stays. */
export async function journaledPrune(
  context: Context,
  plan: PrunePlan,
): Promise<WorktreesPruneResult> {
  const { survey, workspace } = plan;
  const prune = async ({ system }: Context) =>
    pruneResult(
      plan,
      survey ? await removeWorktrees(system, workspace.root, survey) : [],
    );
  return await journaled(context, prune, {
    operation: "worktrees prune",
    workspace: plan.workspace,
    keepsOwn: true,
    title: ({ removed }) =>
      `remove ${counted(removed.length, "worktree")}: ` +
      removed.map(({ name }) => name).join(", "),
    facts: ({ removed }) =>
      removed.length === 0 ? undefined : {
        before: { worktrees: removed.map(({ path }) => path) },
        after: {
          rescues: removed.flatMap(({ rescue }) =>
            rescue === null ? [] : [rescue]
          ),
        },
      },
  });
}

function pruneResult(
  { survey, folder }: PrunePlan,
  removals: readonly Removal[],
): WorktreesPruneResult {
  const skipped = survey?.skipped ?? null;
  const removed = removals.filter(({ problem }) => problem === undefined)
    .map(({ item, rescue, branchDeleted }) => ({
      ...rowOf(item, folder),
      rescue: rescue ?? null,
      branch_deleted: branchDeleted,
    }));
  const preserved = (survey?.items ?? []).flatMap((item) => {
    const row = rowOf(item, folder);
    if (!item.decision.remove) return [row];
    const reason = removals.find((one) => one.item === item)?.problem;
    return reason === undefined ? [] : [{ ...row, remove: false, reason }];
  });
  const reclaimed = removed.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  return {
    dry_run: false,
    folder,
    skipped,
    orphan_sweep_skipped: skipped,
    removed,
    preserved,
    reclaimed_bytes: reclaimed,
  };
}

/** Returns a row of the list. */
export function rowOf(
  { facts, decision }: Surveyed,
  folder: string,
): WorktreeRow {
  const { path, kind, branch, head, contents } = facts;
  return {
    path,
    name: path.slice(folder.length + 1),
    kind,
    branch: branch ?? null,
    head: head ?? null,
    ...decision,
    bytes: contents && !isFailed(contents) ? contents.bytes : null,
  };
}
