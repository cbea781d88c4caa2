import { defineCommand } from "../cli/command.ts";
import { MpmError } from "../errors.ts";
import { locate } from "../git/workspace.ts";
import type { HooksRunResult } from "../session/results_hooks.ts";
import { hooksRunText } from "../session/shell_hooks_text.ts";
import { hookLog } from "../store/run_hook.ts";
import { copyOf, hookNamed, runShellHook } from "./shell_hook_steps.ts";

/** Milliseconds a script may take that somebody waits for. */
const TIMEOUT = 60_000;

/** `mpm hooks run` */
export const hooksRun = defineCommand({
  name: "hooks run",
  summary: "Run a shell hook of this project by hand",
  description: `
As at an event: the same variables, JSON on standard input, one minute at most,
and a line in .claude-mpm/state/hooks.log. The exit status is 6 if it fails.`,
  positionals: [{ name: "name", summary: "Which, e.g. pre-session" }],
  flags: {},
  examples: ["mpm hooks run pre-session"],
  result: async () =>
    (await import("../session/results_hooks.ts")).HooksRunResult,
  async run({ system, folder }, input): Promise<HooksRunResult> {
    const { root, worktree } = await locate(system, folder);
    const hook = hookNamed(input.name);
    const { name } = hook;
    const event = hook.events[0] ?? "manual";
    const cwd = worktree;
    const data = { hook_event_name: event, cwd, source: "startup" };
    const outcome = await runShellHook(system, root, {
      name,
      event,
      cwd,
      env: {
        MPM_PROJECT: worktree,
        MPM_EVENT: event,
        MPM_CWD: folder,
        MPM_SOURCE: "startup",
        MPM_BIN: system.program() ?? "mpm",
      },
      input: new TextEncoder().encode(`${JSON.stringify(data)}\n`),
      timeout: TIMEOUT,
    });
    const { path, state } = copyOf(system, root, hook);
    if (outcome) return { name, path, ...outcome, log: hookLog(root) };
    if (state === "none") {
      throw new MpmError("NOT_FOUND", `This project has no "${name}"`, {
        hint: `To have one: mpm hooks eject ${name}`,
      });
    }
    throw new MpmError("CONFLICT", `"${path}" is not allowed to run here`, {
      hint: state === "unusable"
        ? "It must be a plain file of your own"
        : `It changed, or came with a clone. Read it, then: mpm hooks allow ${name}`,
    });
  },
  render: hooksRunText,
  status: ({ outcome, status }) => outcome === "exited" && status === 0 ? 0 : 6,
});
