import { join } from "../base/join.ts";
import { FileError } from "../base/errors.ts";
import { shellWord } from "../base/shell.ts";
import { counted, sizeText } from "../base/words.ts";
import { trashRules } from "../config/mod.ts";
import { surveyTrash, takeLock } from "../ops/mod.ts";
import {
  bounded,
  type Checked,
  type CheckInput,
  failure,
  type Finding,
  type Fix,
  NOTHING,
  trashFix,
  type TreeFile,
  unknown,
  warning,
} from "./check.ts";

/** Checks that mpm's folder is a writable folder of the user's own. */
export async function checkStore(input: CheckInput): Promise<Checked> {
  const { at, hasStore, problem, tree, isWhole } = input;
  if (problem) return { summary: at.home, found: [problem] };
  if (!hasStore) return { summary: NOTHING, found: [] };
  const found = [...folderFindings(input), ...await writableFindings(input)];
  if (!isWhole) {
    found.push(unknown(`Parts of "${at.home}" could not be read`));
  }
  const files = tree.filter(({ kind }) => kind === "file").length;
  const size = sizeText(bytesBelow(tree));
  return { summary: `${at.home}: ${counted(files, "file")}, ${size}`, found };
}

/** The folders that mpm creates in its own folder. */
const FOLDERS = [
  ...["kept", "trash", "state", "state/work", "state/current", "checkpoints"],
  ...["state/items", "state/partitions", "errors", "templates", "hooks"],
  ...["backups", "handoffs"],
];

/** Reports other things where mpm needs a folder, except links. */
function folderFindings({ at, tree }: CheckInput): Finding[] {
  const kinds = new Map(tree.map(({ path, kind }) => [path, kind]));
  return FOLDERS.flatMap((path) => {
    const kind = kinds.get(path) ?? "folder";
    if (kind === "folder" || kind === "link") return [];
    const detail = `"${join(at.home, path)}" is not a folder: ${kind}`;
    const advice =
      "mpm stores its files only in real folders; move the file elsewhere";
    return [failure("CONFLICT", detail, { advice })];
  });
}

/** Opens the lock for writing, to see how the file system responds. */
async function writableFindings(
  { context, at }: CheckInput,
): Promise<Finding[]> {
  const { files } = context.system;
  if (!files.lstat(at.lock)) {
    return [unknown(`mpm does not know yet whether "${at.home}" is writable`)];
  }
  try {
    using _held = await takeLock({ files }, at.lock, 0);
    return [];
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const detail =
      `mpm cannot write to "${at.home}", so it cannot save anything: ` +
      `${error.message}`;
    return [failure("FILE_FAILED", detail, {
      advice: error.hint ?? "Check its owner and its mode",
    })];
  }
}

/** Checks that others cannot read the mpm folder. */
export function checkModes(input: CheckInput): Checked {
  const { context, system, at, tree, isWhole } = input;
  const links = tree.filter(({ kind }) => kind === "link")
    .filter(({ path }) => !/^(trash|backups)\//.test(path));
  const found = links.map(({ path }) =>
    failure("CONFLICT", `"${join(at.home, path)}" is a symbolic link`, {
      advice: "mpm does not follow links among its own files: replace the link",
    })
  );
  found.push(...ownerFindings(input, foreignOwned(tree, system.uid)));
  const open = openToOthers(tree);
  if (open.length > 0) {
    const detail = `${
      counted(open.length, "file or folder", "files and " + "folders")
    } of "${at.home}" can be read by other users`;
    const fix: Fix = {
      title: `Make "${at.home}" private`,
      apply: () => {
        for (const file of open) {
          const path = join(at.home, file.path);
          context.system.files.chmod(path, wantedMode(file));
        }
      },
    };
    found.push(warning(detail, { fix }));
  }
  if (!isWhole) found.push(unknown("Some file modes could not be read"));
  const summary = tree[0]?.mode === undefined
    ? "no file modes on this platform"
    : "private";
  const bad = open.length > 0 ? "open to other users" : summary;
  return { summary: bad, found: bounded(found, "more", "more") };
}

function ownerFindings(
  { at }: CheckInput,
  foreign: readonly TreeFile[],
): Finding[] {
  if (foreign.length === 0) return [];
  const [{ path, uid }] = foreign as [TreeFile];
  const detail = `${counted(foreign.length, "file")} of "${at.home}" ` +
    `${foreign.length === 1 ? "belongs" : "belong"} to another user, such as ` +
    `"${path}" to user ID ${uid}`;
  const advice = `sudo chown -R "$(id -u)" ${shellWord(at.home)}`;
  return [failure("CONFLICT", detail, { advice })];
}

/** Finds leftovers of interrupted writes, and a trash that is too full. */
export function checkLeftovers(input: CheckInput): Checked {
  const { context, at, tree } = input;
  const now = context.system.now().getTime();
  const left = [
    ...leftTemporary(tree, now).map((file) => ({
      file,
      what: "remains from an interrupted write",
    })),
    ...loneChecksums(tree).map((file) => ({
      file,
      what: "is the checksum of a missing save",
    })),
  ];
  const fix = trashFix(input, {
    what: `${counted(left.length, "file")} left by failed writes`,
    paths: left.map(({ file }) => join(at.home, file.path)),
  });
  const found = left.map(({ file, what }) =>
    warning(`"${join(at.home, file.path)}" ${what}`, { fix })
  );
  const trash = bytesBelow(tree, "trash");
  return {
    summary: trash === 0 ? "none" : `${sizeText(trash)} in the trash`,
    found: [...bounded(found, "more file"), ...trashFindings(input)],
  };
}

/** Finds files in the trash that are due for removal under the user's rules. */
function trashFindings({ system, workspace }: CheckInput): Finding[] {
  const { root } = workspace;
  const rules = trashRules(system, root);
  const due = surveyTrash(system, root, rules).filter(({ remove }) => remove);
  if (due.length === 0) return [];
  const bytes = due.reduce((sum, item) => sum + item.bytes, 0);
  const detail =
    `${counted(due.length, "folder")} in the trash (${sizeText(bytes)}) can ` +
    "be deleted, according to trash.max_age and trash.max_mb";
  return [warning(detail, { advice: "mpm undo trash --prune" })];
}

/** Permission bits for everyone except the owner. */
const OTHERS = 0o077;

/**
 * Finds files and folders that other users may read or enter. A closed folder
 * protects the files that git wrote in it.
 */
function openToOthers(tree: readonly TreeFile[]): TreeFile[] {
  const top = tree.find(({ path }) => path === "");
  if (top?.mode === undefined || (top.mode & OTHERS) === 0) return [];
  return tree.filter(({ kind, mode }) =>
    (kind === "file" || kind === "folder") && mode !== undefined &&
    (mode & OTHERS) !== 0
  );
}

/** The mode that mpm sets. */
function wantedMode({ kind }: TreeFile): number {
  return kind === "folder" ? 0o700 : 0o600;
}

/** Finds files that belong to another user, for example after a `sudo mpm`. */
function foreignOwned(
  tree: readonly TreeFile[],
  uid: number | undefined,
): TreeFile[] {
  // Root may write anything.
  if (uid === undefined || uid === 0) return [];
  return tree.filter((one) => one.uid !== undefined && one.uid !== uid);
}

/** Milliseconds after which an unfinished file counts as abandoned. */
const GIVEN_UP = 10 * 60_000;

/** Names of files while mpm or claude-mpm writes them. */
const TEMPORARY = [
  /^\.mpm(?:-[\w-]+)?\.tmp$/,
  /^\.(?:rows|index)\.json\.new$/,
  /^\.(?:config\.toml|context\.md\.mpm)\.tmp$/,
  /^[\w-]+\.[a-z]+\.json\.[a-z0-9]{8}\.tmp$/,
  /^error-[\w-]+\.json\.tmp$/,
  /^\.session-[\w-]+_.{8}\.tmp$/,
];

/** Finds files that an interrupted write left behind. */
function leftTemporary(tree: readonly TreeFile[], now: number): TreeFile[] {
  return tree.filter(({ path, kind, mtime }) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    return kind === "file" && now - mtime > GIVEN_UP &&
      !path.startsWith("trash/") && !path.startsWith("backups/") &&
      TEMPORARY.some((pattern) => pattern.test(name));
  });
}

const CHECKSUM = /^(sessions|kept)\/(session-\d{8}-\d{6})\.json\.sha256$/;

/** Finds checksums whose save is missing from both its folder and `kept/`. */
function loneChecksums(tree: readonly TreeFile[]): TreeFile[] {
  const paths = new Set(tree.map(({ path }) => path));
  return tree.filter(({ path, kind }) => {
    const [, , id] = CHECKSUM.exec(path) ?? [];
    return kind === "file" && id !== undefined &&
      !paths.has(`sessions/${id}.json`) && !paths.has(`kept/${id}.json`);
  });
}

/** Returns the bytes of a folder in mpm's folder; empty: of all. */
function bytesBelow(tree: readonly TreeFile[], folder = ""): number {
  const start = folder === "" ? "" : `${folder}/`;
  return tree.filter(({ path, kind }) =>
    kind === "file" && path.startsWith(start)
  ).reduce((sum, { size }) => sum + size, 0);
}
