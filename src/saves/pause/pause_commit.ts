import { MpmError } from "../../base/errors.ts";
import { BlobWriter, commitFiles } from "./commit_files.ts";
import { commitMessage } from "./commit_rule.ts";
import { utcSeconds } from "../../git/ids.ts";
import type { PauseResult } from "../commands/results.ts";
import type { Save } from "../save.ts";
import { writeExport } from "../share/export_save.ts";
import { layout } from "../../ops/layout.ts";
import { withLock } from "../../ops/lock.ts";
import type { System } from "../../system/system.ts";
import type { PausePlan } from "./pause_steps.ts";

/** A failed export is an error, but the save is there and the error says so. */
export function exportCopy(
  system: System,
  { path, bytes, save }: { path: string; bytes: Uint8Array; save: Save },
): string {
  try {
    return writeExport(system, path, bytes);
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    throw new MpmError(
      error.code,
      `${error.message}; the session is saved as ${save.session_id}`,
      {
        hint: "mpm sessions show latest --format json prints it",
        cause: error,
      },
    );
  }
}

/** Makes the commit of a save ready, where there will be one. */
export function readyCommit(
  system: System,
  plan: PausePlan,
): BlobWriter | undefined {
  return placeOf(plan) && new BlobWriter(system, plan.draft.workspace);
}

/** On top of what the commit is made, and by whom. */
function placeOf({ draft, identity, reason }: PausePlan) {
  const { branch, head } = draft.state ?? {};
  return reason === undefined && branch && head && identity
    ? { branch, head, identity }
    : undefined;
}

/**
 * The commit of a save. One that cannot be made is a warning: the save is safe
 * without.
 */
export async function commitSave(
  system: System,
  { plan, save, files, blobs }: {
    plan: PausePlan;
    save: Save;
    files: readonly string[];
    /** See {@link readyCommit}. */
    blobs: BlobWriter | undefined;
  },
): Promise<Partial<PauseResult["commit"]>> {
  const { workspace } = plan.draft;
  const place = placeOf(plan);
  if (!place || !blobs) return {};
  try {
    const message = commitMessage({
      id: save.session_id,
      time: utcSeconds(new Date(save.paused_at)),
      context: save.conversation.summary,
    });
    // Under the lock, so that pauses at the same time do not race for HEAD.
    const commit = {
      ...place,
      message,
      files: files.filter((path) => isShared(path, plan)),
    };
    const sha = await withLock(
      system,
      workspace.root,
      () => commitFiles(system, blobs, commit),
    );
    return { made: true, sha };
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    const reason = `${error.message}${error.hint ? ` (${error.hint})` : ""}`;
    return { reason };
  }
}

/**
 * The pointer is of this machine: two branches with a pause each could not be
 * merged without a conflict in it. Where it is tracked it must follow.
 */
function isShared(path: string, { draft, pointerTracked }: PausePlan): boolean {
  return pointerTracked || path !== layout(draft.workspace.root).pointer;
}
