import { escapeText } from "../../base/escape.ts";
import { counted } from "../../base/words.ts";
import type { RestoredFiles, SaveRestoreResult } from "../commands/results.ts";

/** The maximum number of paths of a kind to name. */
const NAMED = 20;

/** Returns the output of a restore of the item with this name. */
export function restoreText(result: RestoredFiles, given: string): string {
  const { dry_run: dry, to } = result;
  if (dry) return previewText(result, given);
  const name = escapeText(given);
  if (to !== null) {
    return [
      `Wrote ${counted(result.written.length, "file")} of ${name} to ${
        escapeText(to)
      }`,
      ...lists(result),
      "",
    ].join("\n");
  }
  return [
    titleOf(result, name),
    ...lists(result),
    ...result.safety === null ? [] : [
      "The earlier state is in the checkpoint " +
      `${escapeText(result.safety)}; "mpm undo" restores it`,
    ],
    "",
  ].join("\n");
}

function titleOf(result: RestoredFiles, name: string): string {
  const { written, removed, trashed, moved_aside: moved, skipped } = result;
  const isChanged = result.index_restored ||
    [written, removed, trashed, moved].some((paths) => paths.length > 0);
  if (!isChanged && (result.safety === null || skipped.length > 0)) {
    return nothing(result, name);
  }
  return skipped.length === 0
    ? `Restored ${name}`
    : `Restored ${name}, except for the files that mpm left alone`;
}

/** Returns what a restore from a save prints. */
export function saveRestoreText(result: SaveRestoreResult): string {
  const { session_id: id, others, not_kept, restoring } = result;
  const lines = [
    ...listed(
      id.includes("@") ? `Left out of ${id}` : `Lost later, not in ${id}`,
      not_kept.map(({ path, reason }) => `${path} (${reason})`),
    ),
    ...listed(`Changed since ${id}, left alone`, others),
    ...others.length === 0
      ? []
      : [`To restore the saved version: mpm restore ${id} <path>, or --all`],
  ];
  const nothing = restoring || lines.length > 0
    ? []
    : [`No uncommitted work from ${id} is lost`];
  return (restoring ? restoreText(result, id) : "") +
    [...nothing, ...lines].map((line) => `${line}\n`).join("");
}

/** Returns the preview of the same output. */
export function previewText(result: RestoredFiles, given: string): string {
  const name = escapeText(given);
  const lines = lists(result);
  return [
    result.to === null
      ? lines.length === 0 ? nothing(result, name) : `To restore ${name}:`
      : `To write ${name} to ${escapeText(result.to)}:`,
    ...lines,
    "",
  ].join("\n");
}

function nothing({ skipped }: RestoredFiles, name: string): string {
  return skipped.length === 0
    ? `Nothing to restore: no difference from ${name}`
    : `Nothing was restored: mpm left the files that differ from ${name} alone`;
}

function lists(result: RestoredFiles): string[] {
  const { dry_run: dry } = result;
  return [
    ...listed(dry ? "Write" : "Written", result.written),
    ...listed(
      `${dry ? "Delete" : "Deleted"}, because they did not exist then`,
      result.removed,
    ),
    ...listed(dry ? "Move to the trash" : "Moved to the trash", result.trashed),
    ...listed("Was in the way, now in the trash", result.moved_aside),
    ...listed("Created later, kept", result.kept),
    ...listed(
      "Left alone",
      result.skipped.map(({ path, reason }) => `${path} (${reason})`),
    ),
    ...result.index_restored
      ? [
        dry
          ? "Staged changes are replaced too"
          : "Staged changes are staged again",
      ]
      : [],
    ...result.trash === null ? [] : [`The trash: ${escapeText(result.trash)}`],
    ...result.notes.map((note) => `Note: ${escapeText(note)}`),
  ];
}

function listed(title: string, paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  const more = paths.length - NAMED;
  return [
    `${title}: ${counted(paths.length, "path")}`,
    ...paths.slice(0, NAMED).map((path) => `  ${escapeText(path)}`),
    ...more > 0 ? [`  and ${more} more`] : [],
  ];
}
