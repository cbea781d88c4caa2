import { join } from "@std/path";
import { FileError } from "../../base/errors.ts";
import type { System } from "../../system/system.ts";
import { Git } from "./git.ts";
import { PRIVATE, type Vault } from "../capture/vault.ts";

/**
 * A git folder of mpm's own that shares the vault's objects and nothing else,
 * neither its settings nor its attributes. What git reads and writes through
 * it are a file's very bytes: rules in `info/attributes` come before all
 * others, and these turn every conversion off.
 */
const FILES: Readonly<Record<string, string>> = {
  "HEAD": "ref: refs/heads/none\n",
  "attributes": "* -text -ident !eol !crlf !filter !working-tree-encoding\n",
};

const CONFIG = {
  sha1: "[core]\n\trepositoryformatversion = 0\n",
  sha256: "[core]\n\trepositoryformatversion = 1\n" +
    "[extensions]\n\tobjectformat = sha256\n",
};

/** Settings that reach every repository from the user's own file. */
const OVER = [
  "core.autocrlf=false",
  "core.symlinks=true",
  "core.splitIndex=false",
  "core.sparseCheckout=false",
  "index.sparse=false",
  "core.untrackedCache=false",
];

/** Git over raw bytes, and the folder that goes with its disposal. */
export interface RawGit extends Disposable {
  readonly git: Git;
  /** Its git folder, where its index is too. */
  readonly folder: string;
}

/**
 * Git over the raw bytes of `worktree`. Its git folder is made anew beside
 * `near` each time, since what lies there might be anybody's. Throws
 * FILE_FAILED.
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

function makeFolder(
  { files }: System,
  folder: string,
  { hash }: Vault,
): void {
  for (const part of ["", "refs", "info"]) files.mkdir(join(folder, part));
  const texts: [string, string][] = [
    ["HEAD", FILES["HEAD"]!],
    ["info/attributes", FILES["attributes"]!],
    ["config", CONFIG[hash]],
  ];
  for (const [name, text] of texts) {
    files.create(join(folder, name), new TextEncoder().encode(text), {
      synced: false,
    });
  }
}

/** What cannot be removed is swept later. */
function remove(system: System, folder: string): void {
  const { files } = system;
  try {
    for (const { name, kind } of files.list(folder)) {
      const path = join(folder, name);
      if (kind === "folder") remove(system, path);
      else files.remove(path);
    }
    files.remove(folder);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
  }
}
