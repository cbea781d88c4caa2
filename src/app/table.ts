import { getOwn } from "../base/own.ts";
import type { AnyCommand } from "../cli/mod.ts";
import type { Finisher } from "../ops/mod.ts";

/**
 * The module of every command by its name; each is loaded only when needed.
 * `deno task generate` finds the commands and keeps their order, which is the
 * order in the help.
 */
export const COMMANDS: Readonly<Record<string, () => Promise<object>>> = {
  "pause": () => import("../saves/commands/pause.ts"),
  "resume": () => import("../saves/commands/resume.ts"),
  "restore": () => import("../checkpoints/commands/restore.ts"),
  "start": () => import("../detours/commands/start.ts"),
  "status": () => import("./commands/status.ts"),
  "check": () => import("../detours/commands/check.ts"),
  "next": () => import("../items/commands/next.ts"),
  "decide": () => import("../items/commands/decide.ts"),
  "ask": () => import("../items/commands/ask.ts"),
  "block": () => import("../items/commands/block.ts"),
  "done": () => import("../items/commands/done.ts"),
  "var set": () => import("../items/commands/var_set.ts"),
  "var get": () => import("../items/commands/var_get.ts"),
  "var list": () => import("../items/commands/var_list.ts"),
  "var unset": () => import("../items/commands/var_unset.ts"),
  "complete": () => import("../detours/commands/complete.ts"),
  "cancel": () => import("../detours/commands/cancel.ts"),
  "archive": () => import("../detours/commands/archive.ts"),
  "branch": () => import("../detours/commands/branch.ts"),
  "return": () => import("../detours/commands/return.ts"),
  "template list": () => import("../work/commands/template_list.ts"),
  "template show": () => import("../work/commands/template_show.ts"),
  "template new": () => import("../work/commands/template_new.ts"),
  "saves list": () => import("../saves/commands/list.ts"),
  "saves show": () => import("../saves/commands/show.ts"),
  "saves verify": () => import("../saves/commands/verify.ts"),
  "saves diff": () => import("../saves/commands/diff.ts"),
  "saves rm": () => import("../saves/commands/rm.ts"),
  "saves prune": () => import("../saves/commands/prune.ts"),
  "saves export": () => import("../saves/commands/export.ts"),
  "saves trust": () => import("../checkpoints/commands/trust.ts"),
  "saves recover": () => import("../saves/commands/recover.ts"),
  "saves keep": () => import("../saves/commands/keep.ts"),
  "checkpoint save": () => import("../checkpoints/commands/save.ts"),
  "checkpoint list": () => import("../checkpoints/commands/list.ts"),
  "checkpoint show": () => import("../checkpoints/commands/show.ts"),
  "checkpoint diff": () => import("../checkpoints/commands/diff.ts"),
  "checkpoint load": () => import("../checkpoints/commands/load.ts"),
  "checkpoint restore": () =>
    import("../checkpoints/commands/checkpoint_restore.ts"),
  "checkpoint rm": () => import("../checkpoints/commands/rm.ts"),
  "undo": () => import("../undo/commands/undo.ts"),
  "undo list": () => import("../undo/commands/list.ts"),
  "undo trash": () => import("../ops/commands/trash.ts"),
  "worktrees list": () => import("../worktrees/commands/list.ts"),
  "worktrees prune": () => import("../worktrees/commands/prune.ts"),
  "worktrees restore": () => import("../worktrees/commands/restore.ts"),
  "context": () => import("../handoff/commands/context.ts"),
  "context acknowledge": () => import("../handoff/commands/acknowledge.ts"),
  "context resume-file": () => import("../handoff/commands/resume_file.ts"),
  "context update": () => import("../handoff/commands/update.ts"),
  "context inject": () => import("../handoff/commands/inject.ts"),
  "context diff": () => import("../handoff/commands/diff.ts"),
  "context history": () => import("../handoff/commands/history.ts"),
  "statusline": () => import("../handoff/commands/statusline.ts"),
  "config get": () => import("../config/commands/get.ts"),
  "config set": () => import("../config/commands/set.ts"),
  "config unset": () => import("../config/commands/unset.ts"),
  "config list": () => import("../config/commands/list.ts"),
  "scan": () => import("../secrets/commands/scan.ts"),
  "migrate": () => import("../saves/commands/migrate.ts"),
  "hooks install": () => import("../hooks/commands/install.ts"),
  "hooks uninstall": () => import("../hooks/commands/uninstall.ts"),
  "hooks status": () => import("../hooks/commands/status.ts"),
  "hooks eject": () => import("../hooks/commands/eject.ts"),
  "hooks allow": () => import("../hooks/commands/allow.ts"),
  "hooks test": () => import("../hooks/commands/test.ts"),
  "hook": () => import("../hooks/commands/hook.ts"),
  "doctor": () => import("../doctor/commands/doctor.ts"),
  "init": () => import("../saves/commands/init.ts"),
  "completions": () => import("./commands/completions.ts"),
  "help": () => import("./commands/help.ts"),
  "summary": () => import("../handoff/commands/summary.ts"),
  "allow": () => import("../ops/commands/allow.ts"),
  "evidence": () => import("../handoff/commands/evidence.ts"),
  "partition list": () => import("../partitions/commands/list.ts"),
  "partition show": () => import("../partitions/commands/show.ts"),
  "partition suggest": () => import("../partitions/commands/suggest.ts"),
  "partition use": () => import("../partitions/commands/use.ts"),
  "setup": () => import("../hooks/commands/setup.ts"),
  "setup instructions": () => import("../hooks/commands/instructions.ts"),
  "replay": () => import("../replay/commands/replay.ts"),
  "carry": () => import("../replay/commands/carry.ts"),
  "timeline": () => import("../replay/commands/timeline.ts"),
  "replay fork": () => import("../replay/commands/fork.ts"),
  "handoff accept": () => import("../agents/handoffs/commands/accept.ts"),
  "handoff check": () => import("../agents/handoffs/commands/check.ts"),
  "handoff done": () => import("../agents/handoffs/commands/done.ts"),
  "handoff list": () => import("../agents/handoffs/commands/list.ts"),
  "handoff new": () => import("../agents/handoffs/commands/new.ts"),
  "handoff reject": () => import("../agents/handoffs/commands/reject.ts"),
  "handoff show": () => import("../agents/handoffs/commands/show.ts"),
  "note": () => import("../agents/notes/commands/note.ts"),
  "notes": () => import("../agents/notes/commands/notes.ts"),
  "notes rm": () => import("../agents/notes/commands/notes_rm.ts"),
  "notes settle": () => import("../agents/notes/commands/notes_settle.ts"),
  "claim": () => import("../agents/claims/commands/claim.ts"),
  "claims": () => import("../agents/claims/commands/claims.ts"),
  "release": () => import("../agents/claims/commands/release.ts"),
  "standup": () => import("../agents/standup/commands/standup.ts"),
  "team add": () => import("../team/commands/team_add.ts"),
  "team list": () => import("../team/commands/team_list.ts"),
  "team remove": () => import("../team/commands/team_remove.ts"),
  "sync": () => import("../team/commands/sync.ts"),
  "trust": () => import("../team/commands/trust.ts"),
  "export": () => import("../team/commands/export.ts"),
  "import": () => import("../team/commands/import.ts"),
  "schedule add": () => import("../schedules/commands/add.ts"),
  "schedule list": () => import("../schedules/commands/list.ts"),
  "schedule remove": () => import("../schedules/commands/remove.ts"),
  "schedule run": () => import("../schedules/commands/run.ts"),
  "pipeline": () => import("../pipelines/commands/pipeline.ts"),
  "pipeline cancel": () => import("../pipelines/commands/cancel.ts"),
  "pipeline export": () => import("../pipelines/commands/export.ts"),
  "pipeline graph": () => import("../pipelines/commands/graph.ts"),
  "pipeline list": () => import("../pipelines/commands/list.ts"),
  "pipeline logs": () => import("../pipelines/commands/logs.ts"),
  "pipeline report": () => import("../pipelines/commands/report.ts"),
  "pipeline rm": () => import("../pipelines/commands/rm.ts"),
  "pipeline resume": () => import("../pipelines/commands/resume.ts"),
  "pipeline run": () => import("../pipelines/commands/run.ts"),
  "pipeline status": () => import("../pipelines/commands/status.ts"),
  "pipeline watch": () => import("../pipelines/commands/watch.ts"),
  "pipeline new": () => import("../pipelines/commands/new.ts"),
  "task cancel": () => import("../tasks/commands/cancel.ts"),
  "task list": () => import("../tasks/commands/list.ts"),
  "task logs": () => import("../tasks/commands/logs.ts"),
  "task report": () => import("../tasks/commands/report.ts"),
  "task rm": () => import("../tasks/commands/rm.ts"),
  "task status": () => import("../tasks/commands/status.ts"),
  "task watch": () => import("../tasks/commands/watch.ts"),
  "task resume": () => import("../tasks/commands/resume.ts"),
  "task run": () => import("../tasks/commands/run.ts"),
  "task": () => import("../tasks/commands/task.ts"),
};

/** Loads the command with exactly this name; its module exports no other. */
export async function loadCommand(
  name: string,
): Promise<AnyCommand | undefined> {
  const module = await getOwn(COMMANDS, name)?.();
  return Object.values(module ?? {}).find((value) =>
    typeof value === "object" && "render" in value
  );
}

/** Forgets removed saves; see `forget.ts`. */
export async function loadForget() {
  return (await import("../saves/store/forget.ts")).forgetRemoved;
}

/**
 * Finishes each kind of interrupted operation, in this order: a restore may be
 * part of a `branch` or a `return`.
 */
export const loadFinishers = async (): Promise<Finisher<unknown>[]> => [
  (await import("../saves/store/recover.ts")).SAVES_UNDER_WAY,
  (await import("../checkpoints/restore/finish.ts")).RESTORES,
  (await import("../detours/back.ts")).DETOUR_FINISHER,
  (await import("../saves/legacy/migrate/finish.ts")).MIGRATIONS,
  (await import("../worktrees/delete_worktrees.ts")).REMOVALS,
];

/** Answers a shell that asks for completions. */
export const loadCompletion = async () =>
  (await import("./completion/complete.ts")).completion;
