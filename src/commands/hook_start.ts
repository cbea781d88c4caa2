import { afterCompaction } from "../session/thresholds.ts";
import { changeLevels } from "./gauge_steps.ts";
import { runScript } from "./hook_scripts.ts";
import type { Handler } from "./hook_world.ts";
import { injected } from "./inject_steps.ts";

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
  const told = { MPM_SOURCE: source };
  await runScript(world, "pre-session.sh", { told, timeout: TIMEOUT });
  const printed = await runScript(world, "session-start.sh", {
    told,
    timeout: TIMEOUT,
  });
  const { text } = await injected(context, {
    parts: undefined,
    limit: undefined,
    printed: printed?.outcome === "exited" ? printed.stdout : "",
  });
  return { context: text };
};
