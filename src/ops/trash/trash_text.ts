import { escapeText } from "../../base/escape.ts";
import { ageWords } from "../../base/times.ts";
import type { TrashResult } from "../commands/results.ts";
import { counted, sizeText } from "../../base/words.ts";

type Item = TrashResult["items"][number];

function line({ name, at, bytes }: Item, now: Date): string[] {
  return [escapeText(name), ageWords(new Date(at), now), sizeText(bytes)];
}

/** Rows with their columns one below the other. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, at) =>
    Math.max(...rows.map((row) => row[at]!.length))
  );
  return rows.map((row) =>
    row.map((cell, at) => cell.padEnd(widths![at]!)).join("  ").trimEnd()
  );
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
    ...aligned(items.map((item) => [
      ...line(item, now),
      item.remove ? `goes: ${item.reason}` : "",
    ])),
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
    ...aligned(gone.map((item) => [...line(item, now), item.reason ?? ""]))
      .map((row) => `  ${row}`),
    "",
  ].join("\n");
}
