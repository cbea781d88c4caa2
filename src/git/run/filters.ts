import { join } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import { OWN_SCOPES } from "./settings.ts";
import { type Git, gitFailure } from "./git.ts";
import { encodeText, splitFields } from "../text.ts";

/** Milliseconds for what looks at every path of a large tree. */
const LONG = 5 * 60_000;

interface Written {
  /** Asked for only where there is a filter. */
  readonly paths: () => readonly string[] | Promise<readonly string[]>;
  /** The commit whose files are written: its attributes count as well. */
  readonly commit: string | null;
  /** Whether the filters of the user and of the machine may run. */
  readonly own?: boolean;
  readonly hint?: string;
}

const HINT = "Switch with git switch, then leave out --git-branch and --stash";

/**
 * Refuses to write files that a filter of the settings would convert, such as
 * those of Git LFS: mpm does not run its program, and without it a file would
 * be written as it is stored. Throws CONFLICT.
 */
export async function refuseFilters(
  git: Git,
  { paths, commit, own = false, hint = HINT }: Written,
): Promise<void> {
  if (!await hasFilters(git, own)) return;
  const asked = await paths();
  if (asked.length === 0) return;
  const usual = git.like({ filters: "user" });
  const attributes = ["check-attr", "-z", "--stdin", "filter"];
  const stdin = encodeText(asked.map((path) => `${path}\0`).join(""));
  refuse(await usual.read(attributes, { stdin, timeout: LONG }), hint);
  if (commit === null) return;
  const folder = await usual.temporaryFolder();
  const index = usual.with({ GIT_INDEX_FILE: join(folder, "index") });
  await index.read(["read-tree", commit], { timeout: LONG });
  const [name, ...rest] = attributes as [string];
  const cached = [name, "--cached", ...rest];
  refuse(await index.read(cached, { stdin, timeout: LONG }), hint);
}

/** Whether there may be any; settings that differ by place may have some. */
async function hasFilters(git: Git, own: boolean): Promise<boolean> {
  const pattern = "^(filter\\..*\\.(smudge|process)|includeif\\..*)$";
  const args = ["config", "-z", "--show-scope", "--name-only"];
  const result = await git.like({ plain: true })
    .run([...args, "--get-regexp", pattern]);
  // 1: there are none.
  if (result.status === 1) return false;
  if (result.status !== 0) throw gitFailure(args, result);
  const fields = splitFields(result.stdout);
  return fields.some((name, at) =>
    at % 2 === 1 &&
    (OWN_SCOPES.includes(fields[at - 1]!) ||
      !own && name.startsWith("filter."))
  );
}

/** `output`: path, attribute and value of each. */
function refuse(output: Uint8Array, hint: string): void {
  const fields = splitFields(output);
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [path = "", , value = ""] = fields.slice(at, at + 3);
    if (["unspecified", "unset", "set"].includes(value)) continue;
    throw new MpmError(
      "CONFLICT",
      `"${path}" goes through the filter "${value}", and mpm runs no filters`,
      { hint },
    );
  }
}
