import { dirname, join } from "@std/path";
import { FileError } from "../../base/errors.ts";
import type { IndexMarks } from "../status/snapshot.ts";
import type { System } from "../../system/system.ts";
import { Git } from "../run/git.ts";
import { encodeText, isOpenable } from "../text.ts";
import type { Vault } from "../capture/vault.ts";

type Intents = IndexMarks["intent_to_add"];

/**
 * Marks entries of the index at `index` as only to be added. A reset to `none`,
 * the tree of nothing, does it whether or not there are files, but for their
 * modes: programs are added from files made for it in `folder`, an empty one,
 * and links where they are. Returns notes on links that are not there.
 */
export async function markIntents(
  system: System,
  vault: Vault,
  { intents, index, none, folder }: {
    intents: Intents;
    index: string;
    none: string;
    folder: string;
  },
): Promise<string[]> {
  if (intents.length === 0) return [];
  const git = vault.git.with({ GIT_INDEX_FILE: index });
  await git.read([
    "-c",
    "core.splitIndex=false",
    "--literal-pathspecs",
    "reset",
    "--quiet",
    "-N",
    "--pathspec-from-file=-",
    "--pathspec-file-nul",
    none,
  ], { stdin: encodeText(intents.map(({ path }) => `${path}\0`).join("")) });
  const programs = intents.filter(({ mode }) => mode === "100755");
  const elsewhere = new Git(system, folder, {
    env: {
      GIT_DIR: vault.workspace.gitDir!,
      GIT_WORK_TREE: folder,
      GIT_INDEX_FILE: index,
    },
  });
  const notes: string[] = [];
  for (const { path } of programs) {
    const made = makeProgram(system, folder, path);
    if (!made || !await intend(elsewhere, path)) {
      notes.push(`"${path}" is marked as to be added, but not as a program`);
    }
  }
  for (const { path, mode } of intents) {
    if (mode !== "120000" || await intend(git, path)) continue;
    notes.push(`"${path}" is marked as to be added, but not as a link`);
  }
  return notes;
}

/** Adds what is there; whether that worked. */
async function intend(git: Git, path: string): Promise<boolean> {
  const add = (...options: string[]) =>
    git.run(["--literal-pathspecs", "add", "--force", ...options, "--", path]);
  if ((await add("--dry-run")).status !== 0) return false;
  // One that is there already would be left as it is.
  await git.run(["update-index", "--force-remove", "--", path]);
  return (await add("--intent-to-add")).status === 0;
}

function makeProgram(
  { files }: System,
  folder: string,
  path: string,
): boolean {
  if (!isOpenable(path)) return false;
  const full = join(folder, path);
  const make = (parent: string) => {
    if (files.lstat(parent)) return;
    make(dirname(parent));
    files.mkdir(parent);
  };
  try {
    make(dirname(full));
    files.create(full, new Uint8Array());
    files.chmod(full, 0o755);
    return true;
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}
