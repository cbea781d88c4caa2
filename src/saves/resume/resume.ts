import { agentCommand } from "../agent_command.ts";
import {
  newestAnywhere,
  type NewestSave,
  ownSave,
  selectSave,
} from "./select.ts";
import { listProject } from "./elsewhere.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { isAhead } from "../../base/times.ts";
import { shellWord } from "../../base/shell.ts";
import { firstLine } from "../../base/words.ts";
import { outlineOf } from "../handoff/outline.ts";
import { changeCounts } from "../handoff/taken_up.ts";
import type { Context } from "../../cli/mod.ts";
import { readConfigAnyway } from "../../config/mod.ts";
import { Partitions } from "../../partitions/mod.ts";
import type { Changes } from "../compare/changes.ts";
import { detectState } from "../compare/detect.ts";
import { storeFor } from "../compare/place.ts";
import { evidenceOfSave } from "../evidence.ts";
import { type Origin, Origins } from "../trust/origins.ts";
import { foreignNote } from "../trust/foreign.ts";
import { hasBrought } from "../contents/shared.ts";
import { redactResume } from "../redact.ts";
import { readyRedaction, redactorOf } from "../../secrets/mod.ts";
import { openHandoffs, readDocuments } from "../../documents/mod.ts";
import type { Save } from "../save.ts";
import {
  type AskedStatus,
  beginStatus,
  findWorkspace,
  readIn,
  type Workspace,
} from "../../git/mod.ts";
import type { ResumeResult, SessionsResult } from "../commands/results.ts";
import { fullId, isTeams, type SaveEntry } from "../store/save_entry.ts";
import { type LoadedSave, loadSave } from "../store/load_save.ts";
import { newestSaves } from "../store/read_saves.ts";
import { openStore, unfinishedPause } from "../store/recover.ts";
import { layout } from "../../ops/mod.ts";
import { once } from "../../base/remembered.ts";
import type { System } from "../../system/system.ts";
import { chooseSession } from "./choose.ts";
import { itemsShown, peekWork, refuseOver } from "./resume_work.ts";

interface ResumeInput {
  readonly selector: string | undefined;
  readonly "session-id": string | undefined;
  readonly list: boolean;
  readonly last: boolean;
  readonly all: boolean;
  readonly peek: boolean;
  readonly "no-changes": boolean;
  readonly format: ResumeResult["format"];
  /** True if only lines made from the save are shown, in redacted form. */
  readonly lines?: boolean;
  /** The workspace, if it is known; otherwise it is looked up. */
  readonly workspace?: Workspace | undefined;
  /** The number of the first save in the list; 0 by default. */
  readonly first?: number;
}

/** A chosen save that has not been read yet. */
export interface Chosen extends NewestSave {
  readonly workspace: Workspace;
  readonly input: ResumeInput;
  /** Git's status, which runs while mpm finds the save. */
  readonly asked?: Promise<AskedStatus> | undefined;
}

/**
 * Chooses the save, or returns the list on request. Throws USAGE, NOT_FOUND,
 * AMBIGUOUS, CONFLICT for an ended session, CANCELLED.
 */
export async function findOne(
  context: Context,
  input: ResumeInput,
): Promise<Chosen | SessionsResult> {
  const { system } = context;
  const selector = chosenSelector(input);
  const { first = 0, all, peek } = input;
  const workspace = input.workspace ?? await findWorkspace(context);
  await openStore(system, workspace.root);
  if (selector === undefined && !input.list) {
    const { pointer } = layout(workspace.root);
    const isNeeded = system.files.lstat(pointer) !== undefined &&
      !input["no-changes"] && workspace.git === "repository";
    // It takes about as long as finding and reading a save.
    const asked = isNeeded ? beginStatus(system, workspace) : undefined;
    // Git starts at the end of this turn.
    await system.sleep(0);
    const anyWorktree = input.last;
    const newest = await orEnded(
      asked,
      newestAnywhere(context, workspace, { anyWorktree }),
    );
    return { ...newest, workspace, input, asked };
  }
  let chosen: NewestSave;
  if (selector !== undefined) {
    chosen = await selectSave(system, workspace, { selector, first });
  } else {
    const offer = await listProject(context, workspace, { all, first });
    const { listed } = offer;
    if (!context.interactive || listed.sessions.length === 0) return listed;
    // Uses the list that was shown, since another pause may have happened in
    // the meantime.
    chosen = { entry: await chooseSession(context, offer), warnings: [] };
  }
  if (!peek) refuseOver(system, workspace, chosen.entry);
  return { ...chosen, workspace, input };
}

/** Returns the result of `work`; if it fails, waits for `begun` first. */
async function orEnded<T>(
  begun: Promise<unknown> | undefined,
  work: Promise<T>,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    await begun?.catch(() => {});
    throw error;
  }
}

function chosenSelector(input: ResumeInput): string | undefined {
  const given = [
    input.selector,
    input["session-id"],
    input.list ? "--list" : undefined,
    input.last ? "--last" : undefined,
  ].filter((choice) => choice !== undefined);
  if (given.length > 1) {
    throw new MpmError("USAGE", "More than one session was requested", {
      hint: `Choose one of: ${given.join(", ")}`,
    });
  }
  return input.selector ?? input["session-id"];
}

/**
 * Reads the chosen save and the changes since it was made. Throws the errors of
 * {@link loadSave}, GIT_FAILED.
 */
export async function loadResumed(
  { system }: Context,
  { entry, later: laterEntries = [], loaded, ...chosen }: Chosen,
): Promise<ResumeResult> {
  const { workspace, warnings, input, asked } = chosen;
  const { save, digest, warnings: repairs } = loaded ??
    await orEnded(asked, loadOrOffer(system, entry, workspace.root));
  const origin = new Origins(system).of({ id: entry.id, digest });
  const now = system.now();
  const open = once(() =>
    itemsShown(system, workspace, {
      ...{ save, own: origin === "own" },
      chosen: input.last || input.list || chosenSelector(input) !== undefined,
    })
  );
  const detecting = input["no-changes"]
    ? { changes: null, evidence: [] }
    : readIn(system, workspace, async (workspace) => {
      const store = storeFor(system, workspace, { save, origin });
      const since = { save, store, asked };
      const { changes, state } = await detectState(system, workspace, since);
      const evidence = await evidenceOfSave(system, workspace, {
        ...{ save, origin, state, carried: open().items },
      });
      return { changes, evidence };
    });
  // This code runs while git works, so git must start first.
  await system.sleep(0);
  readyRedaction(system);
  const { items, vars, problems } = open();
  const later = await laterOf(system, laterEntries);
  const { changes: detected, evidence } = await detecting;
  const changes = detected && withPartitions(system, workspace.root, detected);
  const result: ResumeResult = {
    resumed_at: now.toISOString(),
    source: entry.path,
    origin,
    session: save,
    later,
    changes,
    evidence,
    items: [...items],
    vars: { ...vars },
    handoffs: stillOpen(system, workspace, save),
    work: peekWork(system, workspace, save),
    agent_command: agentCommand(save.mpm?.agent, origin),
    ...{ take_over: null, format: input.format },
    fence: system.random(),
    warnings: [
      ...originNotes(system, workspace.root, { entry, origin, changes }),
      ...warnings,
      ...placeWarnings(entry, now),
      ...unfinishedPause(system, workspace.root),
      ...repairs,
      ...problems,
    ],
  };
  return redactResume(redactorOf(system), result, { lines: !!input.lines });
}

/** Leaves out documents that were finished since, or do not exist here. */
function stillOpen(system: System, workspace: Workspace, save: Save) {
  const saved = save.mpm?.handoff?.handoffs ?? [];
  if (saved.length === 0) return [];
  const documents = readDocuments(system, workspace);
  const here = new Set(documents.all.map(({ id }) => id));
  const open = new Map(openHandoffs(documents).map((one) => [one.id, one]));
  return saved.flatMap((one) =>
    here.has(one.id) ? open.get(one.id) ?? [] : one
  );
}

/** The newest save of a worktree, and the changes since it was made. */
export interface LastSave {
  session_id: string;
  paused_at: string;
  summary: string;
  origin: Origin;
  author: string | null;
  /** `2 new commits, 1 file changed`; null: unknown. */
  changes: string | null;
  /** Open steps, most important first. */
  next_steps: string[];
  agent_command: string[] | null;
}

/**
 * Returns the save that a plain resume would use, and the changes since it was
 * made; null: there is no save. Changes nothing. Throws the errors of a resume.
 */
export async function lastSaveHere(context: Context): Promise<LastSave | null> {
  const found = await findOne(context, PEEK).catch((error) => {
    if (error instanceof MpmError && error.code === "NOT_FOUND") return null;
    throw error;
  });
  if (found === null || "sessions" in found) return null;
  const result = await loadResumed(context, found);
  const { session, origin, changes, agent_command } = result;
  const { begun, next } = outlineOf(result);
  return {
    session_id: session.session_id,
    paused_at: session.paused_at,
    summary: firstLine(session.conversation.summary, LONGEST),
    origin,
    author: session.mpm?.author ?? null,
    changes: changes && changeCounts(changes),
    next_steps: [...begun, ...next].map(({ text }) => text),
    agent_command,
  };
}

/** The maximum length of a one-line summary, in UTF-16 units. */
const LONGEST = 500;

const PEEK: ResumeInput = {
  selector: undefined,
  "session-id": undefined,
  ...{ list: false, last: false, all: false, peek: true, "no-changes": false },
  format: "text",
};

/** Returns the hand-offs of the user's own later saves. */
async function laterOf(
  system: System,
  entries: readonly SaveEntry[],
): Promise<ResumeResult["later"]> {
  const origins = new Origins(system);
  const found: ResumeResult["later"] = [];
  for (const entry of entries) {
    const save = (await ownSave(system, origins, entry))?.save;
    const handoff = save?.mpm?.handoff;
    if (!handoff) continue;
    const { session_id, paused_at } = save;
    found.push({ session_id, paused_at, handoff });
  }
  return found;
}
function withPartitions(
  system: System,
  root: string,
  changes: Changes,
): Changes {
  const partitions = new Partitions(readConfigAnyway(system, root).config);
  if (partitions.all.length === 0) return changes;
  const named = <T extends { path: string }>(file: T): T => {
    const partition = partitions.of(file.path);
    return partition === undefined ? file : { ...file, partition };
  };
  const { files, working_directory: working } = changes;
  return {
    ...changes,
    files: files.map(named),
    working_directory: { ...working, paths: working.paths.map(named) },
  };
}

/** The maximum number of saves to try as a replacement for a damaged one. */
const OFFERED = 20;

/** Loads the save. If it is damaged, the error names an earlier one. */
async function loadOrOffer(
  system: System,
  entry: SaveEntry,
  root: string,
): Promise<LoadedSave> {
  try {
    return await loadSave(system, entry);
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    let tried = 0;
    for await (const other of newestSaves(system, root)) {
      if (other.id === entry.id) continue;
      if (tried++ === OFFERED) break;
      if (!await attempt(() => loadSave(system, other))) continue;
      throw new MpmError(error.code, error.message, {
        hint: `The newest undamaged save: mpm resume ${other.id}`,
        cause: error,
      });
    }
    throw error;
  }
}

/** Says who made a save, where they paused, and how to get their files. */
function originNotes(
  system: System,
  root: string,
  { entry, origin, changes }: {
    entry: SaveEntry;
    origin: Origin;
    changes: Changes | null;
  },
): string[] {
  const id = fullId(entry);
  const notes = origin === "foreign" ? [foreignNote(id, entry.author)] : [];
  if (!isTeams(entry)) return notes;
  const who = entry.author ?? "Someone";
  if (hasBrought(system, root, entry)) {
    notes.push(`${who} sent uncommitted files: mpm restore ${id} --dry-run`);
  }
  const { then, now, recorded, remote } = changes?.branch ?? {};
  if (!then || then === now) return notes;
  const get = recorded === "exists" || remote ? "" : "git fetch && ";
  const steps = `${get}git switch ${shellWord(then)}`;
  return [...notes, `${who} paused on ${then}: ${steps}`];
}

function placeWarnings({ pausedAt, location }: SaveEntry, now: Date): string[] {
  const said: string[] = [];
  if (isAhead(pausedAt, now)) {
    said.push(
      "The time of this save is in the future, so another save may be " +
        'newer: see "mpm saves list"',
    );
  }
  if (location === "kept") {
    said.push(
      "This save is no longer in .claude-mpm/sessions; mpm loaded its " +
        "second copy",
    );
  }
  return said;
}
