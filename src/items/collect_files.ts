import { isAbsolute, relative } from "@std/path";
import { remembered } from "../base/remembered.ts";
import type { FileUse, Seen } from "../clients/mod.ts";
import type { Touched } from "./item.ts";

/** The maximum length of each list. Many of the seen files do not exist. */
const MOST = { files: 150, symbols: 8, seen: 200 };

const RANK = { read: 0, edited: 1, created: 2, deleted: 3 } as const;

/** Returns each file once, the last touched first, changed files preferred. */
export function filesOf(uses: readonly FileUse[], folder: string): Touched[] {
  const nameOf = remembered((path) => nameIn(folder, path));
  const found = new Map<string, { file: Touched; symbols: Set<string> }>();
  for (const { path, how, at, symbols } of uses) {
    const name = nameOf(path);
    const known = found.get(name);
    const before = known?.file;
    const names = new Set([...symbols, ...known?.symbols ?? []]);
    found.delete(name);
    found.set(name, {
      file: {
        path: name,
        how: before ? stronger(before.how, how) : how,
        times: (before?.times ?? 0) + 1,
        at: how === "read" && before && before.how !== "read" ? before.at : at,
      },
      symbols: names,
    });
  }
  const all = [...found.values()].reverse().map(({ file, symbols }) => ({
    ...file,
    ...symbols.size > 0 ? { symbols: [...symbols].slice(0, MOST.symbols) } : {},
  }));
  const changed = all.filter(({ how }) => how !== "read");
  const read = all.filter(({ how }) => how === "read");
  return [...changed, ...read].slice(0, MOST.files)
    .sort((a, b) => a.at < b.at ? 1 : a.at > b.at ? -1 : 0);
}

/** Combines two ways of touching a file: created then edited is created. */
function stronger(before: Touched["how"], now: Touched["how"]): Touched["how"] {
  if (before === "deleted") return now === "read" ? before : "edited";
  return RANK[now] > RANK[before] ? now : before;
}

/** Returns the path relative to the worktree, with `/`, if it is inside. */
function nameIn(folder: string, path: string): string {
  const inside = relative(folder, path);
  return inside === "" || isAbsolute(inside) || /^\.\.([\\/]|$)/.test(inside)
    ? path
    : inside.replaceAll("\\", "/");
}

/**
 * Returns the files that commands and searches named but no tool call touched,
 * the most relevant first. A file named alone is more relevant than one of a
 * hundred.
 */
export function seenFiles(
  seen: readonly Seen[],
  { files, folder }: { files: readonly Touched[]; folder: string },
): string[] {
  const touched = new Set(files.map(({ path }) => path));
  const scores = new Map<string, number>();
  for (const { paths, names } of seen.toReversed()) {
    for (const path of paths) {
      const name = nameIn(folder, path);
      if (name === path || touched.has(name) || OWN.test(name)) continue;
      scores.set(name, (scores.get(name) ?? 0) + 1 / names);
    }
  }
  return [...scores].sort(([, a], [, b]) => b - a)
    .slice(0, MOST.seen).map(([name]) => name);
}

/** Folders of git, of mpm and of the client. */
const OWN = /^\.(?:git|claude-mpm|claude)\//;
