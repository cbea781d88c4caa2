import { join } from "@std/path";
import type { System } from "../../system/system.ts";
import { writeAtomic } from "../atomic.ts";
import { journalLines } from "./journal.ts";
import { layout } from "../layout.ts";
import { newTrashFolder } from "../trash/trash.ts";

/** The lines that are no JSON: what a death or somebody else left. */
export function tornLines(system: System, root: string): string[] {
  return journalLines(system, root).filter((line) => !isJson(line));
}

/** Takes them out of it, into a folder of the trash. Call under the lock. */
export function dropTornLines(system: System, root: string): void {
  const lines = journalLines(system, root);
  const encode = (some: readonly string[]) =>
    new TextEncoder().encode(some.map((line) => `${line}\n`).join(""));
  const folder = newTrashFolder(system, root, "doctor");
  system.files.create(
    join(folder, "journal.jsonl"),
    encode(lines.filter((line) => !isJson(line))),
  );
  writeAtomic(system, layout(root).journal, {
    bytes: encode(lines.filter(isJson)),
  });
}

function isJson(line: string): boolean {
  try {
    return typeof JSON.parse(line) === "object";
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
