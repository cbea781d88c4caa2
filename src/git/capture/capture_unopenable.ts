import type { System } from "../../system/system.ts";
import { type FileCapture, SYNCED } from "./capture_files.ts";
import { rawGit } from "../run/raw_git.ts";
import { encodeText, isOpenable, splitFields } from "../text.ts";
import type { Vault } from "./vault.ts";

/**
 * Adds files whose names are not UTF-8, which no file function takes: git reads
 * them into an index of their own. One that it cannot read is left out.
 */
export async function addUnopenable(
  system: System,
  vault: Vault,
  { files, paths, folder }: {
    files: FileCapture;
    paths: readonly string[];
    folder: string;
  },
): Promise<void> {
  const wanted = paths.filter((path) =>
    !isOpenable(path) && !path.endsWith("/")
  );
  if (wanted.length === 0) return;
  using raw = rawGit(system, vault, {
    near: folder,
    worktree: vault.workspace.worktree,
  });
  const stdin = encodeText(wanted.map((path) => `${path}\0`).join(""));
  const update = ["update-index", "--add", "--remove", "-z", "--stdin"];
  await raw.git.run([...SYNCED, ...update], { stdin });
  const listed = splitFields(
    await raw.git.read(["ls-files", "-z", "--stage"]),
  );
  const found = new Map(listed.map((field) => {
    const tab = field.indexOf("\t");
    const [mode, id] = field.slice(0, tab).split(" ");
    return [field.slice(tab + 1), { mode: mode!, id: id! }];
  }));
  for (const path of wanted) {
    const file = found.get(path);
    if (file) files.take(path, { ...file, size: 0, mtime: 0, sha256: null });
    else files.files.set(path, undefined);
  }
}
