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
  "migrate": async () => (await import("./migrate.ts")).migrate,
  "init": async () => (await import("./init.ts")).init,
};
