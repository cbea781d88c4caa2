import { MpmError } from "../../base/errors.ts";
import type { Context } from "../../cli/mod.ts";
import { findWorkspace, readState, type Workspace } from "../../git/mod.ts";
import { type Evidence, openItems } from "../../items/mod.ts";
import {
  evidenceOfSave,
  findOne,
  loadSave,
  type Origin,
  Origins,
  type Save,
} from "../../saves/mod.ts";

/**
 * A save with its evidence, or only the facts that are known without a save.
 */
export interface EvidenceHere {
  readonly workspace: Workspace;
  /** `undefined`: nothing was saved here yet. */
  readonly save: Save | undefined;
  readonly origin: Origin;
  readonly evidence: readonly Evidence[];
}

/**
 * Reads the evidence of a save, by default the newest of this worktree,
 * together with the evidence of the carried items. Throws the errors of a
 * resume for a missing or damaged save; GIT_FAILED.
 */
export async function readEvidence(
  context: Context,
  selector?: string,
): Promise<EvidenceHere> {
  const { system } = context;
  const found = await findSaved(context, selector);
  const workspace = found?.workspace ?? await findWorkspace(context);
  const { save, origin = "own" } = found ?? {};
  const state = workspace.git === "repository"
    ? await readState(system, workspace)
    : undefined;
  const carried = openItems(system, workspace).items;
  const evidence = await evidenceOfSave(system, workspace, {
    ...{ save, origin, state, carried },
  });
  return { workspace, save, origin, evidence };
}

async function findSaved(context: Context, selector: string | undefined) {
  const { system } = context;
  try {
    const found = await findOne({ ...context, interactive: false }, {
      ...{ selector, "session-id": undefined, "list": false, "last": false },
      ...{ "all": false, "peek": true, "no-changes": true, "format": "json" },
    });
    if ("sessions" in found) return undefined;
    const { entry, workspace } = found;
    const { save, digest } = await loadSave(system, entry);
    const origin = new Origins(system).of({ id: entry.id, digest });
    return { save, origin, workspace };
  } catch (error) {
    const isMissing = error instanceof MpmError && error.code === "NOT_FOUND";
    if (isMissing && selector === undefined) return undefined;
    throw error;
  }
}
