import { type Context, defineCommand } from "../../cli/mod.ts";
import { readStatus } from "../read.ts";
import { RUN, typedRun } from "../root.ts";
import { logLineIn } from "../run.ts";
import type { RunPaths } from "../store.ts";
import { RunDisplay } from "../view/show.ts";
import { runStatus, statusText } from "../view/text.ts";

/** Milliseconds between two checks of the log. */
const LOOK = 200;

/** Bytes of the log to read at a time. */
const PART = 256 * 1024;

export const taskWatch = defineCommand({
  name: "task watch",
  summary: "Show the progress of a run until it ends",
  description: `
Shows a progress bar with the rate and the time left, for a run started in any terminal. If standard error is not a terminal, mpm prints a line every ten seconds. With --json, it prints events as lines of JSON, with the run's state as the last line.

Ctrl-C ends only the display, not the run. The exit status is the run's: 0 if all items are done, 130 if the run was cancelled, and 1 otherwise.`,
  positionals: [RUN],
  flags: {},
  examples: ["mpm task watch", "mpm task watch smells --json"],
  result: async () => (await import("./results.ts")).TaskStatusResult,
  async run(context, { run }) {
    const paths = typedRun(context, run);
    await watchRun(context, paths);
    return await readStatus(context.system, paths);
  },
  render: statusText,
  status: ({ state }) => runStatus(state),
});

/**
 * Shows a run from its log until the run ends or the command is interrupted.
 * Throws errors of reading.
 */
async function watchRun(context: Context, paths: RunPaths): Promise<void> {
  const { system } = context;
  const { files } = system;
  const { log } = paths;
  let status = await readStatus(system, paths);
  if (status.state !== "running") return;
  const { run, task, total, done, failed, flagged } = status;
  const counters = { done, failed, flagged };
  using shown = new RunDisplay(context, { run, task, total, counters });
  using interrupted = system.interruption();
  // Later lines are events; the last one may still be incomplete.
  let offset = files.lstat(log)?.size ?? 0;
  let rest = "";
  const decoder = new TextDecoder();
  while (status.state === "running" && !interrupted.signal.aborted) {
    await system.sleep(LOOK, interrupted.signal);
    status = await readStatus(system, paths);
    for (;;) {
      const part = (files.lstat(log)?.size ?? 0) > offset
        ? files.readPart(log, offset, PART)
        : new Uint8Array();
      if (part.length === 0) break;
      offset += part.length;
      const lines = (rest + decoder.decode(part, { stream: true })).split("\n");
      rest = lines.pop()!;
      for (const text of lines) {
        const line = logLineIn(text);
        if (line) shown.take(line);
      }
    }
    const { items = 0, text = null } = status.progress ?? {};
    shown.progress({ partly: items, text: text ?? undefined });
  }
}
