import { MpmError } from "../../base/errors.ts";
import type { Capture, LeftOut, Position, Workspace } from "../../git/mod.ts";
import { givenSummary } from "../../saves/mod.ts";
import { shellWord } from "../../base/shell.ts";
import { labelOf, type Work } from "../../work/mod.ts";
import { named } from "../../base/words.ts";

/** The input of `mpm return`. */
export interface ReturnInput {
  readonly words: readonly string[];
  readonly summary: string | undefined;
  readonly message: string | undefined;
  readonly park: boolean;
  readonly carry: boolean;
  readonly discard: boolean;
  readonly "keep-parked": boolean;
  readonly "git-branch": string | undefined;
  readonly "no-changes": boolean;
}

export function checkFlags(input: ReturnInput): void {
  const given = (["park", "carry", "discard"] as const)
    .filter((flag) => input[flag]);
  if (given.length > 1) {
    throw new MpmError(
      "USAGE",
      `"--${given[0]}" and "--${given[1]}" contradict each other`,
    );
  }
  givenSummary(input);
}

/**
 * Returns the error for a session with an open detour. `stranded`: the detour's
 * worktree is gone.
 */
export function hasDetour(
  work: Work,
  deeper: Work,
  stranded: boolean,
): MpmError {
  const name = shellWord(deeper.name ?? deeper.id);
  if (stranded) {
    return new MpmError(
      "CONFLICT",
      `${labelOf(work)} waits for its detour ${labelOf(deeper)}, whose ` +
        `worktree is gone: "${deeper.worktree}"`,
      { hint: `End that detour: mpm complete ${name}, or mpm cancel ${name}` },
    );
  }
  return new MpmError(
    "CONFLICT",
    `${labelOf(work)} waits for its detour ${labelOf(deeper)}, which is ` +
      `${deeper.state} in "${deeper.worktree}"`,
    {
      hint: deeper.place === work.place
        ? `Continue that detour: mpm pause, then mpm resume ${name}`
        : `Return from that detour first: cd ${
          shellWord(deeper.worktree)
        } && mpm return`,
    },
  );
}

export function noDetour(work: Work): MpmError {
  return new MpmError(
    "CONFLICT",
    `${labelOf(work)} is not a detour: there is nothing to return to`,
    {
      hint: '"mpm complete" ends the session, "mpm pause" leaves it for later',
    },
  );
}

export function gone(
  branch: string,
  { input, before }: { input: ReturnInput; before: string | null },
): MpmError {
  if (input["git-branch"] !== undefined) {
    return new MpmError("NOT_FOUND", `Git branch "${branch}" not found`, {
      hint: '"git branch" lists them',
    });
  }
  const again = `git branch ${shellWord(branch)} ${before ?? "<commit>"}`;
  return new MpmError(
    "CONFLICT",
    `The parent's git branch "${branch}" no longer exists`,
    {
      hint:
        `Create it again: ${again}; or choose another branch: --git-branch ` +
        "<branch>",
    },
  );
}

/**
 * Refuses a branch without a commit, since there is nothing to compare a tree
 * with.
 */
export function refuseUnborn({ branch, head }: Position): void {
  if (head !== null) return;
  throw new MpmError("CONFLICT", `"${branch}" has no commit yet`, {
    hint: "Commit something first, or use a branch with commits",
  });
}

/**
 * Throws CONFLICT for changes that only git can make. Without git, a return
 * would end the detour but not restore the tree.
 */
export function refuseWithoutGit(
  { workspace, input, child }: {
    workspace: Workspace;
    input: ReturnInput;
    child: Work;
  },
): void {
  const reason = workspace.reason ?? "this is not one";
  const flag = [
    input.park ? "--park" : undefined,
    input.carry ? "--carry" : undefined,
    input["git-branch"] === undefined ? undefined : "--git-branch",
  ].find((one) => one !== undefined);
  if (flag !== undefined) {
    throw new MpmError(
      "CONFLICT",
      `"${flag}" needs a git repository: ${reason}`,
      { hint: `Leave out ${flag}: the files then stay as they are` },
    );
  }
  const { detour } = child;
  const touched = detour && (detour.kind !== "plain" || detour.checkpoint);
  if (!touched || input["keep-parked"]) return;
  throw new MpmError(
    "CONFLICT",
    `${labelOf(child)} started in a git repository: ${reason}`,
    {
      hint:
        "Fix this first, or return with the files as they are: mpm return --keep-parked",
    },
  );
}

/** Throws CONFLICT for changes that no checkpoint could carry along. */
export function refuseUncarriable(
  { entries }: Capture,
  bound: readonly LeftOut[],
): void {
  const foreign = entries
    .find(({ path, status }) => status !== "??" && !path.isWellFormed());
  const first = bound[0] ??
    (foreign && { path: foreign.path, reason: "its name is not UTF-8" });
  if (!first) return;
  throw new MpmError(
    "CONFLICT",
    `"${first.path}" cannot be carried: ${first.reason}`,
    {
      hint:
        "Commit it, or use --park, which moves it to the trash and other changes to a checkpoint",
    },
  );
}

export function dirty(dirt: readonly string[], child: Work): MpmError {
  return new MpmError(
    "CONFLICT",
    `${labelOf(child)} has uncommitted changes: ${named(dirt)}`,
    {
      hint:
        "Commit them, or use --park (to a checkpoint), --carry (to the parent's branch) or --discard (cancels the detour)",
    },
  );
}
