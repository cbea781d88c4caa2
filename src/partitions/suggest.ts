import { parse as parseToml } from "@std/toml";
import { parse as parseYaml } from "@std/yaml";
import { join } from "../base/join.ts";
import { attempt, FileError } from "../base/errors.ts";
import { field, jsonIn } from "../base/parsed_values.ts";
import type { System } from "../system/system.ts";
import { isBelow } from "./partition.ts";

/** A partition that a file of the project suggests. */
export interface Suggested {
  readonly name: string;
  readonly paths: readonly string[];
  readonly description: string;
}

/**
 * The maximum size of a file to read, in bytes, since a parser may take minutes
 * for a malicious file.
 */
const LARGEST = 64 * 1024;

/**
 * The maximum numbers of partitions, of paths in one partition, and of folders
 * for a wildcard.
 */
const MOST = 50;
const MOST_PATHS = 20;
const MOST_FOLDERS = 100;

/** Folders of a workspace, as named in its file. */
interface Members {
  /** A description, e.g. `npm workspace`. */
  readonly kind: string;
  /** Folders and globs; `!` excludes those that match. */
  readonly patterns: readonly string[];
}

/** The files to read, and how to read each. */
const SOURCES: readonly {
  readonly file: string;
  read(text: string): Members;
}[] = [
  {
    file: "package.json",
    read(text) {
      const given = field(jsonIn(text), "workspaces");
      const patterns = texts(Array.isArray(given) ? given : undefined)
        .concat(texts(field(given, "packages")));
      return { kind: "npm workspace", patterns };
    },
  },
  {
    file: "pnpm-workspace.yaml",
    read: (text) => ({
      kind: "pnpm workspace",
      patterns: texts(
        field(parseYaml(text, { schema: "failsafe" }), "packages"),
      ),
    }),
  },
  {
    file: "Cargo.toml",
    read(text) {
      const workspace = field(parseToml(text), "workspace");
      const excluded = texts(field(workspace, "exclude"))
        .map((pattern) => `!${pattern}`);
      const patterns = [...excluded, ...texts(field(workspace, "members"))];
      return { kind: "Cargo workspace", patterns };
    },
  },
  {
    file: "go.work",
    read: (text) => ({ kind: "Go workspace", patterns: usedByGo(text) }),
  },
];

const OWNERS = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

function texts(value: unknown): string[] {
  return Array.isArray(value)
    ? value.filter((one) => typeof one === "string")
    : [];
}

/**
 * Returns the folders in `use ./a`, or one per line between `use (` and `)`.
 */
function usedByGo(text: string): string[] {
  const found: string[] = [];
  let within = false;
  for (const line of text.split("\n")) {
    const plain = line.split("//", 1)[0]!.trim();
    if (within && plain === ")") within = false;
    else if (/^use\s*\($/.test(plain)) within = true;
    else {
      const [, used] = /^use\s+(\S+)$/.exec(plain) ?? [];
      const folder = used ?? (within ? plain : "");
      if (folder !== "") found.push(folder.replaceAll(/^["`]|["`]$/g, ""));
    }
  }
  return found;
}

/**
 * Reads the parts of the project in `worktree` from the files of package
 * managers and CODEOWNERS. Does not follow links. A file that is too large or
 * invalid is ignored and reported in a note; so is what was left out.
 */
export function suggested(
  system: System,
  worktree: string,
): { partitions: Suggested[]; notes: string[] } {
  const notes: string[] = [];
  const byName = new Map<string, { paths: string[]; description: string }>();
  const known = new Set<string>();
  const add = (name: string, path: string, description: string) => {
    if (known.has(path)) return;
    known.add(path);
    const found = byName.get(name);
    if (!found) byName.set(name, { paths: [path], description });
    else if (found.paths.length < MOST_PATHS) found.paths.push(path);
  };
  for (const { file, read } of SOURCES) {
    const members = readAs(system, join(worktree, file), { file, notes, read });
    if (!members) continue;
    const folders = foldersOf(system, worktree, members.patterns);
    for (const path of folders) {
      const name = nameFor(path, folders);
      if (name !== undefined) add(name, path, members.kind);
    }
  }
  for (const { owner, path } of ownedPaths(system, worktree, notes)) {
    const name = slug(owner.replace(/^@/, "").split("/").at(-1)!);
    if (name !== undefined) add(name, path, `owned by ${owner}`);
  }
  const all = [...byName].map(([name, given]) => ({ name, ...given }));
  if (all.length > MOST) {
    notes.push(`${all.length - MOST} more partitions left out`);
  }
  return { partitions: all.slice(0, MOST), notes };
}

/**
 * Returns the result of `read` for a file. `undefined`: the file is missing, or
 * a note says why it was not read.
 */
function readAs<T>(
  system: System,
  path: string,
  { file, notes, read }: {
    file: string;
    notes: string[];
    read(text: string): T;
  },
): T | undefined {
  try {
    if (!system.files.lstat(path)) return undefined;
    const bytes = system.files.readOwn(path, LARGEST);
    return read(new TextDecoder().decode(bytes).replace(/^\ufeff/, ""));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // The parsers throw various kinds of errors, which include the position.
    const [why] = error.message.split("\n");
    notes.push(
      error instanceof FileError
        ? error.message
        : `"${file}" cannot be read: ${why}`,
    );
    return undefined;
  }
}

/** Returns the existing folders that a workspace names, in order. */
function foldersOf(
  system: System,
  worktree: string,
  patterns: readonly string[],
): string[] {
  const folders = new Set<string>();
  const read = patterns.slice(0, MOST_FOLDERS);
  const excluded = read.filter((pattern) => pattern.startsWith("!"))
    .map((pattern) => partsOf(pattern.slice(1)));
  for (const pattern of read) {
    if (pattern.startsWith("!")) continue;
    // Everything after a wildcard is inside the folder that it matches.
    const parts = partsOf(pattern);
    const wild = parts.findIndex((part) => /[*?[{]/.test(part));
    const base = (wild < 0 ? parts : parts.slice(0, wild)).join("/");
    if (wild > 0 && !isPlain(base)) continue;
    const found = wild < 0 ? [base] : subfolders(system, join(worktree, base))
      .map((name) => wild === 0 ? name : `${base}/${name}`);
    for (const path of found) {
      if (folders.size >= MOST_FOLDERS) return [...folders];
      const names = path.split("/");
      const isMember = wild < 0 || /[[{]/.test(parts[wild]!) ||
        isBelow(parts.slice(0, wild + 1), names);
      const isOut = excluded.some((glob) => isBelow(glob, names));
      if (!isMember || isOut || !isPlain(path)) continue;
      if (isFolder(system, worktree, path)) folders.add(path);
    }
  }
  return [...folders];
}

function partsOf(pattern: string): string[] {
  return pattern.replace(/^\.\//, "").replace(/\/+$/, "").split("/");
}

function subfolders(system: System, folder: string): string[] {
  return (attempt(() => system.files.list(folder)) ?? [])
    .filter(({ name, kind }) =>
      kind === "folder" && !/^\.|^node_modules$|^target$/.test(name)
    ).map(({ name }) => name).sort();
}

/**
 * Returns whether a path is a folder of the worktree itself, not reached
 * through a link.
 */
function isFolder({ files }: System, worktree: string, path: string): boolean {
  const full = join(worktree, path);
  return attempt(() =>
    files.lstat(full)?.kind === "folder" && files.realPath(full) === full
  ) ?? false;
}

/** Returns whether the configuration can contain the path as it is. */
function isPlain(path: string): boolean {
  return path.length <= 300 && !/[\\*?\0]|^[A-Za-z]:/.test(path) &&
    path.split("/").every((part) => !["", ".", ".."].includes(part));
}

/**
 * Returns the name of the last folder, preceded by its parent's name if two
 * folders have the same name.
 */
function nameFor(path: string, all: readonly string[]): string | undefined {
  const last = (one: string) => one.split("/").at(-1)!;
  const alike = all.filter((one) => last(one) === last(path)).length > 1;
  return slug(alike ? path.split("/").slice(-2).join("-") : last(path));
}

/** Returns a valid partition name made from a text. */
function slug(text: string): string | undefined {
  const name = text.replaceAll(/[^A-Za-z0-9_-]+/g, "-")
    .replaceAll(/^[_-]+|[_-]+$/g, "").slice(0, 60);
  if (name === "") return undefined;
  // The TOML parser fails on the names of properties that every object has.
  return Object.hasOwn(Object.prototype, name) ? `${name}-1` : name;
}

/**
 * Returns the paths in CODEOWNERS that have a single owner. `*` does not count.
 */
function ownedPaths(
  system: System,
  worktree: string,
  notes: string[],
): { owner: string; path: string }[] {
  for (const file of OWNERS) {
    const lines = readAs(system, join(worktree, file), {
      file,
      notes,
      read: (text) => text.split("\n"),
    });
    if (!lines) continue;
    return lines.flatMap((line) => {
      const [pattern = "", owner] = line.split("#", 1)[0]!.trim().split(/\s+/);
      const plain = pattern.replace(/^\//, "").replace(/\/(\*\*?)?$/, "");
      const isUsable = owner !== undefined && /^[\w@./-]{1,200}$/.test(owner) &&
        pattern.includes("/") && isPlain(plain);
      return isUsable ? [{ owner, path: plain }] : [];
    });
  }
  return [];
}
