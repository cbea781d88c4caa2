import type { TreeDelta } from "../status/snapshot.ts";
import type { Capture } from "./capture.ts";
import type { System } from "../../system/system.ts";
import { FastImport, takesPack } from "../run/fast_import.ts";
import { gitFailure } from "../run/git.ts";
import { decodeBytes, encodeText, joinBytes, quotePath } from "../text.ts";
import type { Vault } from "./vault.ts";

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
