import { join, relative } from "@std/path";

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
