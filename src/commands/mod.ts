import type { AnyCommand } from "../cli/command.ts";

/**
 * Every command by the words typed, each loaded only when it is wanted. The
 * order is that of the help.
 */
export const COMMANDS: Readonly<Record<string, () => Promise<AnyCommand>>> = {
  "pause": async () => (await import("./pause.ts")).pause,
  "resume": async () => (await import("./resume.ts")).resume,
  "start": async () => (await import("./start.ts")).start,
  "status": async () => (await import("./status.ts")).status,
  "check": async () => (await import("./check.ts")).check,
  "complete": async () => (await import("./complete.ts")).complete,
  "cancel": async () => (await import("./cancel.ts")).cancel,
  "archive": async () => (await import("./archive.ts")).archive,
  "branch": async () => (await import("./branch.ts")).branch,
  "return": async () => (await import("./return.ts")).returnCommand,
  "stack": async () => (await import("./stack.ts")).stack,
  "template list": async () =>
    (await import("./template_list.ts")).templateList,
  "template show": async () =>
    (await import("./template_show.ts")).templateShow,
  "template new": async () => (await import("./template_new.ts")).templateNew,
  "sessions list": async () =>
    (await import("./sessions_list.ts")).sessionsList,
  "sessions show": async () =>
    (await import("./sessions_show.ts")).sessionsShow,
  "sessions verify": async () =>
    (await import("./sessions_verify.ts")).sessionsVerify,
  "sessions diff": async () =>
    (await import("./sessions_diff.ts")).sessionsDiff,
  "sessions rm": async () => (await import("./sessions_rm.ts")).sessionsRm,
  "sessions prune": async () =>
    (await import("./sessions_prune.ts")).sessionsPrune,
  "sessions export": async () =>
    (await import("./sessions_export.ts")).sessionsExport,
  "sessions import": async () =>
    (await import("./sessions_import.ts")).sessionsImport,
  "sessions trust": async () =>
    (await import("./sessions_trust.ts")).sessionsTrust,
  "sessions recover": async () =>
    (await import("./sessions_recover.ts")).sessionsRecover,
  "checkpoint save": async () =>
    (await import("./checkpoint_save.ts")).checkpointSave,
  "checkpoint list": async () =>
    (await import("./checkpoint_list.ts")).checkpointList,
  "checkpoint show": async () =>
    (await import("./checkpoint_show.ts")).checkpointShow,
  "checkpoint diff": async () =>
    (await import("./checkpoint_diff.ts")).checkpointDiff,
  "checkpoint load": async () =>
    (await import("./checkpoint_load.ts")).checkpointLoad,
  "checkpoint restore": async () =>
    (await import("./checkpoint_restore.ts")).checkpointRestore,
  "checkpoint rm": async () =>
    (await import("./checkpoint_rm.ts")).checkpointRm,
  "undo": async () => (await import("./undo.ts")).undo,
  "log": async () => (await import("./log.ts")).log,
  "trash list": async () => (await import("./trash_list.ts")).trashList,
  "trash prune": async () => (await import("./trash_prune.ts")).trashPrune,
  "worktrees list": async () =>
    (await import("./worktrees_list.ts")).worktreesList,
  "worktrees prune": async () =>
    (await import("./worktrees_prune.ts")).worktreesPrune,
  "worktrees restore": async () =>
    (await import("./worktrees_restore.ts")).worktreesRestore,
  "context": async () => (await import("./context.ts")).context,
  "context acknowledge": async () =>
    (await import("./context_acknowledge.ts")).contextAcknowledge,
  "context resume-file": async () =>
    (await import("./context_resume_file.ts")).contextResumeFile,
  "context update": async () =>
    (await import("./context_update.ts")).contextUpdate,
  "context inject": async () =>
    (await import("./context_inject.ts")).contextInject,
  "statusline": async () => (await import("./statusline.ts")).statusline,
  "config get": async () => (await import("./config_get.ts")).configGet,
  "config set": async () => (await import("./config_set.ts")).configSet,
  "config unset": async () => (await import("./config_unset.ts")).configUnset,
  "config list": async () => (await import("./config_list.ts")).configList,
  "scan": async () => (await import("./scan.ts")).scan,
  "migrate": async () => (await import("./migrate.ts")).migrate,
  "hooks install": async () =>
    (await import("./hooks_install.ts")).hooksInstall,
  "hooks uninstall": async () =>
    (await import("./hooks_uninstall.ts")).hooksUninstall,
  "hooks status": async () => (await import("./hooks_status.ts")).hooksStatus,
  "hooks list": async () => (await import("./hooks_list.ts")).hooksList,
  "hooks show": async () => (await import("./hooks_show.ts")).hooksShow,
  "hooks eject": async () => (await import("./hooks_eject.ts")).hooksEject,
  "hooks allow": async () => (await import("./hooks_allow.ts")).hooksAllow,
  "hooks run": async () => (await import("./hooks_run.ts")).hooksRun,
  "hooks test": async () => (await import("./hooks_test.ts")).hooksTest,
  "hooks profile": async () =>
    (await import("./hooks_profile.ts")).hooksProfile,
  "hook": async () => (await import("./hook.ts")).hook,
  "doctor": async () => (await import("./doctor.ts")).doctor,
  "init": async () => (await import("./init.ts")).init,
  "completions": async () => (await import("./completions.ts")).completions,
  "help": async () => (await import("./help.ts")).help,
};
