import {
  type Finisher,
  type Intent,
  putBack,
  readJournal,
  takeOldRestore,
} from "../../ops/mod.ts";
import type { Context } from "../../cli/mod.ts";
import {
  readCheckpointRefs,
  releaseIndex,
  type Workspace,
} from "../../git/mod.ts";
import { placeOf } from "../place.ts";
import { leavesLarge, readTarget } from "./target.ts";
import { dropStaging, restoreLocked } from "./apply.ts";
import type { RestoreFacts } from "./plan.ts";

/** Finishes killed restores, with a safety checkpoint of later changes. */
export const RESTORES: Finisher<RestoreFacts> = {
  kinds: ["restore"],
  takesOld: takeOldRestore,
  finish: finishRestore,
};

async function finishRestore(
  context: Context,
  workspace: Workspace,
  intent: Intent<RestoreFacts>,
): Promise<void> {
  const { system } = context;
  const { root } = workspace;
  const { id, worktree, facts } = intent;
  const place = await placeOf(system, workspace);
  const { vault } = place;
  const drop = () => {
    dropStaging(system, root, worktree);
    intent.end();
  };
  if (!vault) return drop();
  releaseIndex(system, vault, id);
  const done = readJournal(system, root).find(({ after }) =>
    after.restore === id
  );
  if (done) {
    if (done.own && facts.undoes !== null) {
      const back = putBack(system, { root, worktree }, facts.undoes);
      const paths = back.map((path) => `"${path}"`).join(", ");
      if (back.length > 0) context.note(`Restored from the trash: ${paths}`);
    }
    return drop();
  }
  // A marker from an earlier version may have come with a clone; refs are not
  // part of a clone.
  const refs = await readCheckpointRefs(vault.git);
  if (refs.get(facts.safety.id) !== facts.safety.commit) return drop();
  const target = await readTarget(vault, facts.target);
  if (!target) {
    drop();
    context.note(
      "Warning: a restore was interrupted, and its checkpoint " +
        `"${facts.target.id}" no longer exists. The earlier state is in ` +
        `"${facts.safety.id}"`,
    );
    return;
  }
  const { clears = false, paths, exact, operation, title } = facts;
  const leaveLarge = clears || leavesLarge(target);
  await restoreLocked(context, { ...place, vault, leaveLarge }, {
    order: {
      ...{ target, clears, paths, exact, operation, title },
      begun: facts.safety.commit,
      brought: facts.brought ?? undefined,
      undoes: facts.undoes ?? undefined,
    },
    unfinished: intent,
  });
  context.note(`Finished an interrupted restore: ${title}`);
}
