import { attempt } from "../../base/errors.ts";
import { NAME_PRINT, nameForm } from "../../secrets/mod.ts";
import type { Save } from "../save.ts";
import { type Git, readLeft, readRefs, splitFields } from "../../git/mod.ts";

/** Returns the real name of a branch that was stored redacted. */
export async function revealBranch<T extends string | null>(
  git: Git,
  branch: T,
): Promise<T> {
  if (branch === null || !NAME_PRINT.test(branch)) return branch;
  const known = await branches(git);
  return (known.get(branch) ?? branch) as T;
}

/**
 * Returns the save with the real names of this repository instead of redacted
 * ones. Uses git only if there are redacted names.
 */
export async function revealSave(git: Git, save: Save): Promise<Save> {
  const { git_context: context, mpm } = save;
  const { upstream, files } = mpm ?? {};
  const { status } = context;
  const inRefs = [context.branch ?? "", upstream?.name ?? ""].some(isHidden);
  const inPaths = LISTS.some((list) => status[list].some(isHidden)) ||
    (files ?? []).some(({ path, from }) => isHidden(path) || isHidden(from));
  if (!inRefs && !inPaths) return save;
  const refs = inRefs ? await branches(git) : NONE;
  const known = inPaths ? await trackedAndOther(git, save) : NONE;
  const path = (hidden: string) => known.get(hidden) ?? hidden;
  const redacted = /\[redacted:([a-z0-9-]+)#([0-9a-f]{12})\]/g;
  // The result must be a valid name for git, even without the real name.
  const ref = (hidden: string) =>
    refs.get(hidden) ?? hidden.replaceAll(redacted, "redacted-$1-$2");
  const lists = LISTS.map((list) => [list, status[list].map(path)]);
  return {
    ...save,
    git_context: {
      ...context,
      branch: context.branch && ref(context.branch),
      status: { ...status, ...Object.fromEntries(lists) },
    },
    ...mpm && {
      mpm: {
        ...mpm,
        upstream: mpm.upstream &&
          { ...mpm.upstream, name: ref(mpm.upstream.name) },
        files: mpm.files.map((file) => ({
          ...file,
          path: path(file.path),
          ...file.from === undefined ? {} : { from: path(file.from) },
        })),
      },
    },
  };
}

const LISTS = [
  "modified",
  "staged",
  "untracked",
  "modified_files",
  "untracked_files",
] as const;

const NONE: ReadonlyMap<string, string> = new Map();

function isHidden(name = ""): boolean {
  return name.includes("[redacted:") && NAME_PRINT.test(name);
}

/** Returns the existing branches, and those once checked out here. */
async function branches(git: Git): Promise<Map<string, string>> {
  const places = ["refs/heads", "refs/remotes"];
  const [refs, left] = await Promise.all([
    attempt(() => readRefs(git, ["%(refname:lstrip=2)"], ...places)),
    readLeft(git),
  ]);
  return byForm([...left.map(({ branch }) => branch), ...(refs ?? []).flat()]);
}

/** Returns the paths of now, and those in the commit of the pause. */
async function trackedAndOther(git: Git, { mpm }: Save) {
  const [now, then] = await Promise.all([
    git.run(["ls-files", "-z", "--cached", "--others"]),
    mpm?.head
      ? git.run(["ls-tree", "-r", "-z", "--name-only", "--full-tree", mpm.head])
      : undefined,
  ]);
  return byForm([
    ...splitFields(now.stdout),
    ...then ? splitFields(then.stdout) : [],
  ]);
}

/** Returns names by their redacted form, leaving out names without a secret. */
function byForm(names: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of names) {
    const form = nameForm(name);
    if (form !== name) found.set(form, name);
  }
  return found;
}
