import { importedFrom } from "../trust/origins.ts";
import { field } from "../../base/odd_values.ts";
import { WORK_ID } from "../../git/ids.ts";
import type { Save } from "../save.ts";
import { pausedBy } from "../../work/record.ts";
import type { System } from "../../system/system.ts";
import { readStoreId } from "./store_id.ts";
import { findWork, writeWork } from "../../work/store.ts";

/**
 * Lets the session of a save know that it was paused by it. Called after the
 * save's commit point and before its traces are gone, so that it is done again
 * when the process died in between. Somebody else's save changes nothing, nor does an automatic
 * one.
 */
export function followSave(system: System, root: string, save: Save): void {
  const id = field(save.mpm?.session, "id");
  if (typeof id !== "string" || !WORK_ID.test(id)) return;
  if (save.mpm?.kind === "auto") return;
  const foreign = importedFrom(save) !== undefined ||
    save.mpm?.store !== readStoreId(system, root);
  const work = foreign ? undefined : findWork(system, root, id);
  if (!work) return;
  const paused = pausedBy(work, save.session_id, new Date(save.paused_at));
  if (paused !== work) writeWork(system, root, paused);
}
