import { basename, dirname } from "@std/path";
import { saveMarkdown } from "../session/markdown.ts";
import { pointerText } from "../session/pointer.ts";
import type { Save } from "../session/save.ts";
import { toYaml } from "../session/yaml.ts";
import type { System } from "../system/system.ts";
import { writeAtomic } from "./atomic.ts";
import { layout, saveFiles } from "./layout.ts";

/**
 * Writes what is derived from a save: YAML, Markdown, and the pointer where
 * this save is the `latest`, or the newest by its id. Each whole or not at all, and all of them again from
 * the JSON whenever one was lost. Call under the store's lock.
 */
export function writeDerived(
  system: System,
  root: string,
  { save, latest = false }: { save: Save; latest?: boolean },
): void {
  const { sessions, pointer } = layout(root);
  const files = saveFiles(sessions, save.session_id);
  const mtime = new Date(save.paused_at).getTime();
  const write = (path: string, text: string) =>
    writeAtomic(system, path, { bytes: new TextEncoder().encode(text), mtime });
  write(files.yaml, toYaml(save));
  write(files.markdown, saveMarkdown(save));
  if (latest || pointsToOlder(system, root, save)) {
    write(pointer, pointerText(save, sessions));
  }
}

/** Names of the derived files that are not beside the JSON at `path`. */
export function missingDerived(system: System, path: string): string[] {
  const id = basename(path, ".json");
  const { yaml, markdown } = saveFiles(dirname(path), id);
  return [yaml, markdown]
    .filter((file) => !system.files.lstat(file))
    .map((file) => basename(file));
}

/** Whether the pointer is missing, unreadable or of an older save. */
function pointsToOlder(system: System, root: string, save: Save): boolean {
  const { files } = system;
  const { pointer } = layout(root);
  if (files.lstat(pointer)?.kind !== "file") return true;
  const text = new TextDecoder().decode(files.readPart(pointer, 0, 4096));
  const found = /^Latest Session: (session-\d{8}-\d{6})$/m.exec(text)?.[1];
  return found === undefined || found <= save.session_id;
}
