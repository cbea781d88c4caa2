import { join } from "node:path";
import { BuildError } from "./build_error.ts";

/** Files of a bundle, text by name. */
export type Bundle = ReadonlyMap<string, string>;

/**
 * What is loaded in one go, by the module that a file was made of: for these
 * commands and hooks people and agents wait all day, so none of them may load
 * more than it needs. What is not among them may.
 */
const HOT = [
  ...["main", "run_line", "before", "reflow", "redact", "redaction"],
  ...["pause", "resume", "status", "statusline", "context", "gauge_steps"],
  ...["checkpoint_save", "checkpoint_save_steps", "sessions_list"],
  ...["hook", "hook_steps", "hook_events", "hook_start", "hook_end"],
  ...["hook_scripts", "hook_compact", "hook_error", "hook_tasks", "hook_typed"],
  ...["config_file", "read_saves", "work_current"],
];

/** `import {…} from "./file"`, or only `import "./file"`. */
const IMPORT = /^import (?:\{([^}]*)\} from )?"\.\/([^"]+)";\n/gm;
const EXPORT = /^export \{([^}]*)\};\n/m;

/** The module that a file was made of. */
function stemOf(name: string): string {
  return name.replace(/(?:-[0-9a-f]+)?\.js$/, "");
}

function importsOf(text: string): string[] {
  return [...text.matchAll(IMPORT)].map(([, , file = ""]) => file);
}

/** What a file exports: `name`, or `inner as name`. */
function exportsOf(text: string): string[] {
  const list = EXPORT.exec(text)?.[1] ?? "";
  return list.split(",").map((part) => part.trim()).filter((part) => part)
    .map((part) => part.split(" as ").at(-1)!);
}

/** A file with all that it imports, and what that imports. */
function closure(bundle: Bundle, name: string): Set<string> {
  const found = new Set<string>();
  const open = [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...importsOf(bundle.get(next)!));
  }
  return found;
}

/**
 * Shared files that the same hot ones need, together: whoever loads one of them
 * loads all. Each comes behind those it imports.
 */
function groupsOf(bundle: Bundle, hot: readonly Set<string>[]): string[][] {
  const groups = new Map<string, string[]>();
  const place = (name: string, seen: Set<string>) => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const next of importsOf(bundle.get(name)!)) place(next, seen);
    const needed = hot.map((files) => files.has(name) ? "1" : "0").join("");
    if (stemOf(name) !== "chunk" || !needed.includes("1")) return;
    groups.set(needed, [...groups.get(needed) ?? [], name]);
  };
  const seen = new Set<string>();
  for (const name of [...bundle.keys()].sort()) place(name, seen);
  return [...groups.values()].filter((group) => group.length > 1);
}

/** What each of the hot files loads. */
function hotClosures(bundle: Bundle, stems: readonly string[]): Set<string>[] {
  return stems.map((stem) => {
    const name = [...bundle.keys()].find((name) => stemOf(name) === stem);
    if (name !== undefined) return closure(bundle, name);
    throw new BuildError(
      `Nothing of the bundle was made of the module "${stem}"`,
      "Correct the list in scripts/build_merge.ts",
    );
  });
}

/** How a member's export is called in the merged file: names may be the same. */
function merged(name: string, member: number): string {
  return `m${member}_${name}`;
}

/**
 * Merges the shared files that are loaded together anyway: a file costs time of
 * its own, whatever is in it. A merged one has a name as the bundler makes them.
 *
 * @param stems the modules that are loaded in one go
 * @throws {BuildError} when a module is missing, or `deno bundle` fails
 */
export async function mergeHot(
  bundle: Bundle,
  stems: readonly string[] = HOT,
): Promise<Map<string, string>> {
  const files = new Map(bundle);
  const places = new Map<string, { file: string; member: number }>();
  const groups = groupsOf(bundle, hotClosures(bundle, stems));
  const folder = await Deno.makeTempDir({ prefix: "mpm-merge-" });
  try {
    for (const [name, text] of bundle) {
      await Deno.writeTextFile(join(folder, name), text);
    }
    for (const [number, group] of groups.entries()) {
      const file = `shared${number}-AAAAAAAA.js`;
      files.set(file, await mergedFile(folder, { bundle, group, number }));
      for (const [member, name] of group.entries()) {
        files.delete(name);
        places.set(name, { file, member });
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  for (const [name, text] of files) files.set(name, redirected(text, places));
  return files;
}

async function mergedFile(
  folder: string,
  { bundle, group, number }: {
    bundle: Bundle;
    group: readonly string[];
    number: number;
  },
): Promise<string> {
  const entry = `shared${number}.js`;
  const lines = group.map((name, member) => {
    const list = exportsOf(bundle.get(name)!)
      .map((name) => `${name} as ${merged(name, member)}`);
    return `import "./${name}";\nexport { ${
      list.join(", ")
    } } from "./${name}";`;
  });
  await Deno.writeTextFile(join(folder, entry), lines.join("\n"));
  const outside = [...bundle.keys()].filter((name) => !group.includes(name))
    .flatMap((name) => ["--external", `./${name}`]);
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--no-config", ...outside, entry],
    cwd: folder,
    env: { NO_COLOR: "1", RUST_BACKTRACE: "0" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) {
    throw new BuildError(
      `Cannot merge ${group.join(", ")}: ${decoder.decode(stderr).trim()}`,
      "Run the build again; if it fails in the same way, remove the folder dist",
    );
  }
  return decoder.decode(stdout);
}

/** Lets a file import from where the files it names are by now. */
function redirected(
  text: string,
  places: ReadonlyMap<string, { file: string; member: number }>,
): string {
  return text.replace(IMPORT, (line, list: string | undefined, name) => {
    const place = places.get(name);
    if (!place) return line;
    if (list === undefined) return `import "./${place.file}";\n`;
    const names = list.split(",").map((part) => part.trim())
      .filter((part) => part !== "").map((part) => {
        const [from, to = from] = part.split(" as ");
        return `${merged(from!, place.member)} as ${to}`;
      });
    return `import {\n  ${names.join(",\n  ")}\n} from "./${place.file}";\n`;
  });
}
