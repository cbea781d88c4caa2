import { join } from "../../base/join.ts";
import { MpmError } from "../../base/errors.ts";
import { grouped, splitFields, words, zeroed } from "../text.ts";
import { type Git, gitFailure, LONG } from "./git.ts";
import { OWN_SCOPES } from "./settings.ts";

/**
 * Reads attributes of paths (gitattributes(5)). Returns the values by path, in
 * the order of `names`. `cached`: reads them from the index. Throws GIT_FAILED.
 */
export async function readAttributes(
  git: Git,
  names: readonly string[],
  paths: readonly string[],
  cached = false,
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  if (paths.length === 0) return found;
  const where = cached ? ["--cached"] : [];
  const args = words("check-attr -z --stdin", ...where, ...names);
  const options = { stdin: zeroed(paths), timeout: LONG };
  // The path, name and value of each attribute.
  const fields = splitFields(await git.read(args, options));
  for (const row of grouped(fields, 3 * names.length)) {
    found.set(row[0]!, names.map((_, nth) => row[3 * nth + 2]!));
  }
  return found;
}

/** Returns whether a rule sets an attribute that has this value. */
export function isSpecified(value: string): boolean {
  return value !== "unspecified" && value !== "unset";
}

/** Returns the names of matching settings; `own`: the repository's. */
export async function settingNames(
  git: Git,
  pattern: string,
): Promise<{ name: string; own: boolean }[]> {
  const args = words("config -z --show-scope --name-only --get-regexp");
  const result = await git.like({ plain: true }).run([...args, pattern]);
  // 1: no filter is set.
  if (![0, 1].includes(result.status)) throw gitFailure(args, result);
  return grouped(splitFields(result.stdout), 2)
    .map(([scope, name]) => ({
      name: name!,
      own: OWN_SCOPES.includes(scope!),
    }));
}

interface Written {
  /** Only called if there is a filter. */
  readonly paths: () => readonly string[] | Promise<readonly string[]>;
  /** The commit whose files are written: its attributes also count. */
  readonly commit: string | null;
  /** True if the filters of the user and of the machine may run. */
  readonly own?: boolean;
  readonly hint?: string;
}

const HINT = "Switch with git switch, then leave out --git-branch and --stash";

/**
 * Refuses to write files that a filter would convert, such as Git LFS: mpm does
 * not run it, and would write the stored form. Throws CONFLICT.
 */
export async function refuseFilters(
  git: Git,
  { paths, commit, own = false, hint = HINT }: Written,
): Promise<void> {
  const pattern = "^(filter\\..*\\.(smudge|process)|includeif\\..*)$";
  // Settings that depend on the place may define filters.
  const mayRun = (await settingNames(git, pattern)).some((setting) =>
    setting.own || !own && setting.name.startsWith("filter.")
  );
  if (!mayRun) return;
  const asked = await paths();
  if (asked.length === 0) return;
  const usual = git.like({ filters: "user" });
  refuse(await readAttributes(usual, ["filter"], asked), hint);
  if (commit === null) return;
  const folder = await usual.temporaryFolder();
  const index = usual.with({ GIT_INDEX_FILE: join(folder, "index") });
  await index.read(["read-tree", commit], { timeout: LONG });
  refuse(await readAttributes(index, ["filter"], asked, true), hint);
}

function refuse(found: ReadonlyMap<string, string[]>, hint: string): void {
  for (const [path, [value = ""]] of found) {
    if (!isSpecified(value) || value === "set") continue;
    throw new MpmError(
      "CONFLICT",
      `"${path}" goes through the filter "${value}", and mpm does not run filters`,
      { hint },
    );
  }
}
