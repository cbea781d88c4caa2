import { MpmError } from "../../base/errors.ts";
import type { System } from "../../system/system.ts";
import type { Via } from "../schedule.ts";
import { cron } from "./cron.ts";
import { launchd } from "./launchd.ts";
import type { Entry, Scheduler } from "./scheduler.ts";
import { schtasks } from "./schtasks.ts";
import { systemd } from "./systemd.ts";

const ALL: readonly Scheduler[] = [systemd, cron, launchd, schtasks];

export function schedulerNamed(name: Via): Scheduler {
  return ALL.find((one) => one.name === name)!;
}

/** Returns the schedulers of a platform, the best first. */
function ofPlatform({ platform }: System): readonly Scheduler[] {
  return platform === "windows"
    ? [schtasks]
    : platform === "darwin"
    ? [launchd, cron]
    : [systemd, cron];
}

/** Returns the scheduler to use. Throws CONFLICT if it cannot be used here. */
export async function chooseScheduler(
  system: System,
  name: Via | undefined,
): Promise<Scheduler> {
  const wanted = name === undefined
    ? ofPlatform(system)
    : [schedulerNamed(name)];
  const reasons: string[] = [];
  for (const one of wanted) {
    const reason = await one.obstacle(system);
    if (reason === undefined) return one;
    reasons.push(`${one.title}: ${reason}`);
  }
  throw new MpmError(
    "CONFLICT",
    `Cannot use a scheduler. ${reasons.join("; ")}`,
    { hint: "docs/schedules.md lists what each scheduler needs" },
  );
}

/** mpm's entries in all schedulers of this machine. */
export interface AllEntries {
  readonly byVia: ReadonlyMap<Via, readonly Entry[]>;
  /** Why a scheduler could not be queried. */
  readonly problems: ReadonlyMap<Via, string>;
}

/** Reads the entries. `only` selects the schedulers to read. */
export async function allEntries(
  system: System,
  only: (via: Via) => boolean = () => true,
): Promise<AllEntries> {
  const byVia = new Map<Via, readonly Entry[]>();
  const problems = new Map<Via, string>();
  for (const one of ofPlatform(system).filter(({ name }) => only(name))) {
    try {
      byVia.set(one.name, await one.entries(system));
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      problems.set(one.name, error.message);
    }
  }
  return { byVia, problems };
}
