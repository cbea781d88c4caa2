import { basename, dirname, resolve } from "@std/path";
import { join } from "../../base/join.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import { covers } from "./claim.ts";

/** The maximum length of a path, in UTF-16 units. */
const LONGEST = 4096;

/**
 * Returns the absolute path that a path leads to. Links are resolved as far as
 * the path exists, since the file may not exist yet.
 */
export function realPlace(
  { files }: System,
  folder: string,
  given: string,
): string {
  const path = resolve(folder, given);
  const rest: string[] = [];
  for (let at = path;; at = dirname(at)) {
    const real = attempt(() => files.realPath(at));
    if (real !== undefined) return join(real, ...rest);
    if (dirname(at) === at) return path;
    rest.unshift(basename(at));
  }
}

/**
 * Returns the path that a person or an agent claims, resolved as in
 * {@link realPlace}. Throws USAGE for a path outside the worktree, the whole
 * worktree, or a name that contains a secret.
 */
export function claimablePath(
  system: System,
  { folder, worktree, given }: {
    folder: string;
    worktree: string;
    given: string;
  },
): string {
  const shown = escapeText(given);
  if (given === "" || given.includes("\0") || given.length > LONGEST) {
    throw new MpmError("USAGE", `Invalid path "${shown.slice(0, 200)}"`, {
      hint: "Name files and folders of this worktree",
    });
  }
  const top = system.files.realPath(worktree);
  const path = realPlace(system, folder, given);
  if (covers(path, top)) {
    throw new MpmError(
      "USAGE",
      `Cannot claim "${shown}": it is ${
        path === top ? "the whole worktree" : "outside the project"
      }`,
      { hint: "Claim the folders and files that you will change" },
    );
  }
  if (!covers(top, path)) {
    throw new MpmError(
      "USAGE",
      `Cannot claim "${shown}": "${escapeText(path)}" is outside "${
        escapeText(top)
      }"`,
      { hint: "Claim paths of this worktree, or use -C for another worktree" },
    );
  }
  if (redactorOf(system).name(path) !== path) {
    throw new MpmError("USAGE", "Cannot claim a path that contains a secret", {
      hint: "Claim the folder above it",
    });
  }
  return path;
}
