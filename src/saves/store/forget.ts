import { isAbsolute } from "@std/path";
import { join } from "../../base/join.ts";
import { SESSION_ID } from "../../base/ids.ts";
import { field } from "../../base/parsed_values.ts";
import {
  CONTENTS,
  decodeBytes,
  dropRefs,
  encodeText,
  FastImport,
  Git,
  importedId,
  ImportStream,
  locate,
  NO_REFLOG,
  readCheckpointRefs,
} from "../../git/mod.ts";
import {
  layout,
  readJournal,
  readOwnJson,
  saveFiles,
  versionsIn,
  withLock,
} from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { namesIn } from "./find_saves.ts";
import { readLog, readLogRefs } from "./save_log.ts";

/**
 * Makes removed saves unreachable in git once they have left the trash:
 * rebuilds the log without them and their contents. Throws GIT_FAILED, LOCKED.
 */
export async function forgetRemoved(
  system: System,
  folder: string,
): Promise<void> {
  const workspace = await locate(system, folder);
  if (workspace.git !== "repository") return;
  const { root } = workspace;
  await withLock(system, root, async () => {
    const log = await readLog(system, workspace);
    const trashed = trashedSaves(system, root);
    const gone = new Set(
      [...log.values()].filter(({ id, there }) =>
        !there && !trashed.has(id) &&
        // A save on the disk was not removed, whatever someone's log says.
        !system.files.lstat(saveFiles(layout(root).sessions, id).json)
      ).map(({ id }) => id),
    );
    if (gone.size === 0) return;
    const git = new Git(system, workspace.worktree);
    for (const [ref] of await readLogRefs(system, workspace)) {
      await rebuild(git, ref, gone);
    }
    const contents = await readCheckpointRefs(git, CONTENTS);
    const dropped = [...contents].filter(([id]) => gone.has(id));
    await dropRefs(
      git,
      dropped.map(([id, commit]) => ({ ref: `${CONTENTS}/${id}`, commit })),
    );
  });
}

/** Returns the saves that can still be restored from the trash. */
function trashedSaves(system: System, root: string): Set<string> {
  const { trash } = layout(root);
  const found = new Set<string>();
  for (const { name } of namesIn(system, trash)) {
    const path = join(trash, name, "manifest.json");
    const items = field(readOwnJson(system, path, LARGEST), "items");
    for (const item of Array.isArray(items) ? items : []) {
      const id = field(item, "name");
      if (typeof id === "string" && SESSION_ID.test(id)) found.add(id);
    }
  }
  // An undo keeps files by number, and the log of operations contains the
  // numbers.
  for (const { before, after } of readJournal(system, root)) {
    const all = [...Object.entries(versionsIn(before))]
      .concat(Object.entries(versionsIn(after)));
    for (const [name, version] of all) {
      const id = SAVE.exec(name)?.[1];
      const kept = version?.kept;
      if (id === undefined || !kept || isAbsolute(kept)) continue;
      if (system.files.lstat(join(trash, kept))) found.add(id);
    }
  }
  return found;
}

/** The path of a save's JSON, as it appears in the log of operations. */
const SAVE = /^\.claude-mpm\/sessions\/(session-\d{8}-\d{6})\.json$/;

/** The largest manifest, in bytes. */
const LARGEST = 64 * 1024 * 1024;

interface LogCommit {
  readonly commit: string;
  readonly tree: string;
  /** Author's time, milliseconds since the epoch. */
  readonly made: number;
  readonly message: string;
  readonly id: string | undefined;
}

/** Rebuilds a ref of the log without the commits about some saves. */
async function rebuild(git: Git, ref: string, gone: ReadonlySet<string>) {
  const commits = await commitsOf(git, ref);
  const first = commits.findIndex(({ id }) => id && gone.has(id));
  if (first < 0) return;
  const tip = commits.at(-1)!.commit;
  const base = commits[first - 1]?.commit;
  const rest = commits.slice(first).filter(({ id }) => !id || !gone.has(id));
  const stream = new ImportStream();
  // The ref may be left over from an interrupted rebuild.
  stream.line(`reset ${SCRATCH}`);
  if (base !== undefined) stream.line(`from ${base}`);
  for (const { tree, made, message } of rest) {
    stream.commit(SCRATCH, message, { made, committed: 0 });
    stream.line(`M 040000 ${tree} `);
  }
  let next = base;
  if (rest.length > 0) {
    await git.run([...NO_REFLOG, "update-ref", "-d", SCRATCH]);
    await using importing = new FastImport(git, { packed: true });
    next = await importedId(importing, stream.end());
  }
  const move = next === undefined
    ? `delete ${ref} ${tip}\n`
    : `update ${ref} ${next} ${tip}\n`;
  const drop = rest.length === 0 ? "" : `delete ${SCRATCH}\n`;
  await git.read([...NO_REFLOG, "update-ref", "--stdin"], {
    stdin: encodeText(move + drop),
  });
}

/** Holds the new commits until the log's ref moves to them. */
const SCRATCH = "refs/mpm/rebuilt";

/** Returns the commits of a ref, oldest first. */
async function commitsOf(git: Git, ref: string): Promise<LogCommit[]> {
  const format = "--format=%H %T %at%n%B";
  const output = await git.read(["log", "-z", "--reverse", format, ref, "--"]);
  const texts = decodeBytes(output).split("\0").filter((text) => text !== "");
  return texts.map((text) => {
    const [line = "", ...message] = text.split("\n");
    const [commit = "", tree = "", time = ""] = line.split(" ");
    const id = /^Session ID: (\S+)$/m.exec(text)?.[1];
    const made = Number(time) * 1000;
    return { commit, tree, made, message: message.join("\n"), id };
  });
}
