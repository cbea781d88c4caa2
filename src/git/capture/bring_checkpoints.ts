import { join } from "@std/path";
import type { System } from "../../system/system.ts";
import { SYNCED } from "./capture_files.ts";
import { Git } from "../run/git.ts";
import { readCheckpointRefs } from "./read_checkpoints.ts";
import { decodeBytes, encodeText } from "../text.ts";
import { ownRepository } from "./vault.ts";

/** Milliseconds for what may be a lot of data. */
const LONG = 15 * 60_000;

/** Git over the repository that mpm made while the project had none. */
export function gitOfOwn(system: System, root: string, home: string): Git {
  const gitDir = ownRepository(home);
  const repository = { gitDir, commonDir: gitDir, worktree: root };
  return new Git(system, root, { repository });
}

/**
 * Copies the commits of checkpoints from mpm's own repository into the one that
 * the project has got since. What cannot be brought stays where it is. Git gets
 * a pack, not a repository to fetch from: that one may name programs.
 */
export async function bringCheckpoints(
  system: System,
  git: Git,
  own: Git,
  wanted: readonly { readonly id: string; readonly commit: string }[],
): Promise<void> {
  const there = await readCheckpointRefs(own);
  const commits = wanted.filter(({ id, commit }) => there.get(id) === commit)
    .map(({ commit }) => `${commit}\n`);
  if (commits.length === 0) return;
  const base = join(await own.temporaryFolder(), "pack");
  const packed = await own.run(["pack-objects", "--quiet", "--revs", base], {
    stdin: encodeText(commits.join("")),
    timeout: LONG,
  });
  if (packed.status !== 0) return;
  const pack = `${base}-${decodeBytes(packed.stdout).trim()}.pack`;
  await git.run([...SYNCED, "index-pack", "--stdin"], {
    stdin: partsOf(system, pack),
    timeout: LONG,
  });
}

/** Bytes read at a time. */
const PART = 4 * 1024 * 1024;

async function* partsOf(
  { files }: System,
  path: string,
): AsyncGenerator<Uint8Array> {
  const size = files.lstat(path)?.size ?? 0;
  for (let at = 0; at < size; at += PART) {
    yield await Promise.resolve(files.readPart(path, at, PART));
  }
}
