import { attempt } from "../base/errors.ts";
import { join } from "@std/path";
import type { System } from "../system/system.ts";
import { writeAtomic } from "./atomic.ts";
import { ensureFolder } from "./folders.ts";
import { layout } from "./layout.ts";

const ID = /^[a-z0-9]{8,64}$/;

/**
 * The id of the project's store, which shows that a save belongs to this copy
 * of the project. It is in a folder that is never shared. A moved project keeps
 * it, a clone has none or its own. `undefined`: none yet.
 */
export function readStoreId(system: System, root: string): string | undefined {
  return attempt(() => {
    const bytes = system.files.readOwn(idFile(root), 256);
    const id = new TextDecoder().decode(bytes).trim();
    return ID.test(id) ? id : undefined;
  });
}

/** The same; creates a missing one. Call under the lock. */
export function ensureStoreId(system: System, root: string): string {
  const known = readStoreId(system, root);
  if (known !== undefined) return known;
  const { state } = layout(root);
  ensureFolder(system, state, root);
  const id = system.random() + system.random();
  writeAtomic(system, idFile(root), { bytes: new TextEncoder().encode(id) });
  return id;
}

function idFile(root: string): string {
  return join(layout(root).state, "store-id");
}
