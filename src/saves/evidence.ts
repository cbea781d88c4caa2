import type { RepositoryState, Workspace } from "../git/mod.ts";
import {
  type Evidence,
  evidenceOf,
  type Item,
  keptRuns,
  readDifferences,
  type TreeState,
  unverified,
} from "../items/mod.ts";
import type { System } from "../system/system.ts";
import type { Save } from "./save.ts";
import type { Origin } from "./trust/origins.ts";

/**
 * The state of the claims in a save, with later runs of `mpm evidence --run`.
 * `state`: the current worktree. Takes one git process for each commit on which
 * a command ran and that is not HEAD. Runs in an unverified save are not
 * evidence.
 */
export async function evidenceOfSave(
  system: System,
  workspace: Workspace,
  { save, origin = "own", state, carried = [] }: {
    /** `undefined` for runs that were recorded since. */
    save: Save | undefined;
    origin?: Origin;
    state: RepositoryState | undefined;
    /** Items that are stored in addition to the save. */
    carried?: readonly Item[];
  },
): Promise<Evidence[]> {
  const { items = [], runs: said = [] } = save?.mpm?.handoff ?? {};
  const own = keptRuns(system, workspace.root);
  const runs = [...own, ...origin === "foreign" ? unverified(said) : said];
  const known = new Map([...items, ...carried].map((item) => [item.id, item]));
  const claims = [...known.values()].filter(({ evidence, kind }) =>
    evidence !== undefined || kind === "verify"
  );
  // Most saves have neither, and that must cost nothing.
  if (runs.length === 0 && claims.length === 0) return [];
  const saved = save && savedState(save);
  const differences = await readDifferences(system, workspace, {
    ...{ runs, state, saved },
  });
  return evidenceOf({
    ...{ runs, items: claims, differences },
    now: system.now(),
  });
}

/**
 * The state of the worktree in a save, as far as trees need it. Files that git
 * was told to ignore are among the others.
 */
export function savedState({ mpm }: Save): TreeState | undefined {
  if (!mpm) return undefined;
  const { head, files, files_omitted: filesOmitted, unwatched } = mpm;
  return {
    ...{ head: head ?? undefined, files, filesOmitted },
    unwatched: unwatched === undefined ? undefined : { paths: [], omitted: 0 },
  };
}
