import { dirname } from "@std/path";
import { attempt } from "../base/errors.ts";
import { shellWord } from "../base/shell.ts";
import { ageWords, durationText } from "../base/times.ts";
import { BUILD, VERSION } from "../base/version.ts";
import { counted, sizeText } from "../base/words.ts";
import { listSchedules } from "../schedules/mod.ts";
import { programsOnPath, versionLine } from "../clients/mod.ts";
import { configFiles, readConfigAnyway, readGiven } from "../config/mod.ts";
import { isSameFile } from "../hooks/mod.ts";
import { damagedAllowed } from "../ops/mod.ts";
import {
  bounded,
  type Checked,
  type CheckInput,
  failure,
  type Finding,
  unknown,
  warning,
} from "./check.ts";

/** Checks that the configuration can be read. */
export async function checkConfig(
  { system, workspace }: CheckInput,
): Promise<Checked> {
  const { faults } = await readConfigAnyway(system, workspace.root);
  const given = readGiven(system, workspace.root, () => {});
  const found = faults.map((text) =>
    failure("USAGE", text, {
      advice: 'Fix it there; "mpm config list" shows more',
    })
  );
  const list = attempt(() => damagedAllowed(system));
  if (list !== undefined) {
    const detail = `Cannot read "${list}", so nothing is allowed to run`;
    const advice =
      "Move it elsewhere, then allow what you need again: mpm allow";
    found.push(failure("UNREADABLE", detail, { advice }));
  }
  const files = configFiles(system, workspace.root);
  if (!files.some(({ layer }) => layer === "user")) {
    const detail = "mpm cannot find your own configuration";
    found.push(unknown(detail, { advice: "Set HOME" }));
  }
  const count = given.size;
  const summary = count === 0 ? "all defaults" : counted(count, "setting");
  return { summary, found };
}

/** The minimum numbers of free bytes and free files; below them, mpm warns. */
const LOW = 500_000_000;
const FULL = 50_000_000;
const FEW = 10_000;

/** Checks that there is room for a save and a checkpoint. */
export async function checkDisk(
  { system, workspace }: CheckInput,
): Promise<Checked> {
  const { root } = workspace;
  const space = await system.files.space(root);
  if (!space) {
    const detail = `mpm cannot find out how full the disk of "${root}" is`;
    return { summary: "unknown", found: [unknown(detail)] };
  }
  const { size, free, entries } = space;
  const found: Finding[] = [];
  const detail = `The disk of "${root}" has only ${sizeText(free)} left`;
  const advice =
    "Free some space: saves are small, and checkpoints need space for " +
    "changed files";
  if (free < FULL) found.push(failure("FILE_FAILED", detail, { advice }));
  else if (free < LOW) found.push(warning(detail, { advice }));
  if (entries !== undefined && entries < FEW) {
    const detail =
      `The disk of "${root}" has room for only ${entries} more files`;
    found.push(warning(detail, { advice: "Remove files that are not needed" }));
  }
  const summary = `${sizeText(free)} free of ${sizeText(size)}`;
  return { summary, found };
}

/** Checks that the command `mpm` starts this mpm and no other. */
export async function checkPrograms(
  { context, system, workspace }: CheckInput,
) {
  const program = system.program();
  const programs = programsOnPath(system, "mpm");
  const found: OnPath[] = [];
  for (const path of programs) {
    const isThis = program !== undefined && isSameFile(system, path, program);
    const version = isThis
      ? `mpm ${VERSION}`
      : await versionLine(context.system, path, {
        root: workspace.root,
        timeout: TIMEOUT,
      });
    found.push({ path, isThis, version });
  }
  const folder = dirname(program ?? "");
  const [first] = found;
  return {
    summary: first ? `${first.path}, ${first.version ?? "?"}` : "not on PATH",
    found: pathFindings(found, {
      program,
      folder,
      windows: system.platform === "windows",
    }),
  };
}

/** Milliseconds in which another mpm must answer. */
const TIMEOUT = 2000;

/** Milliseconds by which clocks may differ before mpm reports it. */
const SLACK = 60_000;

/** Checks the clock against recorded times. */
export function checkClock({ context, entries }: CheckInput): Checked {
  const now = context.system.now();
  const found: Finding[] = [];
  const built = Date.parse(/\d{4}-\d\d-\d\d$/.exec(BUILD)?.[0] ?? "");
  if (built - now.getTime() > 0) {
    const detail = `The clock says ${now.toISOString()}, which is ` +
      `${durationText(built - now.getTime())} before this mpm was built`;
    found.push(failure("CONFLICT", detail, { advice: "Set the clock" }));
  }
  const ahead = entries.filter(({ pausedAt, problem }) =>
    !problem && Date.parse(pausedAt) - now.getTime() > SLACK
  ).map(({ id, pausedAt }) =>
    warning(
      `${id} is dated ${ageWords(new Date(pausedAt), now)}, so it counts ` +
        "as the newest save until then",
      { advice: `If the clock is right: mpm saves rm ${id}` },
    )
  );
  return {
    summary: now.toISOString().replace(/\.\d+/, ""),
    found: [...found, ...bounded(ahead, "more save")],
  };
}

/** A program called `mpm` in a folder on PATH. */
interface OnPath {
  readonly path: string;
  /** True if this is the running program. */
  readonly isThis: boolean;
  /** The output of `--version`; `undefined` if it cannot be run. */
  readonly version: string | undefined;
}

/** Compares the programs on PATH with the running program. */
function pathFindings(
  found: readonly OnPath[],
  { program, folder, windows }: {
    program: string | undefined;
    folder: string;
    windows: boolean;
  },
): Finding[] {
  if (program === undefined) {
    return [unknown("mpm runs from source, so PATH was not checked")];
  }
  const [first, ...others] = found;
  if (!first) {
    return [warning("mpm is not on PATH, where skills and people look for it", {
      advice: windows
        ? `Add ${folder} to your PATH, in the settings of your account`
        : `export PATH=${shellWord(folder)}:"$PATH", in your shell's profile`,
    })];
  }
  if (!first.isThis) {
    return [
      warning(
        `"mpm" starts ${named(first)}, not ${program}, which is running now`,
        { advice: `Remove one of them, or put ${folder} first in PATH` },
      ),
    ];
  }
  return others.map((other) =>
    warning(`PATH has another mpm: ${named(other)}`, {
      advice: `If it is not needed: rm ${shellWord(other.path)}`,
    })
  );
}

function named({ path, version }: OnPath): string {
  return `${path} (${version ?? "version unknown"})`;
}

type Schedule = Awaited<ReturnType<typeof listSchedules>>["rows"][number];

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
function findingOf(row: Schedule): Finding | undefined {
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
function againText({ project, name, times, starts, via }: Schedule): string {
  return `mpm -C ${shellWord(project ?? ".")} schedule add "${times}" ` +
    `${starts} --name ${name} --via ${via}`;
}
