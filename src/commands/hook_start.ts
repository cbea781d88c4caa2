import { afterCompaction } from "../session/thresholds.ts";
import { changeLevels } from "./gauge_steps.ts";
import { scriptLines, scriptProblems } from "../session/shell_hooks_text.ts";
import { redactorOf } from "../store/redaction.ts";
import { runScript } from "./hook_scripts.ts";
import type { Handler, HookWorld } from "./hook_world.ts";
import { injected } from "./inject_steps.ts";
import { copyOf, hooksNamed } from "./shell_hook_steps.ts";

/** Milliseconds for each script: Claude Code gives the hook ten seconds. */
const TIMEOUT = 4000;

/** A session begins: what came before is told, bounded. */
export const onSessionStart: Handler = async (world) => {
  const { context, session, invited, input } = world;
  const source = input.text("source") ?? "startup";
  if (source === "compact" || source === "clear") {
    await changeLevels(context.system, session, (state) => ({
      state: state.reached === "normal" ? state : afterCompaction(state),
    }));
  }
  if (!invited) return {};
  const run = (name: string) =>
    runScript(world, name, {
      told: { MPM_SOURCE: source },
      timeout: TIMEOUT,
    });
  const before = await run("pre-session.sh");
  const printed = await run("session-start.sh");
  const exited = printed?.outcome === "exited";
  const { text } = await injected(context, {
    parts: undefined,
    limit: undefined,
    printed: exited ? printed.stdout : "",
  });
  const lines = [
    ...before ? scriptLines("pre-session.sh", before) : [],
    // What it prints is for the agent.
    ...printed
      ? scriptLines("session-start.sh", { ...printed, stdout: "" })
      : [],
    ...source === "compact" ? [] : notRun(world),
  ];
  const message = redactorOf(context.system).text(lines.join("\n"));
  return { context: text, message };
};

/** Scripts of the project that are there and not run. */
function notRun({ context: { system }, session }: HookWorld): string[] {
  const scripts = hooksNamed([]).map((hook) => ({
    name: hook.name,
    ...copyOf(system, session.root, hook),
  }));
  return scriptProblems(scripts)
    .map(({ detail, mend }) => `${detail}. ${mend}`);
}
