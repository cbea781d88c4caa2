import { basename } from "@std/path";
import { join } from "../../base/join.ts";
import { MpmError } from "../../base/errors.ts";
import { fromBytes, toBytes } from "../../saves/mod.ts";
import { ensureUserFolder, removeIfThere } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { decodeBytes, encodeText } from "../../base/bytes.ts";
import { entryWords, type Schedule, SCHEDULE_ID } from "../schedule.ts";
import { schedulesFolder } from "../store.ts";
import { parseTimes, plainTimes } from "../times.ts";
import {
  ask,
  demand,
  MOST_OUTPUT,
  refusal,
  type Scheduler,
  wordsOf,
} from "./scheduler.ts";

/**
 * The block is at the start: a crontab may lack its final line end, and its
 * variables apply to the lines below them.
 */
const OPEN = "# >>> schedules of mpm (mpm schedule list --all)";
const ALONE = ", which made this crontab";
const CLOSE = "# <<< schedules of mpm\n";
const BLOCK = new RegExp(
  `(?:^|(?<=\\n))${
    OPEN.replaceAll(/[()]/g, "\\$&")
  }(${ALONE})?\\n((?:.*\\n)*?)${CLOSE}`,
);

/** An entry, with the line before it. */
const ENTRY = /^# (\S+)\n(.*\n)/gm;

/** A crontab, with one character for each byte. */
interface Crontab {
  /** The text without the block. */
  readonly rest: { readonly before: string; readonly after: string };
  /** mpm's lines, by schedule ID. */
  readonly entries: ReadonlyMap<string, string>;
  /** True if mpm's lines are the whole crontab. */
  readonly alone: boolean;
}

/** Returns the parts of a crontab; `undefined`: the user has no crontab. */
export function readCrontab(text: string | undefined): Crontab {
  if (text === undefined) {
    return { rest: { before: "", after: "" }, entries: new Map(), alone: true };
  }
  const found = BLOCK.exec(text);
  if (!found) {
    return {
      ...{ rest: { before: "", after: text }, entries: new Map() },
      alone: false,
    };
  }
  const [block, alone, lines = ""] = found;
  return {
    rest: {
      before: text.slice(0, found.index),
      after: text.slice(found.index + block.length),
    },
    entries: new Map(
      [...lines.matchAll(ENTRY)].map(([, id = "", line = ""]) => [id, line]),
    ),
    alone: alone !== undefined,
  };
}

/** Returns the text of a crontab; `undefined`: no crontab. */
export function crontabText(
  { rest: { before, after }, entries, alone }: Crontab,
): string | undefined {
  const others = before + after;
  if (entries.size === 0) return alone && others === "" ? undefined : others;
  const lines = [...entries].map(([id, line]) => `# ${id}\n${line}`);
  return `${before}${OPEN}${alone ? ALONE : ""}\n${
    lines.join("")
  }${CLOSE}${after}`;
}

/** The user's crontab. */
export const cron: Scheduler = {
  name: "cron",
  title: "cron",
  async obstacle(system) {
    if (system.platform === "windows") return "Windows has no cron";
    try {
      await readText(system);
      return undefined;
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      return error.message;
    }
  },
  async entries(system) {
    const { entries } = readCrontab(await readText(system));
    return [...entries].filter(([id]) => SCHEDULE_ID.test(id))
      .map(([id, line]) => ({
        ...{ id, active: true },
        text: decodeBytes(toBytes(line)),
      }));
  },
  textOf: cronLine,
  paths: () => [],
  async put(system, schedule) {
    const line = fromBytes(encodeText(cronLine(schedule)));
    await change(system, (entries) => entries.set(schedule.id, line));
  },
  async take(system, id) {
    await change(system, (entries) => entries.delete(id));
  },
};

/**
 * Returns the crontab, with one character for each byte; `undefined` if there
 * is no crontab.
 */
async function readText(system: System): Promise<string | undefined> {
  const args = ["crontab", "-l"];
  const result = await ask(system, args);
  const { status, stdout } = result;
  if (status === 0 && stdout.length < MOST_OUTPUT) return fromBytes(stdout);
  // Any other failure does not mean an empty crontab.
  const isNone = result.outcome === "exited" && status === 1 &&
    stdout.length === 0 &&
    /no crontab|No such file or directory/.test(wordsOf(result));
  if (isNone) return undefined;
  throw refusal(args, result);
}

/**
 * The file for the new crontab. Its name is relative to its folder, since
 * programs accept only short paths.
 */
const FILE = "crontab.new";

async function change(
  system: System,
  edit: (entries: Map<string, string>) => unknown,
): Promise<void> {
  const folder = schedulesFolder(system);
  const path = join(folder, FILE);
  // A killed mpm may have left the file behind.
  removeIfThere(system, path);
  const text = await readText(system);
  const crontab = readCrontab(text);
  const entries = new Map(crontab.entries);
  edit(entries);
  const wanted = crontabText({ ...crontab, entries });
  if (wanted === text) return;
  if (await readText(system) !== text) {
    throw new MpmError(
      "CONFLICT",
      "Another program changed the crontab just now",
      {
        hint: "Nothing was written; run the command again",
      },
    );
  }
  if (wanted === undefined) await demand(system, ["crontab", "-r"]);
  else {
    ensureUserFolder(system, basename(folder));
    try {
      // A file, since killing mpm would close a pipe early and truncate the
      // crontab.
      system.files.create(path, toBytes(wanted), { synced: false });
      await demand(system, ["crontab", FILE], { cwd: folder });
    } finally {
      removeIfThere(system, path);
    }
  }
  const now = await readText(system);
  if (now === wanted) return;
  throw new MpmError("CONFLICT", "The crontab differs from what mpm wrote", {
    hint: "To see the crontab: crontab -l",
  });
}

/**
 * Returns the line of an entry. Throws USAGE for commands that cron cannot
 * start.
 */
export function cronLine(schedule: Schedule): string {
  const { variables, times } = schedule;
  const words = [
    ...Object.entries(variables)
      .map(([name, value]) => `${name}=${shellWord(value)}`),
    ...entryWords(schedule).map(shellWord),
  ];
  return `${plainTimes(parseTimes(times))} ${
    words.join(" ").replaceAll("%", "\\%")
  } >/dev/null 2>&1\n`;
}

/**
 * Quotes a word for the shell. Versions of cron treat a backslash differently.
 */
function shellWord(word: string): string {
  if (word.includes("\\")) {
    throw new MpmError("USAGE", `cron cannot start "${word}"`, {
      hint: "Its path has a backslash: rename it, or use --via systemd",
    });
  }
  if (/^[\w@+:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'"'"'`)}'`;
}
