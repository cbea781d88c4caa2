import type { AnyCommand } from "../cli/command.ts";

/**
 * Every command by the words typed, each loaded only when it is wanted. The
 * order is that of the help.
 */
export const COMMANDS: Readonly<Record<string, () => Promise<AnyCommand>>> = {
  "pause": async () => (await import("./pause.ts")).pause,
  "resume": async () => (await import("./resume.ts")).resume,
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
  "sessions recover": async () =>
    (await import("./sessions_recover.ts")).sessionsRecover,
  "worktrees list": async () =>
    (await import("./worktrees_list.ts")).worktreesList,
  "worktrees prune": async () =>
    (await import("./worktrees_prune.ts")).worktreesPrune,
  "worktrees restore": async () =>
    (await import("./worktrees_restore.ts")).worktreesRestore,
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
  "hook": async () => (await import("./hook.ts")).hook,
  "init": async () => (await import("./init.ts")).init,
};
