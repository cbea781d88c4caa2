import { attempt, MpmError } from "../../base/errors.ts";
import { escapeLines } from "../../base/escape.ts";
import { SESSION_ID, utcSeconds } from "../../base/ids.ts";
import { field, jsonIn } from "../../base/parsed_values.ts";
import {
  decodeBytes,
  FastImport,
  Git,
  gitFailure,
  ImportStream,
  lined,
  linesOf,
  looseRef,
  mayHaveRefs,
  readObjects,
  readRefs,
  takesPack,
  type Workspace,
} from "../../git/mod.ts";
import { ensureUserWord, userWord, WRITER } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";

/** The log of saves: a ref for each installation, a commit for each save. */
export const SAVES = "refs/mpm/saves";

/** A change to a save, for the log. */
export interface LogChange {
  readonly id: string;
  /** Its JSON; null: the save was removed. */
  readonly bytes: Uint8Array | null;
  /** The parsed JSON, if known. */
  readonly value?: unknown;
}

/** The ref of this installation, and an import that is ready to add to it. */
export interface LogWriter extends AsyncDisposable {
  readonly git: Git;
  readonly ref: string;
  /** False before the first save of this installation. */
  readonly exists: boolean;
  /** The import for the first attempt. */
  readonly importing: FastImport;
  /** The JSON of a save that {@link beginSave} has already sent. */
  readonly given?: Uint8Array;
  /** An object that is stored together with the save. */
  readonly beside?: BesideSave | undefined;
}

/** An object with a separate ref, which is created together with the log's. */
export interface BesideSave {
  /** Stores the object if there is anything to store. Never throws. */
  store(): Promise<NewRef | undefined>;
  /** Records that the ref was created. */
  noteMade(): void;
}

/** A new ref, and its commit. */
export interface NewRef {
  readonly ref: string;
  readonly commit: string;
}

/**
 * Returns this installation's ref in the log and the existing refs of `more`,
 * with their commits. Uses git only if the refs cannot be read from files.
 */
export async function readOwnRefs(
  system: System,
  workspace: Workspace,
  more: readonly string[] = [],
): Promise<ReadonlyMap<string, string>> {
  const { commonDir } = workspace;
  const writer = userWord(system, WRITER);
  const found = new Map<string, string>();
  for (const ref of [`${SAVES}/${writer}`, ...more]) {
    const commit = commonDir && looseRef(system, commonDir, ref);
    if (commit === undefined) return await readLogRefs(system, workspace, more);
    found.set(ref, commit);
  }
  return found;
}

/** Returns the log's refs of all installations, and those of `more`. */
export async function readLogRefs(
  system: System,
  workspace: Workspace,
  more: readonly string[] = [],
): Promise<Map<string, string>> {
  if (workspace.git !== "repository") return new Map();
  const columns = ["%(refname)", "%(objectname)"];
  const refs = await attempt(() =>
    readRefs(gitOf(system, workspace), columns, `${SAVES}/`, ...more)
  );
  return new Map(refs as [string, string][] | undefined);
}

function gitOf(system: System, { worktree }: Workspace): Git {
  return new Git(system, worktree);
}

/**
 * Starts the import that adds to the log, to have git ready in time. `refs`:
 * see {@link readOwnRefs}. Throws FILE_FAILED.
 */
export function beginLog(
  system: System,
  workspace: Workspace,
  refs: ReadonlyMap<string, string>,
): LogWriter {
  const writer = ensureUserWord(system, WRITER);
  if (writer === undefined) {
    throw new MpmError("FILE_FAILED", "Cannot name this installation", {
      hint: "mpm stores the name in your state folder; set HOME",
    });
  }
  const git = gitOf(system, workspace);
  const ref = `${SAVES}/${writer}`;
  const packed = takesPack(system, workspace.commonDir!);
  const importing = new FastImport(git, { packed });
  return {
    ...{ git, ref, exists: refs.has(ref), importing },
    [Symbol.asyncDispose]: () => importing[Symbol.asyncDispose](),
  };
}

/** Sends the JSON early: git compresses it in the meantime. */
export async function beginSave(
  writer: LogWriter,
  bytes: Uint8Array,
): Promise<LogWriter> {
  const stream = new ImportStream();
  stream.line(`blob\nmark ${GIVEN}`);
  stream.data(bytes);
  await writer.importing.begin(stream.whole());
  return { ...writer, given: bytes };
}

/** The mark of the JSON that was sent early. */
const GIVEN = ":2";

/** The most attempts to rebuild a commit if the ref moves or is locked. */
const ATTEMPTS = 20;
const PAUSE_MS = 25;

/**
 * Adds a commit for each change and returns the ID of the last commit. The ref
 * only moves forward. A problem with the additional object does not prevent the
 * save from being added to the log. Throws GIT_FAILED, with nothing added.
 */
export async function addToLog(
  system: System,
  { git, ref, importing, beside, given, ...log }: LogWriter,
  changes: readonly LogChange[],
): Promise<string> {
  let { exists } = log;
  let also = await beside?.store();
  for (let attempt = 1;; attempt++) {
    await using again = attempt === 1
      ? undefined
      : new FastImport(git, { packed: false });
    const order = { ref, exists, also, time: system.now() };
    const known = again ? undefined : given;
    const done = await (again ?? importing).run(
      importStream({ ...order, given: known }, changes),
    );
    if (done.status === 0) {
      if (also) beside!.noteMade();
      return linesOf(done.stdout).at(-1)!;
    }
    const now = (await git.run(["rev-parse", "--verify", "--quiet", ref]))
      .status === 0;
    const said = decodeBytes(done.stderr);
    const isMoved = now !== exists || /\.lock|Not updating/.test(said);
    if (also && (!isMoved || said.includes(also.ref))) {
      also = undefined;
      continue;
    }
    if (!isMoved || attempt === ATTEMPTS) {
      throw gitFailure(["fast-import"], done);
    }
    exists = now;
    await system.sleep(PAUSE_MS);
  }
}

/** Each tree has one save: a tree of all would be written each time. */
function importStream(
  { ref, exists, also, given, time }: {
    ref: string;
    exists: boolean;
    also: NewRef | undefined;
    /** JSON that was already sent to the import. */
    given: Uint8Array | undefined;
    time: Date;
  },
  changes: readonly LogChange[],
): Uint8Array {
  const stream = new ImportStream();
  for (const [at, { id, bytes, value }] of changes.entries()) {
    const message = bytes
      ? commitMessage(id, value ?? jsonIn(decodeBytes(bytes)))
      : `session: remove\n\nSession ID: ${id}\n`;
    stream.commit(ref, message, { made: time.getTime(), committed: 0 });
    // The current commit of the ref, which git-fast-import(1) requires.
    if (at === 0 && exists) stream.line(`from ${ref}^0`);
    stream.line("deleteall");
    if (!bytes) continue;
    const isGiven = bytes === given;
    stream.line(`M 100644 ${isGiven ? GIVEN : "inline"} ${id}.json`);
    if (!isGiven) stream.data(bytes);
  }
  if (also) stream.line(`reset ${also.ref}\nfrom ${also.commit}\n`);
  return stream.end();
}

/** Returns the commit message for a new save, from the value of its JSON. */
export function commitMessage(id: string, value: unknown): string {
  const paused = new Date(String(field(value, "paused_at")));
  const time = Number.isNaN(paused.getTime()) ? id : utcSeconds(paused);
  const summary = field(field(value, "conversation"), "summary");
  const context = typeof summary === "string" ? summary.trim() : "";
  return `session: pause at ${time}

Session ID: ${id}
Context: ${escapeLines(context)}
`;
}

/** The newest commit about a save, in the refs of all installations. */
export interface LoggedSave {
  readonly id: string;
  readonly commit: string;
  /** False if it removed the save. */
  readonly there: boolean;
  /** The first line of the save's summary. */
  readonly summary: string;
}

/** Reads the newest commit about each save. Empty if git fails. */
export async function readLog(
  system: System,
  workspace: Workspace,
): Promise<Map<string, LoggedSave>> {
  const { git, commonDir } = workspace;
  if (git !== "repository") return new Map();
  if (commonDir && !mayHaveRefs(system, commonDir, SAVES)) return new Map();
  const format = "--format=%S %H %at%n%B";
  const args = ["log", "-z", format, `--glob=${SAVES}/*`];
  const { status, stdout } = await gitOf(system, workspace).run(args);
  if (status !== 0) return new Map();
  const commits = decodeBytes(stdout).split("\0").flatMap(loggedIn);
  const own = `${SAVES}/${userWord(system, WRITER) ?? ""}`;
  const made = new Set(
    commits.filter(({ ref }) => ref === own).map(({ id }) => id),
  );
  const found = new Map<string, Logged>();
  for (const one of commits) {
    // For saves that this installation made or removed, other logs do not
    // count. Their clocks may be wrong, or their refs may be a stranger's.
    if (one.ref !== own && made.has(one.id)) continue;
    const known = found.get(one.id);
    // Git sorts the commits of each ref, but not across refs.
    const isNewer = known && known.ref !== one.ref && one.time > known.time;
    if (!known || isNewer) found.set(one.id, one);
  }
  return found;
}

interface Logged extends LoggedSave {
  readonly ref: string;
  /** Seconds since the epoch. */
  readonly time: number;
}

/** Returns the save in a commit; empty for any other commit. */
function loggedIn(text: string): Logged[] {
  const [about = "", subject = ""] = text.split("\n", 2);
  const [ref = "", commit = "", time] = about.split(" ");
  const [, id] = /^Session ID: (\S+)$/m.exec(text) ?? [];
  if (id === undefined || !SESSION_ID.test(id)) return [];
  const [, summary = ""] = /^Context: (.*)$/m.exec(text) ?? [];
  const there = subject.startsWith("session: pause at ");
  return [{ id, commit, there, summary, ref, time: Number(time) }];
}

/** Returns the object IDs of saves' JSON, by save ID. */
export async function readBlobIds(
  system: System,
  workspace: Workspace,
  saves: readonly LoggedSave[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  if (saves.length === 0) return found;
  const args = ["cat-file", "--batch-check=%(objectname)"];
  const { stdout } = await gitOf(system, workspace).run(args, {
    stdin: lined(saves.map(({ commit, id }) => `${commit}:${id}.json`)),
  });
  for (const [at, line] of linesOf(stdout).entries()) {
    if (/^[0-9a-f]+$/.test(line)) found.set(saves[at]!.id, line);
  }
  return found;
}

/** The number of saves that git reads at once. */
const READ_AT_ONCE = 200;

/** Returns the JSON of saves, by save ID. */
export async function readLogged(
  system: System,
  workspace: Workspace,
  saves: readonly LoggedSave[],
): Promise<Map<string, Uint8Array>> {
  const git = gitOf(system, workspace);
  const found = new Map<string, Uint8Array>();
  for (let at = 0; at < saves.length; at += READ_AT_ONCE) {
    const part = saves.slice(at, at + READ_AT_ONCE);
    const names = part.map(({ commit, id }) => `${commit}:${id}.json`);
    const objects = await attempt(() => readObjects(git, names)) ?? [];
    for (const [at, { id }] of part.entries()) {
      const object = objects[at];
      if (object?.type === "blob") found.set(id, object.bytes);
    }
  }
  return found;
}
