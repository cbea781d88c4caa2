import { dirname } from "@std/path";
import { join } from "../../base/join.ts";
import { attempt } from "../../base/errors.ts";
import {
  type ForeignFile,
  readForeign,
  readReplaced,
  removeIfEmpty,
  removeLeftover,
  removeRecord,
  replaceForeign,
} from "../../clients/mod.ts";
import type { Workspace } from "../../git/mod.ts";
import {
  contextFilePath,
  fromBytes,
  toBytes,
  withoutContextPart,
} from "../../saves/mod.ts";
import { HOME, ignoreFile } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import type { SetupRemoveResult } from "../commands/results.ts";
import {
  COMPLETION_FILES,
  COMPLETION_HEAD,
  sharesOf,
} from "../install/completions.ts";
import { excludeFile, withoutRules } from "../install/exclude.ts";
import {
  INSTRUCTION_FILES,
  withoutInstructions,
} from "../install/instructions.ts";

/** A file of the user that a removal changes or removes. */
export interface FileEdit {
  readonly part: SetupRemoveResult["removed"][number]["part"];
  readonly file: ForeignFile;
  /** The bytes after the change; `undefined`: the file is removed. */
  readonly bytes: Uint8Array | undefined;
  /** Folders to remove if they are then empty, the outermost first. */
  readonly folders: readonly string[];
}

/** Returns the changes to files other than settings and skills. */
export function fileEdits(
  system: System,
  workspace: Workspace,
  worktrees: readonly string[],
): FileEdit[] {
  const excludes = excludeFile(workspace);
  return [
    ...sharesOf(system).flatMap((share) => pagesIn(system, share)),
    ...excludes === undefined
      ? []
      : blockEdit(system, "ignore rules", excludes, withoutRules),
    ...ignoreEdit(system, ignoreFile(workspace.root)),
    ...worktrees.flatMap((worktree) =>
      blockEdit(
        system,
        "context part",
        contextFilePath(worktree),
        withoutContextPart,
      )
    ),
    ...worktrees.flatMap((worktree) =>
      INSTRUCTION_FILES.flatMap((file) =>
        instructionEdit(system, join(worktree, file))
      )
    ),
  ];
}

/** Applies one edit. Throws CONFLICT, FILE_FAILED. Call under the user's lock. */
export function applyEdit(
  system: System,
  { file, bytes, folders }: FileEdit,
): void {
  removeLeftover(system, file.path);
  replaceForeign(system, file, bytes);
  removeRecord(system, file.path);
  for (const folder of folders.toReversed()) removeIfEmpty(system, folder);
}

/** Man pages written by mpm or its installer. */
const PAGE = /^mpm(-[a-z-]+)?\.1$/;
const PAGE_HEAD = /^\.TH MPM.*"mpm manual"/m;

/** The characters at the start of a file with its header. */
const HEAD = 400;

function pagesIn(system: System, share: string): FileEdit[] {
  const manual = join(share, "man", "man1");
  const names = attempt(() => system.files.list(manual)) ?? [];
  return [
    ...COMPLETION_FILES.flatMap((file) =>
      pageEdit(system, "completion", {
        path: join(share, file),
        head: COMPLETION_HEAD,
      })
    ),
    ...names.filter(({ name }) => PAGE.test(name)).flatMap(({ name }) =>
      pageEdit(system, "man page", {
        path: join(manual, name),
        head: PAGE_HEAD,
      })
    ),
  ];
}

/** Plans to remove a page with mpm's header that is not a link. */
function pageEdit(
  system: System,
  part: FileEdit["part"],
  { path, head }: { path: string; head: RegExp },
): FileEdit[] {
  const file = attempt(() => readForeign(system, path, 0o644));
  if (!file?.bytes) return [];
  const text = new TextDecoder().decode(file.bytes.subarray(0, HEAD));
  if (!head.test(text)) return [];
  const { record } = readReplaced(system, path, file.bytes);
  // The installer keeps no record, so its empty folders are also removed.
  const made = [dirname(dirname(path)), dirname(path)];
  const folders = [...new Set([...record?.folders ?? [], ...made])];
  return [{ part, file, bytes: undefined, folders }];
}

/** Plans to remove mpm's part from a readable file. */
function blockEdit(
  system: System,
  part: FileEdit["part"],
  path: string,
  without: (text: string) => string | undefined,
): FileEdit[] {
  const file = attempt(() => readForeign(system, path, 0o644));
  if (!file?.bytes) return [];
  const before = fromBytes(file.bytes);
  const after = without(before);
  if (after === before) return [];
  const bytes = after === undefined ? undefined : toBytes(after);
  const folders = bytes ? [] : [dirname(path)];
  return [{ part, file, bytes, folders }];
}

/** Plans to remove the instructions, and an empty file, but no folder. */
function instructionEdit(system: System, path: string): FileEdit[] {
  return blockEdit(system, "instructions", path, withoutInstructions)
    .map((edit) => ({ ...edit, folders: [] }));
}

/** The rule added by `mpm setup --ignore`, with its newline. */
const IGNORE_RULE = new RegExp(`^/\\${HOME}/(\r?\n|$)`, "m");

/** Removes the rule of `mpm setup --ignore`, if a record shows it. */
function ignoreEdit(system: System, path: string): FileEdit[] {
  const file = attempt(() => readForeign(system, path, 0o644));
  const was = attempt(() => readReplaced(system, path, file?.bytes));
  if (!file?.bytes || !was?.record) return [];
  const bytes = was.untouched
    ? was.original ?? undefined
    : toBytes(fromBytes(file.bytes).replace(IGNORE_RULE, ""));
  return [{ part: "ignore rules", file, bytes, folders: [] }];
}

/** Returns the same rule, to be kept, if no record shows who wrote it. */
export function unknownRule(
  system: System,
  { root }: Workspace,
): SetupRemoveResult["kept"] {
  const path = ignoreFile(root);
  const bytes = attempt(() => readForeign(system, path, 0o644))?.bytes;
  if (!bytes || !IGNORE_RULE.test(fromBytes(bytes))) return [];
  if (attempt(() => readReplaced(system, path, bytes))?.record) return [];
  return [{ path, reason: `the rule "/${HOME}/" may be yours` }];
}
