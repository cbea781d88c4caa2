import { shellWord } from "../base/shell.ts";
import { counted } from "../base/words.ts";
import { listSchedules } from "../schedules/mod.ts";
import {
  bounded,
  type Checked,
  type CheckInput,
  type Finding,
  unknown,
  warning,
} from "./check.ts";

type Row = Awaited<ReturnType<typeof listSchedules>>["rows"][number];

/** Checks that the scheduler starts the schedules, and that they can run. */
export async function checkSchedules({ system }: CheckInput): Promise<Checked> {
  const { rows, problems } = await listSchedules(system, { everywhere: false });
  const found = rows.flatMap((row) => findingOf(row) ?? []);
  return {
    summary: rows.length === 0 ? "none" : counted(rows.length, "schedule"),
    found: [
      ...bounded(found, "more schedule"),
      ...problems.map((text) => unknown(text)),
    ],
  };
}

/** `undefined`: the schedule works. */
function findingOf(row: Row): Finding | undefined {
  const { id, entry, problem, last, project, log } = row;
  const remove = { advice: `mpm schedule remove ${id}` };
  if (problem === "project-gone") {
    return warning(
      `The project of the schedule ${id} no longer exists`,
      remove,
    );
  }
  const again = { advice: againText(row) };
  if (problem === "program-gone") {
    return warning(
      `The mpm program that the schedule ${id} starts no longer exists`,
      again,
    );
  }
  switch (entry) {
    case "present":
    case "unreadable":
      break;
    case "unknown":
      return warning(`mpm has no record of the scheduler entry ${id}`, remove);
    default:
      return warning(`The scheduler entry for ${id} is ${entry}`, again);
  }
  if (last?.state === "refused" && project !== null) {
    return warning(`The schedule ${id} did not run: ${last.reason}`, {
      advice: "Read the definition, then: mpm allow FILE",
    });
  }
  return last?.state === "failed"
    ? warning(`The last run of the schedule ${id} failed: ${last.reason}`, {
      advice: `Its output is in ${log}`,
    })
    : undefined;
}

/** Adding the same schedule again rewrites its entry. */
function againText({ project, name, times, starts, via }: Row): string {
  return `mpm -C ${shellWord(project ?? ".")} schedule add "${times}" ` +
    `${starts} --name ${name} --via ${via}`;
}
