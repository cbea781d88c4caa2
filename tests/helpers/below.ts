import { createHash } from "node:crypto";
import { join, relative } from "@std/path";

/** What a file or folder is and holds, by path; times in it as well. */
export type Snapshot = Record<string, string>;

/** What lies below `folder`, links not followed. */
export function snapshot(
  folder: string,
  skip: (path: string) => boolean = () => false,
): Snapshot {
  const found: Snapshot = {};
  const walk = (path: string) => {
    if (skip(path)) return;
    const info = Deno.lstatSync(path);
    const { mode, size, mtime, ino, isDirectory, isSymlink } = info;
    const content = isSymlink
      ? Deno.readLinkSync(path)
      : info.isFile
      ? createHash("sha256").update(Deno.readFileSync(path)).digest("hex")
      : "";
    const time = isDirectory ? 0 : mtime?.getTime();
    found[relative(folder, path)] = isDirectory
      ? `folder ${mode}`
      : [mode, size, time, ino, content].join(" ");
    if (!isDirectory) return;
    for (const { name } of Deno.readDirSync(path)) walk(join(path, name));
  };
  walk(folder);
  return found;
}

/** The plain files below a folder, relative to it. */
export function filesBelow(folder: string): string[] {
  return entriesBelow(folder, "isFile");
}

/** The folders below a folder, relative to it, the outermost first. */
export function foldersBelow(folder: string): string[] {
  return entriesBelow(folder, "isDirectory");
}

function entriesBelow(
  folder: string,
  kind: "isFile" | "isDirectory",
): string[] {
  const found: string[] = [];
  const walk = (path: string) => {
    for (const entry of Deno.readDirSync(path)) {
      const full = join(path, entry.name);
      if (entry[kind]) found.push(relative(folder, full));
      if (entry.isDirectory) walk(full);
    }
  };
  walk(folder);
  return found.sort();
}
