import { join } from "@std/path";
import { FileError } from "../errors.ts";
import type { System } from "../system/system.ts";
import { Git } from "./git.ts";
import type { Vault } from "./vault.ts";

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

/**
 * Git over raw bytes: `folder` becomes its git folder, `worktree` its worktree,
 * `index` its index. The parent of `folder` must be there.
 */
export function rawGit(
  system: System,
  vault: Vault,
  place: { folder: string; worktree: string; index: string },
): Git {
  const { folder, worktree, index } = place;
  makeFolder(system, folder, vault);
  return new Git(system, worktree, {
    args: [
      `--git-dir=${folder}`,
      `--work-tree=${worktree}`,
      ...OVER.flatMap((setting) => ["-c", setting]),
    ],
    env: {
      GIT_OBJECT_DIRECTORY: join(vault.workspace.commonDir!, "objects"),
      GIT_INDEX_FILE: index,
    },
  });
}

function makeFolder(
  { files }: System,
  folder: string,
  { hash }: Vault,
): void {
  // The last to be written says that all is there.
  if (files.lstat(join(folder, "config"))) return;
  for (const part of ["", "refs", "info"]) {
    quietly(() => files.mkdir(join(folder, part)));
  }
  const texts: [string, string][] = [
    ["HEAD", FILES["HEAD"]!],
    ["info/attributes", FILES["attributes"]!],
    ["config", CONFIG[hash]],
  ];
  for (const [name, text] of texts) {
    quietly(() =>
      files.create(join(folder, name), new TextEncoder().encode(text))
    );
  }
}

/** Another mpm may make the same at the same time. */
function quietly(make: () => void): void {
  try {
    make();
  } catch (error) {
    if (!(error instanceof FileError && error.problem === "exists")) {
      throw error;
    }
  }
}
