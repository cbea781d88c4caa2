import { defineCommand } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { locate } from "../../git/mod.ts";
import { parseDuration } from "../../base/times.ts";
import type { HooksRunResult } from "./results.ts";
import { hooksRunText } from "../scripts/text.ts";
import {
  copyOf,
  DETACHED_TIME,
  hookLog,
  hookNamed,
  mayRun,
  runShellHook,
  startShellHook,
} from "../scripts/run.ts";

/** Of a run that nobody waits for. */
const STARTED = {
  outcome: "started",
  status: -1,
  milliseconds: 0,
  stdout: "",
  stderr: "",
} as const;

/** `mpm hooks run` */
export const hooksRun = defineCommand({
  name: "hooks run",
  summary: "Run a shell hook of this project by hand",
  description: `
As at an event: MPM_ variables, JSON on standard input, a limit of time, and a
line in .claude-mpm/state/hooks.log. MPM_ variables that are set are passed on;
MPM_INPUT is the JSON. The exit status is 6 if it fails.`,
  positionals: [{
    name: "name",
    summary: "Which, e.g. pre-session",
    names: "shell-hook",
  }],
  flags: {
    detach: {
      type: "boolean",
      summary: "Start it and do not wait for its end",
    },
    timeout: {
      type: "string",
      value: "duration",
      summary: "The most it may take: 1m, with --detach 10m, unless given",
    },
  },
  examples: [
    "mpm hooks run pre-session",
    "mpm hooks run post-session --detach",
    "mpm hooks run post-session --timeout 5m",
  ],
  result: async () => (await import("./results.ts")).HooksRunResult,
  async run({ system, folder }, input): Promise<HooksRunResult> {
    const { root, worktree } = await locate(system, folder);
    const { timeout = input.detach ? DETACHED_TIME : "1m" } = input;
    const milliseconds = parseDuration(timeout, "--timeout");
    const hook = hookNamed(input.name);
    const { name } = hook;
    const event = hook.events[0] ?? "manual";
    const cwd = worktree;
    const { path, state } = copyOf(system, root, hook);
    if (input.detach && mayRun(state)) {
      await startShellHook(system, { name, cwd, env: {}, timeout });
      return { name, path, ...STARTED, log: hookLog(root) };
    }
    const data = { hook_event_name: event, cwd, source: "startup" };
    const json = system.env("MPM_INPUT") ?? `${JSON.stringify(data)}\n`;
    const outcome = await runShellHook(system, root, {
      name,
      event,
      cwd,
      env: {
        MPM_PROJECT: worktree,
        MPM_EVENT: system.env("MPM_EVENT") ?? event,
        MPM_CWD: system.env("MPM_CWD") ?? folder,
        MPM_SOURCE: system.env("MPM_SOURCE") ?? "startup",
        MPM_BIN: system.program() ?? "mpm",
      },
      input: new TextEncoder().encode(json),
      timeout: milliseconds,
    });
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
  status: ({ outcome, status }) =>
    outcome === "started" || (outcome === "exited" && status === 0) ? 0 : 6,
});
