import { MpmError } from "../base/errors.ts";
import { VERSION } from "../base/version.ts";
import { type Context, ProgressLine } from "../cli/mod.ts";
import {
  type Check,
  type Checked,
  type CheckInput,
  type Finding,
  fixesOf,
  NOTHING,
  notRun,
  readCheckInput,
  worst,
} from "./check.ts";
import { checkCheckpoints } from "./checkpoints.ts";
import {
  checkClients,
  checkGauge,
  checkHooks,
  checkTranscripts,
} from "./claude.ts";
import type { DoctorResult } from "./commands/results.ts";
import { checkHandoff } from "./handoff.ts";
import { checkGit, checkLocks, checkRefs } from "./git.ts";
import {
  checkClock,
  checkConfig,
  checkDisk,
  checkPrograms,
  checkSchedules,
} from "./machine.ts";
import { checkLayout, checkSaves } from "./saves.ts";
import { checkLeftovers, checkModes, checkStore } from "./store.ts";
import { checkJournal, checkUnfinished } from "./unfinished.ts";
import { checkWork } from "./work.ts";

/** A requirement of a check: the mpm folder must exist, or must be readable. */
type Need = "store" | "access";

/** In output order; the transcript check needs the saves. */
const CHECKS: readonly (readonly [name: string, Check, ...Need[]])[] = [
  ["git", checkGit],
  ["store", checkStore],
  ["modes", checkModes, "store"],
  ["saves", checkSaves, "access"],
  ["sessions", checkWork, "access", "store"],
  ["hand-off", checkHandoff, "access", "store"],
  ["checkpoints", checkCheckpoints, "access"],
  ["refs", checkRefs],
  ["log", checkJournal, "store"],
  ["unfinished", checkUnfinished, "access"],
  ["locks", checkLocks],
  ["leftovers", checkLeftovers, "store"],
  ["layout", checkLayout],
  ["hooks", checkHooks],
  ["gauge", checkGauge],
  ["transcripts", checkTranscripts],
  ["schedules", checkSchedules],
  ["configuration", checkConfig],
  ["clock", checkClock],
  ["disk", checkDisk],
  ["path", checkPrograms],
];

interface DoctorInput {
  readonly fix: boolean;
  readonly "dry-run": boolean;
}

/** A check and its findings. */
type Row = Checked & { readonly name: string };

/** Checks everything; with `fix`, applies the safe fixes and checks again. */
export async function examine(
  context: Context,
  { fix, "dry-run": dryRun }: DoctorInput,
): Promise<DoctorResult> {
  if (dryRun && !fix) {
    throw new MpmError("USAGE", "--dry-run works only with --fix", {
      hint: "Without --fix, mpm changes nothing",
    });
  }
  using line = new ProgressLine(context);
  line.waiting("Checking everything");
  let rows = await lookAtAll(context, line.show);
  let fixes: DoctorResult["fixes"] = null;
  if (fix) {
    fixes = await applyFixes(rows.flatMap(({ found }) => found), dryRun);
    if (!dryRun && fixes.done.length > 0) {
      rows = await lookAtAll(context, line.show);
    }
  }
  const checks = rows.map(({ name, summary, found }) => ({
    name,
    state: worst(found),
    summary,
    findings: found.map(({ fix, ...rest }) => ({
      ...rest,
      fix: fix?.title ?? null,
    })),
  }));
  return {
    project: context.folder,
    checked_at: context.system.now().toISOString(),
    version: VERSION,
    state: worst(checks),
    checks,
    fixes,
  };
}

async function lookAtAll(
  context: Context,
  progress: CheckInput["progress"],
): Promise<Row[]> {
  const input = await readCheckInput(context, progress);
  const rows: Row[] = [];
  for (const [name, check, ...needs] of CHECKS) {
    rows.push({ name, ...await lookAt(input, check, needs) });
    if (check === checkHooks) rows.push(...await checkClients(input));
  }
  return rows;
}

/** Runs a check; if it fails, the other checks are still shown. */
async function lookAt(
  input: CheckInput,
  check: Check,
  needs: readonly Need[],
): Promise<Checked> {
  const { problem, hasStore } = input;
  if (problem && needs.includes("access")) return notRun(problem.detail);
  if (!hasStore && needs.includes("store")) {
    return { summary: NOTHING, found: [] };
  }
  try {
    return await check(input);
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    const { message, hint } = error;
    return notRun(message, hint === undefined ? {} : { advice: hint });
  }
}

/** Applies each fix, even if an earlier one failed. */
async function applyFixes(
  found: readonly Finding[],
  dryRun: boolean,
): Promise<NonNullable<DoctorResult["fixes"]>> {
  const done: string[] = [];
  const failed: { fix: string; reason: string }[] = [];
  for (const { title, apply } of fixesOf(found)) {
    try {
      if (!dryRun) await apply();
      done.push(title);
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      failed.push({ fix: title, reason: error.message });
    }
  }
  return { dry_run: dryRun, done, failed };
}
