import type { System } from "../system/system.ts";
import { SYNCED } from "./capture_files.ts";
import { Git } from "./git.ts";
import { CHECKPOINTS } from "./write_checkpoint.ts";
import { readCheckpointRefs } from "./read_checkpoints.ts";
import { ownRepository } from "./vault.ts";

/** Milliseconds for what may be a lot of data. */
const LONG = 15 * 60_000;

/** Only objects are to come: nothing is run, written beside or looked into. */
const FETCH = [
  ...SYNCED,
  ...["-c", "fetch.writeCommitGraph=false"],
  ...["fetch", "--quiet", "--no-tags", "--no-auto-gc"],
  ...["--no-recurse-submodules", "--no-write-fetch-head", "--"],
];

/** Git over the repository that mpm made while the project had none. */
export function gitOfOwn(system: System, root: string, home: string): Git {
  return new Git(system, root, { args: [`--git-dir=${ownRepository(home)}`] });
}

/**
 * Copies the commits of checkpoints from mpm's own repository into the one that
 * the project has got since. What cannot be brought stays where it is.
 */
export async function bringCheckpoints(
  git: Git,
  own: Git,
  { from, wanted }: {
    from: string;
    wanted: readonly { readonly id: string; readonly commit: string }[];
  },
): Promise<void> {
  const there = await readCheckpointRefs(own);
  const refs = wanted.filter(({ id, commit }) => there.get(id) === commit)
    .map(({ id }) => `${CHECKPOINTS}/${id}`);
  if (refs.length === 0) return;
  const local = git.with({ GIT_ALLOW_PROTOCOL: "file" });
  await local.run([...FETCH, from, ...refs], { timeout: LONG });
}
