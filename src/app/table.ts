import type { AnyCommand } from "../cli/mod.ts";
import type { Finisher } from "../ops/mod.ts";

/**
 * Every command by its name; each is loaded only when needed.
 * `deno task generate` finds the commands and keeps their order, which is the
 * order in the help.
 */
export const COMMANDS: Readonly<Record<string, () => Promise<AnyCommand>>> = {
  "pause": async () => (await import("../saves/commands/pause.ts")).pause,
  "resume": async () => (await import("../saves/commands/resume.ts")).resume,
  "restore": async () =>
    (await import("../checkpoints/commands/restore.ts")).restore,
  "start": async () => (await import("../detours/commands/start.ts")).start,
  "status": async () => (await import("./commands/status.ts")).status,
  "check": async () => (await import("../detours/commands/check.ts")).check,
  "next": async () => (await import("../items/commands/next.ts")).next,
  "decide": async () => (await import("../items/commands/decide.ts")).decide,
  "ask": async () => (await import("../items/commands/ask.ts")).ask,
  "block": async () => (await import("../items/commands/block.ts")).block,
  "done": async () => (await import("../items/commands/done.ts")).done,
  "var set": async () => (await import("../items/commands/var_set.ts")).varSet,
  "var get": async () => (await import("../items/commands/var_get.ts")).varGet,
  "var list": async () =>
    (await import("../items/commands/var_list.ts")).varList,
  "var unset": async () =>
    (await import("../items/commands/var_unset.ts")).varUnset,
  "complete": async () =>
    (await import("../detours/commands/complete.ts")).complete,
  "cancel": async () => (await import("../detours/commands/cancel.ts")).cancel,
  "archive": async () =>
    (await import("../detours/commands/archive.ts")).archive,
  "branch": async () => (await import("../detours/commands/branch.ts")).branch,
  "return": async () =>
    (await import("../detours/commands/return.ts")).returnCommand,
  "template list": async () =>
    (await import("../work/commands/template_list.ts")).templateList,
  "template show": async () =>
    (await import("../work/commands/template_show.ts")).templateShow,
  "template new": async () =>
    (await import("../work/commands/template_new.ts")).templateNew,
  "saves list": async () =>
    (await import("../saves/commands/list.ts")).sessionsList,
  "saves show": async () =>
    (await import("../saves/commands/show.ts")).sessionsShow,
  "saves verify": async () =>
    (await import("../saves/commands/verify.ts")).sessionsVerify,
  "saves diff": async () =>
    (await import("../saves/commands/diff.ts")).sessionsDiff,
  "saves rm": async () => (await import("../saves/commands/rm.ts")).sessionsRm,
  "saves prune": async () =>
    (await import("../saves/commands/prune.ts")).sessionsPrune,
  "saves export": async () =>
    (await import("../saves/commands/export.ts")).sessionsExport,
  "saves trust": async () =>
    (await import("../checkpoints/commands/trust.ts")).sessionsTrust,
  "saves recover": async () =>
    (await import("../saves/commands/recover.ts")).sessionsRecover,
  "saves keep": async () =>
    (await import("../saves/commands/keep.ts")).savesKeep,
  "checkpoint save": async () =>
    (await import("../checkpoints/commands/save.ts")).checkpointSave,
  "checkpoint list": async () =>
    (await import("../checkpoints/commands/list.ts")).checkpointList,
  "checkpoint show": async () =>
    (await import("../checkpoints/commands/show.ts")).checkpointShow,
  "checkpoint diff": async () =>
    (await import("../checkpoints/commands/diff.ts")).checkpointDiff,
  "checkpoint load": async () =>
    (await import("../checkpoints/commands/load.ts")).checkpointLoad,
  "checkpoint restore": async () =>
    (await import("../checkpoints/commands/checkpoint_restore.ts"))
      .checkpointRestore,
  "checkpoint rm": async () =>
    (await import("../checkpoints/commands/rm.ts")).checkpointRm,
  "undo": async () => (await import("../undo/commands/undo.ts")).undo,
  "undo list": async () => (await import("../undo/commands/list.ts")).undoList,
  "undo trash": async () =>
    (await import("../ops/commands/trash.ts")).undoTrash,
  "worktrees list": async () =>
    (await import("../worktrees/commands/list.ts")).worktreesList,
  "worktrees prune": async () =>
    (await import("../worktrees/commands/prune.ts")).worktreesPrune,
  "worktrees restore": async () =>
    (await import("../worktrees/commands/restore.ts")).worktreesRestore,
  "context": async () =>
    (await import("../handoff/commands/context.ts")).context,
  "context acknowledge": async () =>
    (await import("../handoff/commands/acknowledge.ts")).contextAcknowledge,
  "context resume-file": async () =>
    (await import("../handoff/commands/resume_file.ts")).contextResumeFile,
  "context update": async () =>
    (await import("../handoff/commands/update.ts")).contextUpdate,
  "context inject": async () =>
    (await import("../handoff/commands/inject.ts")).contextInject,
  "context diff": async () =>
    (await import("../handoff/commands/diff.ts")).contextDiff,
  "context history": async () =>
    (await import("../handoff/commands/history.ts")).contextHistory,
  "statusline": async () =>
    (await import("../handoff/commands/statusline.ts")).statusline,
  "config get": async () =>
    (await import("../config/commands/get.ts")).configGet,
  "config set": async () =>
    (await import("../config/commands/set.ts")).configSet,
  "config unset": async () =>
    (await import("../config/commands/unset.ts")).configUnset,
  "config list": async () =>
    (await import("../config/commands/list.ts")).configList,
  "scan": async () => (await import("../secrets/commands/scan.ts")).scan,
  "migrate": async () => (await import("../saves/commands/migrate.ts")).migrate,
  "hooks install": async () =>
    (await import("../hooks/commands/install.ts")).hooksInstall,
  "hooks uninstall": async () =>
    (await import("../hooks/commands/uninstall.ts")).hooksUninstall,
  "hooks status": async () =>
    (await import("../hooks/commands/status.ts")).hooksStatus,
  "hooks eject": async () =>
    (await import("../hooks/commands/eject.ts")).hooksEject,
  "hooks allow": async () =>
    (await import("../hooks/commands/allow.ts")).hooksAllow,
  "hooks test": async () =>
    (await import("../hooks/commands/test.ts")).hooksTest,
  "hook": async () => (await import("../hooks/commands/hook.ts")).hook,
  "doctor": async () => (await import("../doctor/commands/doctor.ts")).doctor,
  "init": async () => (await import("../saves/commands/init.ts")).init,
  "completions": async () =>
    (await import("./commands/completions.ts")).completions,
  "help": async () => (await import("./commands/help.ts")).help,
  "summary": async () =>
    (await import("../handoff/commands/summary.ts")).summary,
  "allow": async () => (await import("../ops/commands/allow.ts")).allow,
  "evidence": async () =>
    (await import("../handoff/commands/evidence.ts")).evidence,
  "partition list": async () =>
    (await import("../partitions/commands/list.ts")).partitionList,
  "partition show": async () =>
    (await import("../partitions/commands/show.ts")).partitionShow,
  "partition suggest": async () =>
    (await import("../partitions/commands/suggest.ts")).partitionSuggest,
  "partition use": async () =>
    (await import("../partitions/commands/use.ts")).partitionUse,
  "setup": async () => (await import("../hooks/commands/setup.ts")).setup,
  "setup instructions": async () =>
    (await import("../hooks/commands/instructions.ts")).setupInstructions,
  "replay": async () => (await import("../replay/commands/replay.ts")).replay,
  "carry": async () => (await import("../replay/commands/carry.ts")).carry,
  "timeline": async () =>
    (await import("../replay/commands/timeline.ts")).timeline,
  "replay fork": async () =>
    (await import("../replay/commands/fork.ts")).replayFork,
  "handoff accept": async () =>
    (await import("../agents/handoffs/commands/accept.ts")).handoffAccept,
  "handoff check": async () =>
    (await import("../agents/handoffs/commands/check.ts")).handoffCheck,
  "handoff done": async () =>
    (await import("../agents/handoffs/commands/done.ts")).handoffDone,
  "handoff list": async () =>
    (await import("../agents/handoffs/commands/list.ts")).handoffList,
  "handoff new": async () =>
    (await import("../agents/handoffs/commands/new.ts")).handoffNew,
  "handoff reject": async () =>
    (await import("../agents/handoffs/commands/reject.ts")).handoffReject,
  "handoff show": async () =>
    (await import("../agents/handoffs/commands/show.ts")).handoffShow,
  "note": async () => (await import("../agents/notes/commands/note.ts")).note,
  "notes": async () =>
    (await import("../agents/notes/commands/notes.ts")).notes,
  "notes rm": async () =>
    (await import("../agents/notes/commands/notes_rm.ts")).notesRm,
  "notes settle": async () =>
    (await import("../agents/notes/commands/notes_settle.ts")).notesSettle,
  "claim": async () =>
    (await import("../agents/claims/commands/claim.ts")).claim,
  "claims": async () =>
    (await import("../agents/claims/commands/claims.ts")).claims,
  "release": async () =>
    (await import("../agents/claims/commands/release.ts")).release,
  "standup": async () =>
    (await import("../agents/standup/commands/standup.ts")).standup,
  "team add": async () =>
    (await import("../team/commands/team_add.ts")).teamAdd,
  "team list": async () =>
    (await import("../team/commands/team_list.ts")).teamList,
  "team remove": async () =>
    (await import("../team/commands/team_remove.ts")).teamRemove,
  "sync": async () => (await import("../team/commands/sync.ts")).sync,
  "trust": async () => (await import("../team/commands/trust.ts")).trust,
  "export": async () =>
    (await import("../team/commands/export.ts")).exportCommand,
  "import": async () =>
    (await import("../team/commands/import.ts")).importCommand,
  "schedule add": async () =>
    (await import("../schedules/commands/add.ts")).scheduleAdd,
  "schedule list": async () =>
    (await import("../schedules/commands/list.ts")).scheduleList,
  "schedule remove": async () =>
    (await import("../schedules/commands/remove.ts")).scheduleRemove,
  "schedule run": async () =>
    (await import("../schedules/commands/run.ts")).scheduleRun,
  "pipeline": async () =>
    (await import("../pipelines/commands/pipeline.ts")).pipeline,
  "pipeline cancel": async () =>
    (await import("../pipelines/commands/cancel.ts")).pipelineCancel,
  "pipeline export": async () =>
    (await import("../pipelines/commands/export.ts")).pipelineExport,
  "pipeline graph": async () =>
    (await import("../pipelines/commands/graph.ts")).pipelineGraph,
  "pipeline list": async () =>
    (await import("../pipelines/commands/list.ts")).pipelineList,
  "pipeline logs": async () =>
    (await import("../pipelines/commands/logs.ts")).pipelineLogs,
  "pipeline report": async () =>
    (await import("../pipelines/commands/report.ts")).pipelineReport,
  "pipeline rm": async () =>
    (await import("../pipelines/commands/rm.ts")).pipelineRm,
  "pipeline resume": async () =>
    (await import("../pipelines/commands/resume.ts")).pipelineResume,
  "pipeline run": async () =>
    (await import("../pipelines/commands/run.ts")).pipelineRun,
  "pipeline status": async () =>
    (await import("../pipelines/commands/status.ts")).pipelineStatusCommand,
  "pipeline watch": async () =>
    (await import("../pipelines/commands/watch.ts")).pipelineWatch,
  "pipeline new": async () =>
    (await import("../pipelines/commands/new.ts")).pipelineNew,
  "task cancel": async () =>
    (await import("../tasks/commands/cancel.ts")).taskCancel,
  "task list": async () => (await import("../tasks/commands/list.ts")).taskList,
  "task logs": async () => (await import("../tasks/commands/logs.ts")).taskLogs,
  "task report": async () =>
    (await import("../tasks/commands/report.ts")).taskReport,
  "task rm": async () => (await import("../tasks/commands/rm.ts")).taskRm,
  "task status": async () =>
    (await import("../tasks/commands/status.ts")).taskStatus,
  "task watch": async () =>
    (await import("../tasks/commands/watch.ts")).taskWatch,
  "task resume": async () =>
    (await import("../tasks/commands/resume.ts")).taskResume,
  "task run": async () => (await import("../tasks/commands/run.ts")).taskRun,
  "task": async () => (await import("../tasks/commands/task.ts")).task,
};

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
