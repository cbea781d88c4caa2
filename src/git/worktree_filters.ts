import { join } from "@std/path";
import type { Failed } from "../session/worktree_facts.ts";
import type { System } from "../system/system.ts";
import { Git, gitFailure } from "./git.ts";
import { offSettings } from "./safe_git.ts";
import {
  decodeBytes,
  encodeText,
  isOpenable,
  quotePath,
  splitFields,
} from "./text.ts";
import {
  answered,
  gitAt,
  type IndexEntry,
  type WorktreeFolders,
} from "./worktree_status.ts";

const SETTINGS =
  "^(filter\\..*\\.(clean|process)|includeif\\..*|lfs\\.extension\\..*)$";

/**
 * Git LFS keeps what it takes out of a file: it hides nothing. Its extensions
 * are programs that the settings name.
 */
const LFS = /^git[- ]lfs (clean|filter-process)( --skip)?( -- %f)?$/;

/** The filters of one worktree that are not to be trusted, by name. */
export class Filters {
  readonly drivers: readonly string[];

  constructor(drivers: readonly string[]) {
    this.drivers = drivers;
  }

  /** For a git that runs none of them. */
  get env(): Readonly<Record<string, string>> {
    return offSettings(this.drivers);
  }
}

/** Finds the filters of worktrees: one process for most of them together. */
export class FilterReader {
  readonly #system: System;
  readonly #common: Filters;
  /** Settings that depend on the worktree they are read in. */
  readonly #conditional: boolean;

  private constructor(
    system: System,
    { filters, conditional }: Awaited<ReturnType<typeof readSettings>>,
  ) {
    this.#system = system;
    this.#common = filters;
    this.#conditional = conditional;
  }

  /** Throws GIT_FAILED. */
  static async open(system: System, git: Git): Promise<FilterReader> {
    return new FilterReader(system, await readSettings(git, []));
  }

  /** Throws GIT_FAILED. */
  async of(folders: WorktreeFolders): Promise<Filters> {
    const own = join(folders.gitDir, "config.worktree");
    if (!this.#conditional && !this.#system.files.lstat(own)) {
      return this.#common;
    }
    const git = new Git(this.#system, folders.path);
    return (await readSettings(git, gitAt(folders))).filters;
  }
}

async function readSettings(git: Git, where: readonly string[]) {
  const args = [...where, "config", "-z", "--get-regexp", SETTINGS];
  const result = await git.run(args);
  // 1: there are none.
  if (result.status !== 0 && result.status !== 1) {
    throw gitFailure(["config"], result);
  }
  const drivers = new Set<string>();
  const fields = splitFields(result.stdout);
  const extended = fields.some((field) => field.startsWith("lfs."));
  let conditional = false;
  for (const field of fields) {
    const [name, value = ""] = field.split(/\n([^]*)/);
    const driver = /^filter\.([^]*)\.\w+$/.exec(name!)?.[1];
    if (driver === undefined) conditional ||= !name!.startsWith("lfs.");
    else if (extended || !LFS.test(value)) drivers.add(driver);
  }
  return { filters: new Filters([...drivers]), conditional };
}

/**
 * Files whose bytes are not those of their blobs and that git calls unchanged
 * because of what a filter leaves out, as one for notebooks leaves out results.
 */
export async function readFiltered(
  system: System,
  folders: WorktreeFolders,
  { entries, filters }: { entries: readonly IndexEntry[]; filters: Filters },
): Promise<string[] | Failed> {
  if (filters.drivers.length === 0) return [];
  return await answered(async () => {
    const git = new Git(system, folders.path).with(filters.env);
    const where = gitAt(folders);
    const files = entries.filter(({ path, mode }) =>
      mode.startsWith("100") &&
      (!isOpenable(path) || system.files.lstat(join(folders.path, path)))
    );
    const attributes = splitFields(
      await git.read([...where, "check-attr", "-z", "--stdin", "filter"], {
        stdin: encodeText(files.map(({ path }) => `${path}\0`).join("")),
      }),
    );
    const converted = files.filter((_, at) =>
      filters.drivers.includes(attributes[3 * at + 2]!)
    );
    if (converted.length === 0) return [];
    const hash = ["hash-object", "--no-filters", "--stdin-paths"];
    const lines = converted.map(({ path }) => `${quotePath(path)}\n`);
    const ids = decodeBytes(
      await git.read([...where, ...hash], {
        stdin: encodeText(lines.join("")),
      }),
    ).split("\n");
    return converted.filter(({ object }, at) => ids[at] !== object)
      .map(({ path }) => path);
  });
}
