import { MpmError } from "../../base/errors.ts";
import { field } from "../../base/odd_values.ts";
import { lastTurnError, turnErrorText } from "../../clients/claude/answers.ts";
import { allEnded } from "../../git/text.ts";
import { quickPlace } from "../../git/place.ts";
import { Git } from "../../git/run/git.ts";
import { readRecent } from "../../git/history/log.ts";
import { runStatus } from "../../git/submodules.ts";
import { ensureHome } from "../../ops/home.ts";
import { layout } from "../../ops/layout.ts";
import { withLock } from "../../ops/lock.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import {
  type ErrorGit,
  errorLine,
  errorRecord,
  errorRecordsSince,
  keepErrorRecord,
} from "./error_record.ts";
import { startScript } from "../scripts/events.ts";
import { readActivity } from "./activity.ts";
import type { Handler, HookWorld } from "./world.ts";
import { BRIEF } from "../../git/worktree_status.ts";

/** Milliseconds that git may take: the agent waits for the record. */
const GIT_PATIENCE = 300;

/** A tool failed, or a turn ended by an error: a record is kept of it. */
export const onError: Handler = async (world) => {
  const { context: { system }, input, invited } = world;
  // Somebody stopped it.
  if (!invited || input.value("is_interrupt") === true) return {};
  const names = ["error", "error_details", "last_assistant_message"];
  await recordError(world, {
    at: system.now(),
    error: turnErrorText(names.map((name) => input.text(name))),
  });
  return {};
};

/**
 * Records the error that the session's last turn ended with, if that was not
 * recorded yet: Claude Code does not always report it before it ends.
 */
export async function recordTurnError(world: HookWorld): Promise<void> {
  const { context: { system }, input, session } = world;
  const path = input.transcriptPath;
  const found = path === undefined ? undefined : lastTurnError(system, path);
  const { at } = readActivity(world);
  // One of a time that nothing was done since is not this time's.
  if (!found || at === undefined || found.time < at) return;
  const { time, text } = found;
  const recorded = errorRecordsSince(system, session.root, time)
    .some((record) =>
      field(record, "session_id") === session.id &&
      field(record, "tool") === null
    );
  if (!recorded) await recordError(world, { at: new Date(time), error: text });
}

/** Keeps a record and starts the project's script for errors. */
async function recordError(
  world: HookWorld,
  { at, error }: { at: Date; error: string },
): Promise<void> {
  const { context: { system }, input, session, event } = world;
  const tool = input.text("tool_name");
  const record = errorRecord({
    at,
    event,
    session: session.id,
    tool,
    input: input.value("tool_input"),
    error,
    git: await readErrorGit(system, world.worktree, GIT_PATIENCE),
    redactor: redactorOf(system),
  });
  const { home } = layout(session.root);
  if (!system.files.lstat(home)) {
    // With the rules that keep it out of git.
    const make = () => ensureHome(system, session.root);
    await withLock(system, session.root, make);
  }
  const path = keepErrorRecord(system, session.root, record);
  await startScript(world, "on-error.sh", {
    ...tool === undefined ? {} : { MPM_TOOL: record.tool! },
    MPM_ERROR: errorLine(record),
    MPM_RECORD: path,
  });
}

/** Uncommitted paths that are listed. */
const LISTED = 20;

/**
 * Returns the status and the newest commits of a worktree, by two git processes
 * side by side that get `wait` milliseconds each. `undefined`: there is no
 * repository, or git did not answer in time.
 */
export async function readErrorGit(
  system: System,
  folder: string,
  wait: number,
): Promise<ErrorGit | undefined> {
  const place = quickPlace(system, folder);
  if (place?.gitDir === undefined) return undefined;
  const run: System["run"] = (program, options) =>
    system.run(program, {
      ...options,
      timeout: Math.min(options.timeout, wait),
    });
  const hurried = { ...system, run };
  const git = new Git(hurried, place.worktree);
  const { gitDir } = place;
  try {
    const [{ result, status }, recent] = await allEnded([
      runStatus(hurried, git, { gitDir, args: BRIEF }),
      readRecent(git),
    ]);
    if (result.outcome !== "exited" || result.status !== 0) return undefined;
    const { head, branch, entries } = status;
    return {
      branch: branch ?? null,
      head: head ?? null,
      changes: entries.slice(0, LISTED)
        .map(({ status, path }) => `${status} ${path}`),
      changes_omitted: Math.max(0, entries.length - LISTED),
      commits: recent.commits
        .map(({ sha, message }) => `${sha.slice(0, 12)} ${message}`),
    };
  } catch (error) {
    if (error instanceof MpmError) return undefined;
    throw error;
  }
}
