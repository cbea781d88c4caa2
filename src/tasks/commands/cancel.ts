import { escapeText } from "../../base/escape.ts";
import { MpmError } from "../../base/errors.ts";
import { defineCommand } from "../../cli/mod.ts";
import { writeAtomic } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { RUN, typedRun } from "../root.ts";
import { tailOf } from "../run.ts";
import { isRunning, readRun, readTail, runPaths } from "../store.ts";

/** Milliseconds that the command waits for the run to end, and between looks. */
const WAIT = 15_000;
const LOOK = 50;

/** `mpm task cancel` */
export const taskCancel = defineCommand({
  name: "task cancel",
  summary: "Cancel a run of a task",
  description: `
The running program gets SIGTERM, and SIGKILL if it has not ended after the time that
the task's "grace" sets. mpm records how it ended. "mpm task resume" continues with the items that are left.`,
  positionals: [RUN],
  flags: {
    "dry-run": {
      type: "boolean",
      summary: "Show which run would be cancelled and change nothing",
    },
  },
  examples: ["mpm task cancel", "mpm task cancel smells-20261123-184500"],
  result: async () => (await import("./results.ts")).TaskCancelResult,
  async run(context, input) {
    const { system } = context;
    const { root, id } = typedRun(context, input.run);
    await refuseOther(system, root, id);
    const dry = input["dry-run"];
    if (!dry) await request(system, root, id);
    const ended = !dry && !await isRunning(system, root, id);
    return { dry_run: dry, run: id, ended };
  },
  render({ dry_run: dry, run, ended }, style) {
    const shown = style.cyan(escapeText(run));
    if (dry) return `Would cancel ${shown}\n`;
    return ended
      ? `Cancelled ${shown}\n`
      : `Asked ${shown} to end. Its program has not ended yet\n`;
  },
  next: ({ run, ended }) =>
    ended ? `"mpm task resume ${run}" continues it` : undefined,
});

/** Throws CONFLICT for a run that is not at work, FOREIGN for someone else's. */
async function refuseOther(
  system: System,
  root: string,
  id: string,
): Promise<void> {
  if (!readRun(system, root, id)?.own) {
    throw new MpmError("FOREIGN", `The run "${id}" is not yours`, {
      hint: "mpm cancels only runs that you started in this project",
    });
  }
  if (await isRunning(system, root, id)) return;
  const end = tailOf(readTail(system, root, id)).end ?? "interrupted";
  throw new MpmError(
    "CONFLICT",
    `The run "${id}" is not running, its state is: ${end}`,
    { hint: '"mpm task list" lists the runs' },
  );
}

async function request(
  system: System,
  root: string,
  id: string,
): Promise<void> {
  const bytes = new TextEncoder().encode(`${system.now().toISOString()}\n`);
  const temporary = `.cancel-${system.random()}.tmp`;
  writeAtomic(system, runPaths(root, id).cancel, { bytes, temporary });
  for (let waited = 0; waited < WAIT; waited += LOOK) {
    if (!await isRunning(system, root, id)) return;
    await system.sleep(LOOK);
  }
}
