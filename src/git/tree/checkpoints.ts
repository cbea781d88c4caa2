import { join } from "../../base/join.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { readRefs } from "../branches.ts";
import { Git, gitFailure, LONG } from "../run/git.ts";
import { FastImport, SYNCED, takesPack } from "../run/objects.ts";
import {
  decodeBytes,
  encodeText,
  joinBytes,
  lined,
  quotePath,
} from "../text.ts";
import type { Capture } from "./capture.ts";
import { OBJECTS_SYNCED } from "./capture_files.ts";
import type { TreeDelta } from "./snapshot.ts";
import { partOf, PARTS, patchBetween } from "./trees.ts";
import { ownRepository, rawGit, type Vault } from "./vault.ts";
import type { System } from "../../system/system.ts";

/** The author of objects that mpm makes: git need not know the user. */
export const MAKER = "mpm <mpm@localhost>";

export const CHECKPOINTS = "refs/mpm/checkpoints";

/** The contents of a checkpoint without its record. */
interface Contents {
  /** The last part of the checkpoint's ref; must be unused. */
  readonly id: string;
  readonly capture: Capture;
  /** Subject of the commit. */
  readonly title: string;
}

/** Starts an import. `awaited`: someone waits, so it may add a pack. */
export function checkpointImport(
  system: System,
  { git, workspace }: Pick<Vault, "git" | "workspace">,
  { awaited }: { awaited: boolean },
): FastImport {
  return new FastImport(git, {
    settings: SYNCED,
    packed: awaited && takesPack(system, workspace.commonDir!),
    timeout: LONG,
  });
}

/**
 * Writes blobs, trees, commit and ref in one process and returns the commit's
 * ID. Its parent is HEAD, so that HEAD's objects survive a reset. An existing
 * ref is never moved. Throws GIT_FAILED, with no ref written.
 */
export async function writeCheckpoint(
  importing: FastImport,
  { record, ...contents }: Contents & { record: Uint8Array },
  now: Date,
): Promise<string> {
  await beginCheckpoint(importing, contents, now);
  return await endCheckpoint(importing, record);
}

/** Sends all but the record, so that git works while it is made. */
export async function beginCheckpoint(
  importing: FastImport,
  contents: Contents,
  now: Date,
): Promise<void> {
  await importing.begin(contentStream(contents, now));
}

/** Does the rest of {@link writeCheckpoint}, after {@link beginCheckpoint}. */
export async function endCheckpoint(
  importing: FastImport,
  record: Uint8Array,
): Promise<string> {
  const stream = new ImportStream();
  stream.line(`M 100644 inline ${PARTS.record}`);
  stream.data(record);
  return await importedId(importing, stream.end());
}

/** Ends an import and returns the ID that its stream requests last. */
export async function importedId(
  importing: FastImport,
  stream: Uint8Array,
): Promise<string> {
  const done = await importing.run(stream);
  if (done.status !== 0) throw gitFailure(["fast-import"], done);
  return decodeBytes(done.stdout).trim().split("\n").at(-1)!;
}

/** The times of a commit, for its author and its committer. */
interface CommitTimes {
  readonly made: number;
  readonly committed: number;
}

/** A part of a stream for git-fast-import(1). */
export class ImportStream {
  readonly #chunks: Uint8Array[] = [];
  /** Lines that follow the chunks; encoding them together is faster. */
  #lines = "";

  line(text: string): void {
    this.#lines += `${text}\n`;
  }

  data(bytes: Uint8Array): void {
    this.line(`data ${bytes.length}`);
    this.#flush();
    this.#chunks.push(bytes);
    this.line("");
  }

  #flush(): void {
    this.#chunks.push(encodeText(this.#lines));
    this.#lines = "";
  }

  /**
   * Begins a commit by mpm, with the mark `:1` and times in milliseconds.
   * People look for changes with `git log --since --all`. So `committed` is at
   * least the parent's time, and not the current time.
   */
  commit(ref: string, title: string, { made, committed }: CommitTimes): void {
    const by = (role: string, time: number) =>
      this.line(`${role} ${MAKER} ${Math.floor(time / 1000)} +0000`);
    this.line(`commit ${ref}`);
    this.line("mark :1");
    by("author", made);
    by("committer", committed);
    this.data(encodeText(title));
  }

  /** Puts files into a folder of the commit; `""`: the top. */
  files(folder: string, delta: TreeDelta): void {
    const above = folder === "" ? "" : `${folder}/`;
    const place = (path: string) => quotePath(`${above}${path}`);
    // Deletions first: a file may be where a folder was.
    for (const [path, entry] of delta) {
      if (!entry) this.line(`D ${place(path)}`);
    }
    for (const [path, entry] of delta) {
      if (!entry) continue;
      const { bytes } = entry as { bytes?: Uint8Array };
      const content = bytes ? "inline" : entry.id;
      this.line(`M ${entry.mode} ${content} ${place(path)}`);
      if (bytes) this.data(bytes);
    }
  }

  /** Adds the versions of conflicts, which are in no tree. */
  stages(unmerged: Capture["marks"]["unmerged"]): void {
    for (const { path, stages } of unmerged) {
      for (const { stage, mode, id } of stages) {
        if (mode === "160000") continue;
        this.line(`M ${mode} ${id} ${quotePath(`stages/${stage}/${path}`)}`);
      }
    }
  }

  /** Requests the ID of the last commit, and returns the finished stream. */
  end(): Uint8Array {
    this.line("get-mark :1");
    this.line("done");
    return this.whole();
  }

  whole(): Uint8Array {
    this.#flush();
    return joinBytes(this.#chunks);
  }
}

function contentStream(
  { id, capture, title }: Contents,
  now: Date,
): Uint8Array {
  const stream = new ImportStream();
  const { head, recent: [last] } = capture.state;
  const made = now.getTime();
  const parent = last?.sha === head ? last?.time : made;
  stream.commit(`${CHECKPOINTS}/${id}`, title, {
    made,
    committed: parent ?? 0,
  });
  if (head !== undefined) {
    stream.line(`from ${head}`);
    stream.line("deleteall");
  }
  for (const folder of ["worktree", "index"] as const) {
    const name = PARTS[folder];
    if (head !== undefined) stream.line(`M 040000 ${capture.base} ${name}`);
    stream.line(`D ${name}/.claude-mpm`);
    stream.files(name, capture[folder]);
  }
  stream.stages(capture.marks.unmerged);
  // Git computes a folder's ID by creating it: ask first, not last.
  stream.line(`ls "${PARTS.worktree}"`);
  stream.line(`ls "${PARTS.index}"`);
  return stream.whole();
}

/** mpm refs have no reflog. */
export const NO_REFLOG = ["-c", "core.logAllRefUpdates=false"];

/** Returns the commit for each checkpoint ID. */
export async function readCheckpointRefs(
  git: Git,
  folder = CHECKPOINTS,
): Promise<Map<string, string>> {
  const columns = ["%(objecttype)", "%(objectname)", "%(refname)"];
  const refs = await readRefs(git, columns, `${folder}/`);
  return new Map(
    refs.filter(([type]) => type === "commit")
      .map(([, commit, ref]) => [ref!.slice(folder.length + 1), commit!]),
  );
}

/** Returns a checkpoint's record. Throws GIT_FAILED. */
export function readCheckpointRecord(
  git: Git,
  commit: string,
): Promise<Uint8Array> {
  return git.read(["cat-file", "blob", `${commit}:${PARTS.record}`]);
}

/** Creates a ref that does not exist. Throws GIT_FAILED. */
export async function createRef(
  git: Git,
  { ref, commit }: { ref: string; commit: string },
): Promise<void> {
  const none = "0".repeat(commit.length);
  await git.read([...NO_REFLOG, "update-ref", ref, commit, none]);
}

/** Creates the missing ref of a checkpoint; returns whether that worked. */
export async function createCheckpointRef(
  git: Git,
  { id, commit }: { id: string; commit: string },
): Promise<boolean> {
  const made = await attempt(async () => {
    await createRef(git, { ref: `${CHECKPOINTS}/${id}`, commit });
    return true;
  });
  return made ?? false;
}

/** Removes checkpoints from the list; `to` is the folder for their refs. */
export async function moveCheckpointRef(
  git: Git,
  { from, to, commit }: { from: string; to: string; commit: string },
): Promise<void> {
  const stdin = encodeText(
    `start\ncreate ${to} ${commit}\ndelete ${from} ${commit}\nprepare\ncommit\n`,
  );
  const args = [...NO_REFLOG, "update-ref", "--stdin"];
  const done = await git.run(args, { stdin });
  if (done.status === 0) return;
  throw new MpmError(
    "GIT_FAILED",
    `Cannot move "${from}": ${decodeBytes(done.stderr).trim()}`,
  );
}

/** Drops refs that still point to these commits. Throws GIT_FAILED. */
export async function dropRefs(
  git: Git,
  refs: readonly { ref: string; commit: string }[],
): Promise<void> {
  if (refs.length === 0) return;
  const stdin = lined(refs.map(({ ref, commit }) => `delete ${ref} ${commit}`));
  await git.read(["update-ref", "--stdin"], { stdin });
}

/** Returns a git for mpm's repository from before the project had one. */
export function gitOfOwn(system: System, root: string, home: string): Git {
  const gitDir = ownRepository(home);
  const repository = { gitDir, commonDir: gitDir, worktree: root };
  return new Git(system, root, { repository });
}

/**
 * Copies checkpoints from mpm's repository into the project's newer one, as far
 * as possible. Git gets a pack: a repository to fetch from may name programs.
 */
export async function bringCheckpoints(
  system: System,
  git: Git,
  own: Git,
  wanted: readonly { readonly id: string; readonly commit: string }[],
): Promise<void> {
  const there = await readCheckpointRefs(own);
  const commits = wanted.filter(({ id, commit }) => there.get(id) === commit)
    .map(({ commit }) => `${commit}\n`);
  if (commits.length === 0) return;
  const base = join(await own.temporaryFolder(), "pack");
  const packed = await own.run(["pack-objects", "--quiet", "--revs", base], {
    stdin: encodeText(commits.join("")),
    timeout: LONG,
  });
  if (packed.status !== 0) return;
  const pack = `${base}-${decodeBytes(packed.stdout).trim()}.pack`;
  await git.run([...OBJECTS_SYNCED, "index-pack", "--stdin"], {
    stdin: partsOf(system, pack),
    timeout: LONG,
  });
}

/** Bytes to read at a time. */
const PART = 4 * 1024 * 1024;

async function* partsOf(
  { files }: System,
  path: string,
): AsyncGenerator<Uint8Array> {
  const size = files.lstat(path)?.size ?? 0;
  for (let at = 0; at < size; at += PART) {
    yield await Promise.resolve(files.readPart(path, at, PART));
  }
}

/**
 * Makes a patch from a checkpoint to the current worktree. The objects go to
 * `objects`, an empty folder that the caller removes. Creates no ref.
 */
export async function patchToWorktree(
  system: System,
  vault: Vault,
  { commit, capture, rawFolder, objects }: {
    commit: string;
    capture: Capture;
    rawFolder: string;
    objects: string;
  },
): Promise<Uint8Array> {
  const { worktree, commonDir } = vault.workspace;
  using raw = rawGit(system, vault, { near: rawFolder, worktree });
  const env = {
    GIT_OBJECT_DIRECTORY: objects,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: join(commonDir!, "objects"),
  };
  const writing = raw.git.with(env);
  const id = `diff-${system.random()}`;
  const record = new Uint8Array();
  await using importing = checkpointImport(system, { ...vault, git: writing }, {
    awaited: true,
  });
  const here = await writeCheckpoint(
    importing,
    { id, capture, record, title: "diff" },
    system.now(),
  );
  const parts = [commit, here].map((one) => partOf(one, "worktree"));
  return await patchBetween(writing, parts[0]!, parts[1]!);
}
