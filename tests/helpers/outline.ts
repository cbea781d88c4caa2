import { dirname, join } from "@std/path";
import { removeTree } from "./remove.ts";

/** Bytes beyond which a file is not read. */
const SMALL = 9_000_000;

/** Returns the text of a small plain file; empty for anything else. */
export function smallText(path: string): string {
  const info = lookup(path);
  if (!info?.isFile || info.size > SMALL) return "";
  return new TextDecoder().decode(Deno.readFileSync(path));
}

/**
 * Lists everything below a folder with the facts of the file system: writing to
 * a file changes its times, even if everything else is restored. Nothing is
 * read, so there may be pipes, devices and files of any size.
 */
export class Outline {
  readonly #root: string;
  readonly #skipped: readonly string[];
  readonly #entries: Map<string, string>;

  constructor(root: string, skipped: readonly string[] = []) {
    this.#root = root;
    this.#skipped = skipped;
    this.#entries = this.#read();
  }

  #read(): Map<string, string> {
    const found = new Map<string, string>();
    const walk = (folder: string) => {
      for (const { name } of Deno.readDirSync(folder)) {
        const path = join(folder, name);
        if (this.#skipped.includes(path)) continue;
        const entry = describe(path);
        if (entry === undefined) continue;
        found.set(path, entry);
        if (entry.startsWith("folder")) walk(path);
      }
    };
    walk(this.#root);
    return found;
  }

  /** The paths of everything that is not a folder. */
  files(): string[] {
    return [...this.#entries]
      .filter(([, entry]) => !entry.startsWith("folder")).map((
        [path],
      ) => path);
  }

  /** The paths that are new, missing or different now, absolute. */
  changes(): string[] {
    const now = this.#read();
    return [...new Set([...this.#entries.keys(), ...now.keys()])]
      .filter((path) => this.#entries.get(path) !== now.get(path)).sort();
  }

  /** Restores these from `copy`; a path sorts behind its folder. */
  bring(paths: readonly string[], copy: (path: string) => string): void {
    for (const path of paths.toReversed()) {
      const isFolder = this.#entries.get(path)?.startsWith("folder");
      if (isFolder && lookup(path)?.isDirectory) continue;
      if (lookup(path)) removeTree(path);
    }
    for (const path of paths.filter((path) => this.#entries.has(path))) {
      put(copy(path), path);
      this.#entries.set(path, describe(path)!);
    }
  }
}

function describe(path: string): string | undefined {
  const info = lookup(path);
  if (info?.isDirectory) return `folder ${info.mode}`;
  return info &&
    [info.mode, info.size, info.ino, info.mtime?.getTime()]
      .concat(info.ctime?.getTime()).join(" ");
}

function lookup(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Copies a single file or folder, without its contents. */
function put(from: string, to: string): void {
  const info = Deno.lstatSync(from);
  if (info.isSymlink) return Deno.symlinkSync(Deno.readLinkSync(from), to);
  if (info.isDirectory) {
    if (!lookup(to)) Deno.mkdirSync(to);
    return Deno.chmodSync(to, info.mode! & 0o7777);
  }
  if (info.isFile && info.size <= SMALL) {
    Deno.copyFileSync(from, to);
    Deno.chmodSync(to, info.mode! & 0o7777);
    return Deno.utimeSync(to, info.atime!, info.mtime!);
  }
  const { success, stderr } = new Deno.Command("cp", {
    args: ["-a", from, dirname(to)],
  }).outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
