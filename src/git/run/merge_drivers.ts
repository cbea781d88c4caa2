import { OWN_SCOPES } from "./data_settings.ts";
import type { Git } from "./git.ts";
import { treeChanges } from "../capture/read_checkpoints.ts";
import { encodeText, splitFields } from "../text.ts";

/**
 * The paths that a merge would hand to a driver of the settings, which is a
 * program: those that both sides changed. mpm runs none, and git without the
 * driver would merge them in another way than the user wants.
 */
export async function drivenPaths(
  git: Git,
  { base, ours, theirs }: { base: string; ours: string; theirs: string },
): Promise<string[]> {
  const isDriver = await readDrivers(git);
  if (!isDriver) return [];
  const [mine, others] = await Promise.all(
    [ours, theirs].map((tree) => treeChanges(git, base, tree)),
  );
  const results = new Map(mine!.map(({ path, to }) => [path, to]));
  const both = others!.filter(({ path, to }) =>
    results.has(path) && results.get(path)?.id !== to?.id
  );
  // A file that one side renamed goes by its new name.
  const renamed = both.some(({ path, to }) => !to || !results.get(path));
  const made = renamed
    ? [...mine!, ...others!].filter(({ from }) => !from)
    : [];
  const paths = [...new Set([...both, ...made].map(({ path }) => path))];
  if (paths.length === 0) return [];
  const output = await git.read(["check-attr", "-z", "--stdin", "merge"], {
    stdin: encodeText(paths.map((path) => `${path}\0`).join("")),
  });
  const fields = splitFields(output);
  return paths.filter((_, at) => isDriver(fields[3 * at + 2] ?? "")).sort();
}

/** The values of the attribute that git itself knows (gitattributes(5)). */
const BUILT_IN = ["unspecified", "set", "unset", "text", "binary", "union"];

/** Whether settings define the driver of a name; `undefined`: none at all. */
async function readDrivers(
  git: Git,
): Promise<((name: string) => boolean) | undefined> {
  const pattern = "^(merge\\..*\\.driver|includeif\\..*)$";
  const args = ["config", "-z", "--show-scope", "--name-only"];
  const { stdout } = await git.like({ plain: true })
    .run([...args, "--get-regexp", pattern]);
  const fields = splitFields(stdout);
  const names = fields.filter((_, at) => at % 2 === 1);
  const drivers = new Set(
    names.flatMap((name) => /^merge\.([^]*)\.driver$/.exec(name)?.[1] ?? []),
  );
  // Settings that differ by place may define any.
  const anywhere = names.some((name, at) =>
    name.startsWith("includeif.") && OWN_SCOPES.includes(fields[2 * at]!)
  );
  if (drivers.size === 0 && !anywhere) return undefined;
  return (name) => drivers.has(name) || anywhere && !BUILT_IN.includes(name);
}
