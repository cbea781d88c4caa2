import { escapeText } from "../escape.ts";
import { shortAge } from "./ages.ts";
import type { TrashResult } from "./results_checkpoints.ts";
import { sizeText } from "./sizes.ts";
import { counted } from "./words.ts";

type Item = TrashResult["items"][number];

function line({ name, at, bytes }: Item, now: Date): string {
  const age = shortAge(Date.parse(at), now);
  return `${escapeText(name)}  ${age}  ${sizeText(bytes)}`;
}

function total(items: readonly Item[]): string {
  const bytes = items.reduce((sum, item) => sum + item.bytes, 0);
  return `${counted(items.length, "operation")}, ${sizeText(bytes)}`;
}

/** What `mpm trash list` prints. */
export function trashListText({ items, listed_at }: TrashResult): string {
  if (items.length === 0) return "The trash is empty.\n";
  const now = new Date(listed_at);
  return [
    ...items.map((item) =>
      line(item, now) + (item.remove ? `  goes: ${item.reason}` : "")
    ),
    total(items),
    "",
  ].join("\n");
}

/** What `mpm trash prune` prints. */
export function trashText(
  { items, listed_at, dry_run: dry }: TrashResult,
): string {
  const gone = items.filter(({ remove }) => remove);
  if (gone.length === 0) return "Nothing in the trash is to go.\n";
  const now = new Date(listed_at);
  return [
    `${dry ? "Would remove" : "Removed"} ${total(gone)}:`,
    ...gone.map((item) => `  ${line(item, now)}: ${item.reason}`),
    "",
  ].join("\n");
}
