import type { Context } from "../cli/command.ts";
import { ProgressLine } from "../cli/progress.ts";
import { MpmError } from "../base/errors.ts";
import {
  type Checked,
  type Finding,
  fixesOf,
  unknown,
  worst,
} from "./check.ts";
import type { DoctorResult } from "./commands/results.ts";
import { VERSION } from "../base/version.ts";
import { checkpointsCheck } from "./checkpoints.ts";
import { gaugeCheck, hooksCheck, transcriptsCheck } from "./claude.ts";
import { gitCheck, locksCheck } from "./git.ts";
import { type Check, type Ground, openGround } from "./ground.ts";
import { journalCheck } from "./journal.ts";
import { clockCheck, configCheck, diskCheck, pathCheck } from "./machine.ts";
import { refsCheck } from "./refs.ts";
import { layoutCheck, savesCheck } from "./saves.ts";
import { leftoversCheck, modesCheck, storeCheck } from "./store.ts";
import { unfinishedCheck } from "./unfinished.ts";
import { workCheck } from "./work.ts";

/** In the order of the answer; the check of the transcripts needs the saves. */
const CHECKS: readonly Check[] = [
  gitCheck,
  storeCheck,
  modesCheck,
  savesCheck,
  workCheck,
  checkpointsCheck,
  refsCheck,
  journalCheck,
  unfinishedCheck,
  locksCheck,
  leftoversCheck,
  layoutCheck,
  hooksCheck,
  gaugeCheck,
  transcriptsCheck,
  configCheck,
  clockCheck,
  diskCheck,
  pathCheck,
];

export interface DoctorInput {
  readonly fix: boolean;
  readonly "dry-run": boolean;
}

/** One check with what it found. */
type Row = Checked & { readonly name: string };

/** Looks at everything and, with `fix`, mends what is safe and looks again. */
export async function examine(
  context: Context,
  { fix, "dry-run": dryRun }: DoctorInput,
): Promise<DoctorResult> {
  if (dryRun && !fix) {
    throw new MpmError("USAGE", "Nothing to show: --dry-run needs --fix", {
      hint: "Without --fix nothing is changed anyway",
    });
  }
  using line = new ProgressLine(context);
  line.waiting("Looking at everything");
  let rows = await lookAtAll(context, line.show);
  let fixes: DoctorResult["fixes"] = null;
  if (fix) {
    fixes = await mend(rows.flatMap(({ found }) => found), dryRun);
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
  progress: Ground["progress"],
): Promise<Row[]> {
  const ground = await openGround(context, progress);
  const rows: Row[] = [];
  for (const check of CHECKS) rows.push(await lookAt(ground, check));
  return rows;
}

/** What stops a check is no reason to take the rest for well. */
async function lookAt(ground: Ground, { name, run }: Check): Promise<Row> {
  try {
    return { name, ...await run(ground) };
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    const { message, hint } = error;
    const found = [unknown(message, hint === undefined ? {} : { mend: hint })];
    return { name, summary: "not looked at", found };
  }
}

/** One that fails keeps no other from its turn. */
async function mend(
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
