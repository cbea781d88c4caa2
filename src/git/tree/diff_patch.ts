import { join } from "@std/path";
import type { System } from "../../system/system.ts";
import type { Capture } from "./capture.ts";
import { rawGit, type Vault } from "./vault.ts";
import { checkpointImport, writeCheckpoint } from "./checkpoints.ts";
import { partOf, patchBetween } from "./trees.ts";

/**
 * A patch from a checkpoint's worktree to the present one. The latter's objects
 * go to `objects`, an empty folder that the caller removes, and no ref is made
 * in the user's repository.
 */
export async function patchToWorktree(
  system: System,
  vault: Vault,
  { commit, capture, rawFolder, objects }: {
    commit: string;
    capture: Capture;
    rawFolder: string;
    objects: string;
  },
): Promise<Uint8Array> {
  const { worktree, commonDir } = vault.workspace;
  using raw = rawGit(system, vault, { near: rawFolder, worktree });
  const env = {
    GIT_OBJECT_DIRECTORY: objects,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: join(commonDir!, "objects"),
  };
  const writing = raw.git.with(env);
  const id = `diff-${system.random()}`;
  const record = new Uint8Array();
  await using importing = checkpointImport(system, { ...vault, git: writing }, {
    awaited: true,
  });
  const here = await writeCheckpoint(
    importing,
    { id, capture, record, title: "diff" },
    system.now(),
  );
  const parts = [commit, here].map((one) => partOf(one, "worktree"));
  return await patchBetween(writing, parts[0]!, parts[1]!);
}
