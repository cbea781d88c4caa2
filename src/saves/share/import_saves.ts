import { MpmError } from "../../base/errors.ts";
import { importedDigest, markImported } from "./imported.ts";
import {
  contentDigest,
  type ImportPlan,
  type Incoming,
  planImport,
} from "./import_plan.ts";
import type { System } from "../../system/system.ts";
import { ensureHome } from "../../ops/home.ts";
import { layout, saveFiles } from "../../ops/layout.ts";
import { loadSave } from "../store/load_save.ts";
import { withLock } from "../../ops/lock.ts";
import { finishPending } from "../store/recover.ts";
import { isTaken } from "../store/find_saves.ts";
import { storeSave } from "../store/write_save.ts";

/** Where each of the saves would go now. */
export async function planInto(
  system: System,
  root: string,
  incoming: readonly Incoming[],
): Promise<ImportPlan> {
  // The plan is pure, so what it may ask for is read before.
  const known = new Map<string, readonly string[]>();
  for (;;) {
    const asked = new Set<string>();
    const plan = planImport(incoming, (id) => {
      if (!isTaken(system, root, id)) return undefined;
      const digests = known.get(id);
      if (!digests) asked.add(id);
      return digests ?? [];
    });
    if (asked.size === 0) return plan;
    for (const id of asked) known.set(id, await digestsOf(system, root, id));
  }
}

/** What the save of that id says, and what it said where it came from. */
async function digestsOf(
  system: System,
  root: string,
  id: string,
): Promise<string[]> {
  const { sessions, legacy, kept } = layout(root);
  const paths = [sessions, legacy, kept]
    .map((folder) => saveFiles(folder, id).json)
    .filter((path) => system.files.lstat(path));
  const digests: string[] = [];
  for (const path of paths) {
    try {
      const { save } = await loadSave(system, {
        id,
        path,
        format: "json",
        location: "sessions",
        pausedAt: "",
        evidence: [],
      });
      digests.push(contentDigest(save), importedDigest(save) ?? "");
    } catch (error) {
      // A damaged one is not the same, and is never replaced.
      if (!(error instanceof MpmError)) throw error;
    }
  }
  return digests;
}

/** A save that was brought in. */
export interface Stored {
  readonly plan: ImportPlan;
  readonly warnings: readonly string[];
}

/**
 * Stores the saves, each whole or not at all, marked with where they came from.
 * `from` is as it was given. Whatever was stored before a failure stays, and is
 * known to be there by the next import.
 */
export function importSaves(
  system: System,
  root: string,
  { incoming, from, progress = () => {} }: {
    incoming: readonly Incoming[];
    from: string;
    progress?: (what: string, done: number, of: number) => void;
  },
): Promise<Stored> {
  return withLock(system, root, async () => {
    ensureHome(system, root);
    await finishPending(system, root);
    const plan = await planInto(system, root, incoming);
    const at = system.now().toISOString();
    const warnings: string[] = [];
    const { imports } = plan;
    for (const [done, one] of imports.entries()) {
      progress("Bringing in saves", done, imports.length);
      const { id, digest, incoming: { save, value } } = one;
      const mark = { from, at, session_id: save.session_id, sha256: digest };
      const marked = markImported({ ...save, session_id: id }, mark);
      warnings.push(
        ...storeSave(system, root, {
          save: marked,
          value: { ...value, imported: mark },
          latest: false,
          own: false,
        }).warnings,
      );
    }
    return { plan, warnings };
  });
}
