import { join } from "@std/path";
import type { SaveEntry, SaveLocation } from "./save_entry.ts";
import type { System } from "../../system/system.ts";
import { namesIn, saveFolders } from "./find_saves.ts";
import { EntryReader } from "./read_entry.ts";

/** A file that belongs to a save, in whichever folder. */
export interface SaveFile {
  readonly path: string;
  readonly location: SaveLocation;
  readonly name: string;
}

/** A save with all that belongs to it. */
export interface SaveWithFiles {
  readonly entry: SaveEntry;
  /** In the order in which they may be taken away. */
  readonly files: readonly SaveFile[];
}

const OWNED =
  /^\.?(session-[\w-]+?)(?:\.(?:json|yaml|md|json\.sha256)|-incremental\.jsonl|_.{8}\.tmp\.sha256)$/;

/**
 * All files of each of the saves: every copy in every folder, checksums, what
 * is derived, and the record of an automatic pause. Whatever was left would
 * bring the save back into the list.
 */
export function filesOfSaves(
  system: System,
  root: string,
  entries: readonly SaveEntry[],
): SaveWithFiles[] {
  const folders = saveFolders(system, root);
  const wanted = new Map(entries.map((entry) => [keyOf(entry), entry]));
  const found = new Map<string, SaveFile[]>();
  for (const [location, folder] of Object.entries(folders)) {
    for (const { name, kind } of namesIn(system, folder)) {
      const id = kind === "folder" ? undefined : OWNED.exec(name)?.[1];
      if (id === undefined) continue;
      const key = keyOf({ id, location: location as SaveLocation });
      if (!wanted.has(key)) continue;
      const files = found.get(key) ?? [];
      found.set(key, files);
      files.push({
        path: join(folder, name),
        location: location as SaveLocation,
        name,
      });
    }
  }
  const isOurs = strayTest(system, root, folders);
  return [...wanted].map(([key, entry]) => ({
    entry,
    files: (found.get(key) ?? [])
      .filter(({ location }) => location !== "global" || isOurs(entry.id))
      .sort((a, b) => rank(a) - rank(b)),
  }));
}

/** A log may have the id of a save, in a folder of its own. */
function keyOf({ id, location }: Pick<SaveEntry, "id" | "location">): string {
  return location === "resume-logs" ? `log ${id}` : id;
}

/** Whether the save of that id in the home folder is of this project. */
function strayTest(
  system: System,
  root: string,
  folders: ReturnType<typeof saveFolders>,
): (id: string) => boolean {
  const reader = new EntryReader(system, root, folders);
  const formats = ["json", "md"] as const;
  return (id) =>
    reader.read({
      id,
      candidates: formats.map((format) => ({ location: "global", format })),
      incremental: false,
      evidence: [],
    }) !== undefined;
}

/**
 * What goes first. A removal that dies must leave the save whole or gone, so
 * the JSON in `sessions/` goes after every copy of it, and the checksum, which
 * is nothing alone, last.
 */
function rank({ location, name }: SaveFile): number {
  if (name.endsWith(".sha256")) return 6;
  if (!name.endsWith(".json")) return 0;
  return ["kept", "global", "resume-logs", "pause", "sessions"]
    .indexOf(location) + 1;
}
