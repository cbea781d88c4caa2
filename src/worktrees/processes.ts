import {
  decodeBytes,
  type Failed,
  inParallel,
  isOpenable,
  splitFields,
} from "../git/mod.ts";
import type { System } from "../system/system.ts";
import { isBelow } from "./facts.ts";

/** Milliseconds for listing all processes. */
const TIME_LIMIT = 5000;

interface ProcessLister {
  /** Prints the working folder of every accessible process. */
  readonly script: string;
  parse(text: string): Standing[];
}

interface Standing {
  readonly pid: number;
  readonly folder: string;
}

/** mpm is built without the permission to read below /proc. */
const LISTERS: Partial<Record<System["platform"], ProcessLister>> = {
  linux: {
    script: "exec ls -l /proc/[0-9]*/cwd",
    parse: (text) =>
      // A name may contain line breaks, so entries are split where the line of
      // a link begins.
      text.split(/\n(?=l[rwxst-]{9}[ .+@])/).flatMap((entry) => {
        const [, pid, folder] =
          /^l[^\n]* \/proc\/(\d+)\/cwd -> ([^]*)$/.exec(entry) ?? [];
        return folder === undefined
          ? []
          : [{ pid: Number(pid), folder: folder.replace(/\n$/, "") }];
      }),
  },
  darwin: {
    script: "PATH=$PATH:/usr/sbin; exec lsof -w -d cwd -F pn",
    parse(text) {
      let pid = 0;
      return text.split("\n").flatMap((line) => {
        if (line.startsWith("p")) pid = Number(line.slice(1));
        return line.startsWith("n") ? [{ pid, folder: line.slice(1) }] : [];
      });
    },
  },
};

/**
 * Returns the processes whose working folder is in one of `folders`. Those of
 * other users may be invisible. Empty if they cannot be listed, as on Windows.
 */
export async function readStanding(
  system: System,
  folders: readonly string[],
): Promise<Map<string, number[]> | Failed> {
  const way = LISTERS[system.platform];
  if (!way || folders.length === 0) return new Map();
  const { outcome, stdout } = await system.run("sh", {
    args: ["-c", way.script],
    cwd: "/",
    env: { LC_ALL: "C", QUOTING_STYLE: "literal" },
    timeout: TIME_LIMIT,
  });
  // The script fails for every inaccessible process, but never for its own
  // process.
  const all = way.parse(decodeBytes(stdout));
  if (outcome !== "exited" || all.length === 0) {
    return { failed: "the processes of this machine cannot be listed" };
  }
  return new Map(folders.map((folder) => [
    folder,
    all.filter((one) => one.folder === folder || isBelow(one.folder, folder))
      .map(({ pid }) => pid),
  ]));
}

/** Milliseconds for checking all names. */
const NAMES_LIMIT = 30_000;

/** Finds names that are not ASCII: in the C locale, a byte is a character. */
const SCRIPT = 'exec find "$@" -name "*[! -~]*" -print0';

/**
 * Returns the first path below each of `folders` whose name is not UTF-8, so
 * that the system's file functions do not reach it. Only Linux has such names.
 * Takes one process for all folders, or one for each if that fails.
 */
export async function readUnreachable(
  system: System,
  folders: readonly string[],
): Promise<Map<string, string | Failed>> {
  if (system.platform !== "linux" || folders.length === 0) return new Map();
  const all = await findNames(system, folders);
  const found = all
    ? folders.map((folder) => firstBelow(folder, all))
    : await inParallel(folders, async (folder) => {
      const paths = await findNames(system, [folder]);
      return paths
        ? firstBelow(folder, paths)
        : { failed: "its names cannot be listed" };
    });
  return new Map(folders.flatMap((folder, at) => {
    const one = found[at];
    return one === undefined ? [] : [[folder, one] as const];
  }));
}

/** Returns `undefined` if not everything could be read. */
async function findNames(
  system: System,
  folders: readonly string[],
): Promise<string[] | undefined> {
  const { status, stdout } = await system.run("sh", {
    args: ["-c", SCRIPT, "sh", ...folders],
    cwd: "/",
    env: { LC_ALL: "C" },
    timeout: NAMES_LIMIT,
  });
  if (status !== 0) return undefined;
  return splitFields(stdout).filter((path) => !isOpenable(path));
}

function firstBelow(
  folder: string,
  paths: readonly string[],
): string | undefined {
  return paths.find((path) => isBelow(path, folder));
}
