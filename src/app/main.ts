import { type Context, makeStyle } from "../cli/mod.ts";
import type { PageEntries, ReplayStep } from "../replay/mod.ts";
import type { System } from "../system/system.ts";
import { versionText } from "../base/version.ts";

/**
 * Runs one command line and returns its exit status. No other code in mpm
 * prints an answer or ends the process.
 */
export async function main(
  argv: readonly string[],
  system: System,
): Promise<number> {
  try {
    if (argv.length === 1 && argv[0] === "--version") {
      system.terminal.out(versionText());
      return 0;
    }
    if (await answerHook(argv, system)) return 0;
    const { runLine } = await import("./line.ts");
    return await runLine(argv, system);
  } catch (error) {
    // A status of 2 would block the session's next action.
    if (argv[0] === "hook" && !system.terminal.interactive.stdin) {
      const { noteFailure } = await import("../hooks/failures.ts");
      noteFailure(system, argv[1] ?? "", error);
      return 0;
    }
    const { report } = await import("./line.ts");
    return await report(error, argv, system);
  } finally {
    system.scratch.clear();
  }
}

/** Returns the work of a second thread: turning steps into entries. */
export async function workFor(
  system: System,
): Promise<(steps: readonly ReplayStep[]) => PageEntries> {
  const { beforeCommand } = await import("./before.ts");
  await beforeCommand(system, "replay");
  const { entriesOf } = await import("../replay/page/entries.ts");
  const { redactorOf } = await import("../secrets/mod.ts");
  return (steps) => entriesOf(redactorOf(system), steps);
}

/**
 * Handles an event without loading the other commands, which would take longer
 * than most events. Returns false for any other line.
 */
async function answerHook(
  argv: readonly string[],
  system: System,
): Promise<boolean> {
  const [command, event, ...options] = argv;
  const known = HOOK_OPTIONS.exec(options.join("\0"));
  const named = command === "hook" && /^[A-Za-z]+$/.test(event ?? "") &&
    known !== null;
  // This version of Claude Code passes no arguments.
  const bare = argv.length === 0 &&
    system.env("CLAUDE_PROJECT_DIR") !== undefined;
  if (!named && !bare || system.terminal.interactive.stdin) return false;
  const { CLAUDE, clientNamed } = await import("../clients/all.ts");
  const { takeBareEvent, takeEvent } = await import("../hooks/events/take.ts");
  const prepare = () => hookContext(system);
  const name = known?.[1];
  const client = name === undefined ? CLAUDE : clientNamed(name);
  if (!client) return false;
  const output = named
    ? await takeEvent(system, { client, event: event! }, prepare)
    : await takeBareEvent(system, prepare);
  if (output === undefined) return false;
  system.terminal.out(output);
  return true;
}

/** The options of installed hook entries; the group captures the client. */
const HOOK_OPTIONS =
  /^(?:--client[=\0]([a-z]+)(?:\0|$))?(?:--installed-by=[^\0]*)?$/;

/** Returns the context of a hook. Only the answer is read, not other output. */
async function hookContext(system: System): Promise<Context> {
  const { beforeCommand, givenTo } = await import("./before.ts");
  await beforeCommand(system, "hook");
  return {
    ...givenTo(system),
    system,
    folder: system.cwd(),
    interactive: false,
    style: makeStyle(false),
    note: () => {},
    status: () => {},
    showsStatus: false,
    ask: () => undefined,
  };
}
