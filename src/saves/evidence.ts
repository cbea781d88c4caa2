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
 * Returns the state of a save's claims, with later runs. Runs a git process for
 * each other commit of a run. Runs in an unverified save do not count.
 */
export async function evidenceOfSave(
  system: System,
  workspace: Workspace,
  { save, origin = "own", state, carried = [] }: {
    /** `undefined`: use only the runs that were recorded since. */
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
  // Most saves have neither runs nor claims, and should take no time.
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

/** Returns the saved worktree state, as far as a comparison needs it. */
export function savedState({ mpm }: Save): TreeState | undefined {
  if (!mpm) return undefined;
  const { head, files, files_omitted: filesOmitted, unwatched } = mpm;
  return {
    ...{ head: head ?? undefined, files, filesOmitted },
    unwatched: unwatched === undefined ? undefined : { paths: [], omitted: 0 },
  };
}
