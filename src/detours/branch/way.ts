import { MpmError } from "../../base/errors.ts";
import type { Capture } from "../../git/tree/capture.ts";
import { refuseFilters } from "../../git/run/filters.ts";
import { inTheWay, overwritten } from "../../git/tree/switch.ts";
import type { Position } from "../../git/repository.ts";
import { shellWord } from "../../base/shell.ts";
import { named } from "../../base/words.ts";
import type { System } from "../../system/system.ts";
import type { CheckpointPlace } from "../../checkpoints/place.ts";
import { unparkedIn, unseen } from "../aside.ts";
import { isIgnoreRule } from "../tree.ts";
import { treeChanges } from "../../git/tree/trees.ts";

/**
 * Throws CONFLICT where a switch would lose something, where git would refuse
 * it, or where mpm could not take it back. Returns the ignore rules that are
 * others there.
 */
export async function checkSwitch(
  system: System,
  { vault }: CheckpointPlace,
  { capture, target, from, dirt, stash }: {
    capture: Capture;
    target: Position;
    from: Position;
    dirt: readonly string[];
    stash: boolean;
  },
): Promise<string[]> {
  const { git } = vault;
  const changes = await treeChanges(git, from.head!, target.head!);
  const paths = () => [...changes.map(({ path }) => path), ...dirt];
  await refuseFilters(git, { paths, commit: target.head });
  refuseUnseen(unseen(capture, changes));
  if (!stash) refuseUnsafe(capture);
  const blocked = stash ? [] : inTheWay(changes, dirt);
  if (blocked.length > 0) {
    throw new MpmError(
      "CONFLICT",
      `Uncommitted changes are in the way of "${target.branch}": ${
        named(blocked)
      }`,
      { hint: "--stash parks them until the return; or commit them" },
    );
  }
  refuseMoves(changes);
  refuseOverwriting(system, vault, { changes, capture, branch: target.branch });
  return changes.map(({ path }) => path).filter(isIgnoreRule);
}

/** Git leaves submodules where they are when it switches. */
function refuseMoves(
  changes: Awaited<ReturnType<typeof treeChanges>>,
): void {
  const moved = changes.find(({ from, to }) =>
    from?.mode === "160000" || to?.mode === "160000"
  );
  if (!moved) return;
  throw new MpmError(
    "CONFLICT",
    `The submodule "${moved.path}" is at another commit there, and mpm does ` +
      "not move it",
    { hint: "Switch by hand, or take --worktree" },
  );
}

/** Throws CONFLICT for ignored files that a switch would write over. */
function refuseOverwriting(
  system: System,
  { git }: CheckpointPlace["vault"],
  { changes, capture, branch }: {
    changes: Awaited<ReturnType<typeof treeChanges>>;
    capture: Capture;
    branch: string | null;
  },
): void {
  const known = (path: string) => capture.worktree.get(path) !== undefined;
  const lost = overwritten(system, git, { changes, known });
  if (lost.length === 0) return;
  throw new MpmError(
    "CONFLICT",
    `${branch === null ? "That commit" : `"${branch}"`} has files where ` +
      `ignored files are: ${named(lost)}`,
    { hint: "Move them away: ignored files are in no checkpoint" },
  );
}

/** Throws CONFLICT for edited files that git is told not to look at. */
function refuseUnseen(paths: readonly string[]): void {
  const [first] = paths;
  if (first === undefined) return;
  throw new MpmError(
    "CONFLICT",
    `Files that git is told not to look at are edited, and differ there: ` +
      named(paths),
    {
      hint: `Let git look again: git update-index --no-skip-worktree ` +
        `--no-assume-unchanged ${shellWord(first)}`,
    },
  );
}

/** Throws CONFLICT for changes that mpm could not give back after a failure. */
function refuseUnsafe(capture: Capture): void {
  const [first] = unparkedIn(capture).bound;
  if (!first) return;
  throw new MpmError(
    "CONFLICT",
    `"${first.path}" cannot be kept safe for a switch: ${first.reason}`,
    { hint: "Commit it, or take --worktree for the detour" },
  );
}
