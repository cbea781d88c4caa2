import { type HookInput, parseHookInput } from "../claude/hook_input.ts";
import type { Context } from "../cli/command.ts";
import { answerText } from "../session/hook_answer.ts";
import { flagIn } from "../session/odd_values.ts";
import type { System } from "../system/system.ts";
import { noteFailure } from "./hook_failure.ts";

/** Bytes of an event that are read, and milliseconds that it may take. */
const BOUNDS = { limit: 4 * 1024 * 1024, wait: 1000 };

/**
 * Takes an event from standard input and returns what is to be printed. Never
 * throws: what goes wrong is noted, and the session goes on.
 */
export async function takeEvent(
  context: Context,
  event: string,
): Promise<string> {
  const { system } = context;
  try {
    const input = await readEvent(system, event);
    // A sub-agent has a context of its own, and its work is its parent's.
    if (!input || input.subagent) return "";
    const { answerEvent } = await import("./hook_events.ts");
    return answerText(event, await answerEvent(context, { event, input }));
  } catch (error) {
    await noteFailure(system, event, error);
    return "";
  }
}

/** `undefined`: there is nothing to be done about it. */
async function readEvent(
  system: System,
  event: string,
): Promise<HookInput | undefined> {
  const { terminal } = system;
  if (isOff(system)) return undefined;
  // Somebody tries it by hand: there is nothing to wait for.
  if (terminal.interactive.stdin) return undefined;
  const { bytes, state } = await terminal.readInputSoon(BOUNDS);
  return state === "large"
    ? undefined
    : parseHookInput(new TextDecoder().decode(bytes), event);
}

/** At once, before anything is read. */
function isOff(system: System): boolean {
  const given = system.env("MPM_HOOKS");
  return Boolean(given) && flagIn(given) === false;
}
