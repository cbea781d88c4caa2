import { join } from "../../base/join.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import type { Workspace } from "../repository.ts";
import { Git, type GitSetting } from "../run/git.ts";
import { words } from "../text.ts";
import type { System } from "../../system/system.ts";
import type { ObjectHash } from "./snapshot.ts";
import { encodeText } from "../../base/bytes.ts";

/** The settings of a repository for conversions. */
export interface SafeSettings {
  /** True if a setting may make a file differ from its blob. */
  readonly converts: boolean;
  /** True if the executable bit of files is meaningful. */
  readonly fileMode: boolean;
  /** True if any branch has an upstream. */
  readonly upstreams: boolean;
  /** The hash function of object ids. */
  readonly hash: ObjectHash;
}

const SETTINGS = "^(branch\\..*\\.merge|" +
  "core\\.(autocrlf|eol|attributesfile|filemode)|extensions\\.objectformat)$";

/** Reads the settings that apply in a folder, with one process. */
export async function safeSettings(
  system: System,
  folder: string,
  setting: GitSetting = {},
): Promise<SafeSettings> {
  const git = new Git(system, folder, { ...setting, filters: "none" });
  let [converts, fileMode, upstreams] = [false, true, false];
  let hash: ObjectHash = "sha1";
  for (const [name, value] of await git.settings(SETTINGS)) {
    if (name.startsWith("branch.")) upstreams = true;
    else if (name === "extensions.objectformat") hash = value as ObjectHash;
    else if (name === "core.filemode") fileMode = value !== "false";
    else if (name === "core.autocrlf") converts ||= value !== "false";
    else converts = true;
  }
  return { converts, fileMode, upstreams, hash };
}

/** The worktree's repository, or a bare one in mpm's folder outside git. */
export interface Vault extends SafeSettings {
  /** Runs no filter, not even the user's own: it reads the bytes of files. */
  readonly git: Git;
  /** The captured worktree; outside git, the project's folder. */
  readonly workspace: Workspace;
  /** True if the repository belongs to mpm. */
  readonly own: boolean;
}

/** Makes git create files that only the user can read, whatever the umask. */
export const PRIVATE = ["-c", "core.sharedRepository=0600"];

/** Returns the bare repository for a project outside git. */
export function ownRepository(home: string): string {
  return join(home, "checkpoints.git");
}

/**
 * Opens the vault of a workspace with one git process. `home`: mpm's folder;
 * `create`: makes a missing bare repository, else `undefined`. Throws
 * GIT_FAILED if git is missing or fails, CONFLICT in a bare repository.
 */
export async function openVault(
  system: System,
  workspace: Workspace,
  { home, create = false, settings }: {
    home: string;
    create?: boolean;
    /** The repository's settings, if they were already read. */
    settings?: SafeSettings;
  },
): Promise<Vault | undefined> {
  const { git: kind, reason, root, worktree } = workspace;
  if (kind === "repository") {
    const safe = settings ?? await safeSettings(system, worktree);
    const git = new Git(system, worktree, { filters: "none" });
    return { ...safe, git, workspace, own: false };
  }
  if (kind !== "none" || reason !== undefined) {
    const hint = kind === "no-git"
      ? "Checkpoints are kept as git objects: install git"
      : "Checkpoints need a worktree whose repository git can read";
    const code = kind === "none" ? "CONFLICT" : "GIT_FAILED";
    throw new MpmError(code, `No checkpoints here: ${reason}`, { hint });
  }
  const gitDir = ownRepository(home);
  const found = system.files.lstat(gitDir)?.kind ?? "folder";
  if (found !== "folder") {
    throw new MpmError("CONFLICT", `"${gitDir}" is not a folder: ${found}`, {
      hint: "mpm stores checkpoints there; move the file elsewhere",
    });
  }
  if (!system.files.lstat(join(gitDir, "HEAD"))) {
    if (!create) return undefined;
    await createOwn(system, root, gitDir);
  }
  const repository = { gitDir, commonDir: gitDir, worktree: root };
  const setting: GitSetting = { repository, args: PRIVATE, filters: "none" };
  const place: Workspace = {
    ...{ ...workspace, git: "repository", worktree: root },
    ...{ gitDir, commonDir: gitDir },
  };
  return {
    ...await safeSettings(system, root, setting),
    ...{ git: new Git(system, root, setting), workspace: place, own: true },
  };
}

async function createOwn(system: System, root: string, gitDir: string) {
  await new Git(system, root, { plain: true }).read([
    ...PRIVATE,
    "init",
    "--quiet",
    "--bare",
    "--template=",
    "--initial-branch=main",
    gitDir,
  ]);
  system.files.chmod(gitDir, 0o700);
}

/**
 * A git folder with the vault's objects but without its settings and
 * attributes, for exact bytes. Rules in `info/attributes` override all others,
 * and turn every conversion off.
 */
const FILES = [
  ["HEAD", "ref: refs/heads/none\n"],
  [
    "info/attributes",
    "* -text -ident !eol !crlf !filter !working-tree-encoding\n",
  ],
] as const;

/** The settings file of a new repository. */
export const CONFIG: Readonly<Record<ObjectHash, string>> = {
  sha1: "[core]\n\trepositoryformatversion = 0\n\tbare = false\n",
  sha256: "[core]\n\trepositoryformatversion = 1\n\tbare = false\n" +
    "[extensions]\n\tobjectformat = sha256\n",
};

/** Overrides of settings in the user's own file. */
const OVER = words(`core.autocrlf=false core.symlinks=true core.splitIndex=false
      core.sparseCheckout=false index.sparse=false
      core.untrackedCache=false`);

/** Git over raw bytes, with a folder that is removed on disposal. */
export interface RawGit extends Disposable {
  readonly git: Git;
  /** Its git folder, which also has its index. */
  readonly folder: string;
}

/**
 * Returns a git over the raw bytes of `worktree`, with a new git folder next to
 * `near`: anyone may have changed an old one. Throws FILE_FAILED.
 */
export function rawGit(
  system: System,
  vault: Vault,
  { near, worktree }: { near: string; worktree: string },
): RawGit {
  const folder = `${near}-${system.random()}`;
  makeFolder(system, folder, vault);
  const git = new Git(system, worktree, {
    plain: true,
    args: [
      `--git-dir=${folder}`,
      `--work-tree=${worktree}`,
      ...OVER.flatMap((setting) => ["-c", setting]),
      ...vault.own ? PRIVATE : [],
    ],
    env: {
      GIT_OBJECT_DIRECTORY: join(vault.workspace.commonDir!, "objects"),
      GIT_INDEX_FILE: join(folder, "index"),
    },
  });
  return { git, folder, [Symbol.dispose]: () => remove(system, folder) };
}

function makeFolder({ files }: System, folder: string, { hash }: Vault) {
  for (const part of ["", "refs", "info"]) files.mkdir(join(folder, part));
  for (const [name, text] of [...FILES, ["config", CONFIG[hash]] as const]) {
    files.create(join(folder, name), encodeText(text), { synced: false });
  }
}

/** Removes a folder; files that cannot be removed are swept later. */
function remove({ files }: System, folder: string): void {
  const empty = (path: string): void => {
    for (const { name, kind } of files.list(path)) {
      if (kind === "folder") empty(join(path, name));
      else files.remove(join(path, name));
    }
    files.remove(path);
  };
  attempt(() => empty(folder));
}
