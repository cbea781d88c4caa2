import { MpmError } from "../base/errors.ts";
import { field, jsonIn, textField } from "../base/parsed_values.ts";
import { writeAtomic } from "../ops/mod.ts";
import type { System } from "../system/system.ts";
import type { TaskCancelResult } from "./commands/results.ts";
import type { RunKind } from "./run.ts";
import { findRun, isRunning, readRun, readTail, runPaths } from "./store.ts";

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
  { kind, run, dryRun }: {
    kind: RunKind;
    run: string | undefined;
    dryRun: boolean;
  },
): Promise<TaskCancelResult> {
  const id = findRun(system, root, run, kind);
  await refuseOther(system, root, { kind, id });
  if (!dryRun) await request(system, root, id);
  const ended = !dryRun && !await isRunning(system, root, id);
  return { dry_run: dryRun, run: id, ended };
}

/**
 * Throws CONFLICT for a run that is not running, FOREIGN for someone else's
 * run.
 */
async function refuseOther(
  system: System,
  root: string,
  { kind, id }: { kind: RunKind; id: string },
): Promise<void> {
  if (!readRun(system, root, id)?.own) {
    throw new MpmError("FOREIGN", `The run "${id}" is not yours`, {
      hint: "mpm cancels only runs that you started in this project",
    });
  }
  if (await isRunning(system, root, id)) return;
  const [last] = readTail(system, root, id).toReversed().flatMap((line) => {
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

async function request(
  system: System,
  root: string,
  id: string,
): Promise<void> {
  const text = `${system.now().toISOString()}\n`;
  const temporary = `.cancel-${system.random()}.tmp`;
  writeAtomic(system, runPaths(root, id).cancel, { text, temporary });
  for (let waited = 0; waited < WAIT; waited += LOOK) {
    if (!await isRunning(system, root, id)) return;
    await system.sleep(LOOK);
  }
}
