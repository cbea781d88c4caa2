import { dirname, join, relative } from "@std/path";
import * as posix from "@std/path/posix";

/**
 * Folders of the project that a bundle is made from, in addition to its
 * settings.
 */
const FOLDERS = [
  "src",
  "completions",
  "hooks",
  "pipelines",
  "skills",
  "templates",
  "types",
];

/** `import { … } from "…/mod.ts"`; imports of types vanish anyway. */
const IMPORT = /^import \{([^}]*)\} from "(\.[^"]*\/mod\.ts)";$/gm;
const EXPORT = /^export (?:type )?\{([^}]*)\} from "(\.[^"]+)";$/gm;

function namesIn(list: string): string[] {
  return list.split(",").map((name) => name.trim()).filter((name) => name);
}

/** The file behind a door that each name comes from, relative to the door. */
export function behindDoor(door: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, list, file] of door.matchAll(EXPORT)) {
    for (const name of namesIn(list!)) {
      found.set(name.replace(/^type /, ""), file!);
    }
  }
  return found;
}

/**
 * Returns `text`, a module at `path`, with imports from the files behind the
 * doors of contexts instead of from the doors. Loading a door loads everything
 * that is behind it, and a command needs little of that.
 *
 * @param read gives the text of a module of the project by its path
 */
export function withoutDoors(
  path: string,
  text: string,
  read: (path: string) => string,
): string {
  return text.replace(IMPORT, (_, list: string, name: string) => {
    const files = behindDoor(read(posix.join(posix.dirname(path), name)));
    const byFile = new Map<string, string[]>();
    for (const one of namesIn(list)) {
      const [wanted = ""] = one.replace(/^type /, "").split(" as ");
      const file = posix.join(posix.dirname(name), files.get(wanted) ?? "");
      byFile.set(file, [...byFile.get(file) ?? [], one]);
    }
    return [...byFile].map(([file, names]) => {
      const from = file.startsWith(".") ? file : `./${file}`;
      return `import { ${names.join(", ")} } from "${from}";`;
    }).join("\n");
  });
}

/**
 * Copies the files that a bundle of the project at `root` is made from, without
 * doors.
 */
export async function copyWithoutDoors(
  root: string,
  target: string,
): Promise<void> {
  const read = (path: string) => Deno.readTextFileSync(join(root, path));
  const copy = async (path: string): Promise<void> => {
    const { isDirectory } = await Deno.stat(join(root, path));
    if (!isDirectory) {
      await Deno.mkdir(dirname(join(target, path)), { recursive: true });
      if (!path.endsWith(".ts")) {
        return await Deno.copyFile(join(root, path), join(target, path));
      }
      const name = relative(".", path).replaceAll("\\", "/");
      const text = withoutDoors(name, read(path), read);
      return await Deno.writeTextFile(join(target, path), text);
    }
    for await (const { name } of Deno.readDir(join(root, path))) {
      if (!name.endsWith("_test.ts")) await copy(join(path, name));
    }
  };
  for (const path of ["deno.json", "deno.lock", ...FOLDERS]) {
    const there = await Deno.stat(join(root, path)).catch(() => undefined);
    if (there) await copy(path);
  }
}
