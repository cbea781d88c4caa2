import { MpmError } from "../../base/errors.ts";
import { resolveNames } from "../branches.ts";
import { type Git, gitFailure } from "../run/git.ts";
import { FastImport, takesPack } from "../run/objects.ts";
import {
  decodeBytes,
  encodeText,
  joinBytes,
  quotePath,
  splitFields,
} from "../text.ts";
import type { Capture } from "./capture.ts";
import { isOwnPath, type TreeDelta, type TreeEntry } from "./snapshot.ts";
import type { ObjectHash, Vault } from "./vault.ts";
import type { System } from "../../system/system.ts";

/** Where the refs of checkpoints are. */
export const CHECKPOINTS = "refs/mpm/checkpoints";

/** What a checkpoint's commit holds. */
export const PARTS = {
  worktree: "worktree",
  index: "index",
  record: "record.json",
} as const;

const SETTINGS = [
  "core.logAllRefUpdates=false",
  // When git says that it is done, all is on the disk.
  "core.fsync=all",
  // One wait for the disk rather than one for each loose object.
  "core.fsyncMethod=batch",
];

/** Milliseconds for what may be a lot of data. */
const LONG = 15 * 60_000;

/** What a checkpoint holds beside its record. */
interface Contents {
  /** The last part of its ref; must be free. */
  readonly id: string;
  readonly capture: Capture;
  /** Subject of the commit. */
  readonly title: string;
}

/**
 * What {@link writeCheckpoint} writes with; started before that. `awaited`:
 * somebody waits for it, so that it may cost the repository a pack.
 */
export function checkpointImport(
  system: System,
  { git, workspace }: Pick<Vault, "git" | "workspace">,
  { awaited }: { awaited: boolean },
): FastImport {
  return new FastImport(git, {
    settings: SETTINGS,
    packed: awaited && takesPack(system, workspace.commonDir!),
    timeout: LONG,
  });
}

/**
 * Writes blobs, trees, commit and ref in one process and returns the commit's
 * id. Its parent is HEAD, so that HEAD's objects outlive a reset. A ref that is
 * there is never moved. Throws GIT_FAILED, with no ref written.
 */
export async function writeCheckpoint(
  importing: FastImport,
  { record, ...contents }: Contents & { record: Uint8Array },
  now: Date,
): Promise<string> {
  await beginCheckpoint(importing, contents, now);
  return await endCheckpoint(importing, record);
}

/** Hands over all but the record, so that git works while that is made. */
export async function beginCheckpoint(
  importing: FastImport,
  contents: Contents,
  now: Date,
): Promise<void> {
  await importing.begin(contentStream(contents, now));
}

/** The rest of {@link writeCheckpoint}. */
export async function endCheckpoint(
  importing: FastImport,
  record: Uint8Array,
): Promise<string> {
  const { line, data, whole } = newStream();
  line(`M 100644 inline ${PARTS.record}`);
  data(record);
  line("get-mark :1");
  line("done");
  const done = await importing.run(whole());
  if (done.status !== 0) throw gitFailure(["fast-import"], done);
  return decodeBytes(done.stdout).trim().split("\n").at(-1)!;
}

/** A part of a stream of git-fast-import(1). */
function newStream() {
  const chunks: Uint8Array[] = [];
  const line = (text: string) => chunks.push(encodeText(`${text}\n`));
  const data = (bytes: Uint8Array) => {
    line(`data ${bytes.length}`);
    chunks.push(bytes);
    line("");
  };
  return { line, data, whole: () => joinBytes(chunks) };
}

function contentStream(
  { id, capture, title }: Contents,
  now: Date,
): Uint8Array {
  const { line, data, whole } = newStream();
  line(`commit ${CHECKPOINTS}/${id}`);
  line("mark :1");
  line(
    `committer mpm <mpm@localhost> ${Math.floor(now.getTime() / 1000)} +0000`,
  );
  data(encodeText(title));
  const { head } = capture.state;
  if (head !== undefined) {
    line(`from ${head}`);
    line("deleteall");
  }
  const part = (folder: string, delta: TreeDelta) => {
    if (head !== undefined) line(`M 040000 ${capture.base} ${folder}`);
    line(`D ${folder}/.claude-mpm`);
    const place = (path: string) => quotePath(`${folder}/${path}`);
    // First what goes: a file may stand where a folder was.
    for (const [path, entry] of delta) {
      if (!entry) line(`D ${place(path)}`);
    }
    for (const [path, entry] of delta) {
      if (!entry) continue;
      const { bytes } = entry as { bytes?: Uint8Array };
      line(`M ${entry.mode} ${bytes ? "inline" : entry.id} ${place(path)}`);
      if (bytes) data(bytes);
    }
  };
  part(PARTS.worktree, capture.worktree);
  part(PARTS.index, capture.index);
  // A conflict's versions are in no tree.
  for (const { path, stages } of capture.marks.unmerged) {
    for (const { stage, mode, id } of stages) {
      if (mode !== "160000") {
        line(`M ${mode} ${id} ${quotePath(`stages/${stage}/${path}`)}`);
      }
    }
  }
  // To tell the id of a folder git has to make it: at once, not in the end.
  line(`ls "${PARTS.worktree}"`);
  line(`ls "${PARTS.index}"`);
  return whole();
}

/** Refs of mpm's have no history of their own. */
const NO_REFLOG = ["-c", "core.logAllRefUpdates=false"];

/** The commit behind each checkpoint's id, or behind other refs of that form. */
export async function readCheckpointRefs(
  git: Git,
  folder = CHECKPOINTS,
): Promise<Map<string, string>> {
  const output = decodeBytes(
    await git.read([
      "for-each-ref",
      "--format=%(objecttype) %(objectname) %(refname)",
      `${folder}/`,
    ]),
  );
  const found = new Map<string, string>();
  for (const line of output.split("\n")) {
    const [type, commit, ref] = line.split(" ");
    if (type === "commit") {
      found.set(ref!.slice(folder.length + 1), commit!);
    }
  }
  return found;
}

/** The bytes of the record in a checkpoint's commit. Throws GIT_FAILED. */
export function readCheckpointRecord(
  git: Git,
  commit: string,
): Promise<Uint8Array> {
  return git.read(["cat-file", "blob", `${commit}:${PARTS.record}`]);
}

/** Milliseconds for comparing large trees. */
const COMPARE_LIMIT = 5 * 60_000;

/**
 * What leads from one tree to another, by path; mpm's own folder apart. Trees
 * are named as `git rev-parse` takes them. Throws GIT_FAILED.
 */
export async function treeDelta(
  git: Git,
  from: string,
  to: string,
): Promise<Map<string, TreeEntry | undefined>> {
  const delta = new Map<string, TreeEntry | undefined>();
  for (const change of await treeChanges(git, from, to)) {
    delta.set(change.path, change.to);
  }
  return delta;
}

/**
 * Runs git over trees. No tree holds an empty folder, so a checkpoint of no file
 * lacks the part: it is taken for the tree of nothing then.
 */
export async function overTrees(
  git: Git,
  trees: readonly string[],
  command: (trees: readonly string[]) => readonly string[],
): Promise<Uint8Array> {
  const done = await git.run(command(trees), { timeout: COMPARE_LIMIT });
  if (done.status === 0) return done.stdout;
  const names = await resolveNames(git, trees);
  const there = await Promise.all(trees.map(async (tree) => {
    const [, commit] = /^([0-9a-f]{40,64}):/.exec(tree) ?? [];
    if (commit === undefined || names.get(tree) !== undefined) return tree;
    await git.read(["cat-file", "-e", `${commit}:${PARTS.record}`]);
    return emptyTree(commit);
  }));
  return await git.read(command(there), { timeout: COMPARE_LIMIT });
}

/** A path that differs between two trees. */
export interface TreeChange {
  readonly path: string;
  readonly from: TreeEntry | undefined;
  readonly to: TreeEntry | undefined;
}

/** The same with what was there before. */
export async function treeChanges(
  git: Git,
  from: string,
  to: string,
): Promise<TreeChange[]> {
  const output = await overTrees(git, [from, to], (trees) => [
    "diff-tree",
    "-r",
    "-z",
    "--raw",
    "--no-renames",
    "--no-abbrev",
    ...trees,
  ]);
  const fields = splitFields(output);
  const changes: TreeChange[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [before, after, old, now] = fields[at]!.slice(1).split(" ");
    const path = fields[at + 1]!;
    if (isOwnPath(path)) continue;
    changes.push({
      path,
      from: entryOf(before!, old!),
      to: entryOf(after!, now!),
    });
  }
  return changes;
}

function entryOf(mode: string, id: string): TreeEntry | undefined {
  return /^0+$/.test(mode) ? undefined : { mode, id };
}

/** The tree of a part of a checkpoint, as `git rev-parse` takes it. */
export function partOf(
  commit: string,
  part: "worktree" | "index",
): string {
  return `${commit}:${PARTS[part]}`;
}

/** Those of `paths` that are in a tree. */
export async function pathsIn(
  git: Git,
  tree: string,
  paths: readonly string[],
): Promise<Set<string>> {
  if (paths.length === 0) return new Set();
  const found = new Set<string>();
  const listed = await overTrees(git, [tree], (trees) => [
    "ls-tree",
    "-r",
    "-z",
    "--name-only",
    "--full-tree",
    ...trees,
  ]);
  const wanted = new Set(paths);
  for (const path of splitFields(listed)) if (wanted.has(path)) found.add(path);
  return found;
}

/** Makes the ref of a checkpoint that has none; whether that worked. */
export async function createCheckpointRef(
  git: Git,
  { id, commit }: { id: string; commit: string },
): Promise<boolean> {
  const none = "0".repeat(commit.length);
  const made = await git.run([
    ...NO_REFLOG,
    "update-ref",
    `${CHECKPOINTS}/${id}`,
    commit,
    none,
  ]);
  return made.status === 0;
}

/** Takes checkpoints from the list; `to` names where their commits stay. */
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

/** Drops refs that are at these commits. Throws GIT_FAILED. */
export async function dropRefs(
  git: Git,
  refs: readonly { ref: string; commit: string }[],
): Promise<void> {
  if (refs.length === 0) return;
  const stdin = encodeText(
    refs.map(({ ref, commit }) => `delete ${ref} ${commit}\n`).join(""),
  );
  await git.read(["update-ref", "--stdin"], { stdin });
}

/** Git's object id of the tree without files, by what ids are made with. */
export const EMPTY_TREE: Readonly<Record<ObjectHash, string>> = {
  sha1: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
  sha256: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
};

/** The same in ids of the form of `id`. */
export function emptyTree(id: string): string {
  return EMPTY_TREE[id.length === 40 ? "sha1" : "sha256"];
}
