import { join } from "@std/path";
import type { FileVersions } from "./entry.ts";
import { sha256 } from "../../base/digest.ts";
import type { System } from "../../system/system.ts";
import { layout } from "../layout.ts";

/** Paths that a line of the journal names; more are in a file of their own. */
const INLINE = 40;

/** The files an operation changed, as `before` and `after` of its entry. */
export interface Recorded {
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

/**
 * The versions as an entry holds them: itself, or by a file in the trash where
 * there are many, so that no line of the journal grows long.
 */
export function fitChanges(
  system: System,
  root: string,
  { before, after, folder }: {
    before: FileVersions;
    after: FileVersions;
    folder: () => string;
  },
): Recorded {
  const count = Object.keys(before).length;
  if (count <= INLINE) {
    return { before: { files: before }, after: { files: after } };
  }
  const bytes = new TextEncoder().encode(JSON.stringify({ before, after }));
  const path = join(folder(), "changes.json");
  system.files.create(path, bytes);
  const kept = path.slice(layout(root).trash.length + 1).replaceAll("\\", "/");
  const list = { list: { sha256: sha256(bytes), kept }, count };
  return { before: list, after: list };
}
