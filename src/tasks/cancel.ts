import { MpmError } from "../base/errors.ts";
import { field, jsonIn, textField } from "../base/parsed_values.ts";
import { writeAtomic } from "../ops/mod.ts";
import type { System } from "../system/system.ts";
import type { TaskCancelResult } from "./commands/results.ts";
import type { RunKind } from "./run.ts";
import {
  findRun,
  isRunning,
  readRun,
  readTail,
  type RunPaths,
  runPaths,
} from "./store.ts";

/**
 * Milliseconds that the command waits for the run to end, and between two
 * checks.
 */
const WAIT = 15_000;
const LOOK = 50;

/**
 * Asks the process of a run to end the run, and waits. Throws CONFLICT for a
 * run that is not running, FOREIGN for someone else's run, NOT_FOUND.
 */
export async function cancelRun(
  system: System,
  root: string,
  { kind, run: typed, dryRun }: {
    kind: RunKind;
    run: string | undefined;
    dryRun: boolean;
  },
): Promise<TaskCancelResult> {
  const run = runPaths(root, findRun(system, root, typed, kind));
  await refuseOther(system, run, kind);
  if (!dryRun) await request(system, run);
  const ended = !dryRun && !await isRunning(system, run);
  return { dry_run: dryRun, run: run.id, ended };
}

/**
 * Throws CONFLICT for a run that is not running, FOREIGN for someone else's
 * run.
 */
async function refuseOther(
  system: System,
  run: RunPaths,
  kind: RunKind,
): Promise<void> {
  const { id } = run;
  if (!readRun(system, run)?.own) {
    throw new MpmError("FOREIGN", `The run "${id}" is not yours`, {
      hint: "mpm cancels only runs that you started in this project",
    });
  }
  if (await isRunning(system, run)) return;
  const [last] = readTail(system, run).toReversed().flatMap((line) => {
    const value = jsonIn(line);
    return field(value, "event") === "notified" ? [] : value ?? [];
  });
  const over = field(last, "event") === "over";
  const end = over ? textField(last, "state") : "interrupted";
  throw new MpmError(
    "CONFLICT",
    `The run "${id}" is not running: its state is "${end}"`,
    { hint: `"mpm ${kind} list" lists the runs` },
  );
}

async function request(system: System, run: RunPaths): Promise<void> {
  const text = `${system.now().toISOString()}\n`;
  const temporary = `.cancel-${system.random()}.tmp`;
  writeAtomic(system, run.cancel, { text, temporary });
  for (let waited = 0; waited < WAIT; waited += LOOK) {
    if (!await isRunning(system, run)) return;
    await system.sleep(LOOK);
  }
}
