import type { Work } from "./work.ts";
import type { System } from "../system/system.ts";
import { layout, saveFiles } from "../ops/layout.ts";

/** Whether a save of the session is there by which it can be resumed. */
export function isSaved(
  system: System,
  root: string,
  { saves }: Work,
): boolean {
  const { sessions, kept } = layout(root);
  return saves.some((id) =>
    [sessions, kept].some((folder) =>
      system.files.lstat(saveFiles(folder, id).json)
    )
  );
}
