import { type Context, defineCommand } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { CLAUDE, clientNamed } from "../../clients/mod.ts";
import { CLIENT_FLAG } from "../install/change.ts";
import { parseDuration } from "../../base/times.ts";
import { locate } from "../../git/mod.ts";
import { profileHooks, testHooks } from "../install/probe.ts";
import { hooksProfileText, hooksTestText } from "../install/text.ts";
import {
  copyOf,
  DETACHED_TIME,
  hookLog,
  hookNamed,
  mayRun,
  runShellHook,
  startShellHook,
} from "../scripts/run.ts";
import { hooksRunText } from "../scripts/text.ts";
import type { HooksRunResult, HooksTestAnswer } from "./results.ts";

/** `mpm hooks test` */
export const hooksTest = defineCommand({
  name: "hooks test",
  summary: "Run each installed hook once and check its effect",
  description: `
Runs the installed hooks in a scratch project with its own home folder. Each hook receives the events that Claude Code sends. mpm then checks that each hook had the right effect. mpm does not change your project, your settings or your state. The exit
status is 4 if a hook fails its check, and 3 if no hooks are installed.

--client tests the hooks of another client. This does not show whether the client runs its hooks; to check that, use "mpm doctor".

--runs starts each hook several times with a sample event. mpm prints how long the whole process took and the size of its output.

With a name, mpm runs this project's copy of a shell hook just as it would for a real event. The script gets MPM_ variables, JSON on standard input and a time limit. mpm logs
the run in .claude-mpm/state/hooks.log. If you set MPM_ variables, mpm passes them on; MPM_INPUT replaces the JSON. The exit status is 6 if the script fails.`,
  positionals: [{
    name: "name",
    summary: "A shell hook of this project to run, e.g. pre-session",
    names: "shell-hook",
    optional: true,
  }],
  flags: {
    client: { ...CLIENT_FLAG, summary: "The client whose hooks to test" },
    runs: {
      type: "string",
      value: "number",
      summary:
        "Run each hook this many times, from 1 to 1000, and measure the time",
    },
    detach: {
      type: "boolean",
      summary: "With a name: start the script and do not wait for it",
    },
    timeout: {
      type: "string",
      value: "duration",
      summary: "With a name: the time limit; default: 1m, or 10m with --detach",
    },
  },
  examples: [
    "mpm hooks test",
    "mpm hooks test --client codex",
    "mpm hooks test --runs 20 --json",
    "mpm hooks test pre-session",
    "mpm hooks test post-session --timeout 5m",
  ],
  result: async () => (await import("./results.ts")).HooksTestAnswer,
  async run(context, input): Promise<HooksTestAnswer> {
    const { name, runs, detach, timeout } = input;
    if (name === undefined && (detach || timeout !== undefined)) {
      throw new MpmError("USAGE", "Missing name of a shell hook", {
        hint: "mpm hooks test pre-session",
      });
    }
    if (name !== undefined) {
      return await runByHand(context, { name, detach, timeout });
    }
    const client = clientNamed(input.client)!;
    if (runs === undefined) return await testHooks(context, client);
    if (client !== CLAUDE) {
      throw new MpmError(
        "USAGE",
        `Cannot combine --runs with --client ${client.name}`,
      );
    }
    const count = /^\d{1,4}$/.test(runs) ? Number(runs) : 0;
    if (count >= 1 && count <= 1000) return await profileHooks(context, count);
    throw new MpmError(
      "USAGE",
      `Option "--runs" must be from 1 to 1000, not "${runs}"`,
    );
  },
  render: (answer, style) =>
    "tests" in answer
      ? hooksTestText(answer, style)
      : "runs" in answer
      ? hooksProfileText(answer, style)
      : hooksRunText(answer),
  status(answer) {
    if ("tests" in answer) {
      return answer.tests.some(({ fault }) => fault !== null) ? 4 : 0;
    }
    if ("runs" in answer) return 0;
    const { outcome, status } = answer;
    return outcome === "started" || (outcome === "exited" && status === 0)
      ? 0
      : 6;
  },
});

/** The result of a run in the background. */
const STARTED = {
  outcome: "started",
  status: -1,
  milliseconds: 0,
  stdout: "",
  stderr: "",
} as const;

/** Runs the project's copy of a shell hook in the same way as an event does. */
async function runByHand(
  { system, folder }: Context,
  input: {
    readonly name: string;
    readonly detach: boolean;
    readonly timeout: string | undefined;
  },
): Promise<HooksRunResult> {
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
      hint: `To create it: mpm hooks eject ${name}`,
    });
  }
  throw new MpmError("CONFLICT", `"${path}" is not allowed to run here`, {
    hint: state === "unusable"
      ? "It must be a regular file that you own"
      : `It changed, or came with a clone. Read it, then: mpm allow ${path}`,
  });
}
