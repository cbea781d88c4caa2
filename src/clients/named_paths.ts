import { isAbsolute, normalize } from "@std/path";
import { join } from "../base/join.ts";
import type { Seen } from "./conversation.ts";

/** The longest text to look at, in UTF-16 units, and the most names. */
const LONGEST = 16_000;
const MOST = 200;

/** Returns the files that a text or a list names, in each folder. */
export function namedIn(
  given: string | readonly string[],
  { at, folders }: { at: string; folders: readonly string[] },
): Seen | undefined {
  const names = typeof given === "string" ? namesIn(given) : given;
  const each = [...new Set(names)].slice(0, MOST);
  const paths = [...new Set(folders)].flatMap((folder) =>
    each.flatMap((name) => absolute(folder, name) ?? [])
  );
  return each.length === 0
    ? undefined
    : { at, paths: [...new Set(paths)], names: each.length };
}

function absolute(folder: string, name: string): string | undefined {
  if (name === "" || name.includes("\0")) return undefined;
  if (isAbsolute(name)) return normalize(name);
  return isAbsolute(folder) ? join(folder, name) : undefined;
}

/** Characters between paths, also in a log or in code. */
const BETWEEN = "\\s\"'`()<>[\\]{},;|=*?!$&#";

/** Matches a word in which a dot or a slash precedes another character. */
const WORD = new RegExp(
  `(?<![^${BETWEEN}])[^${BETWEEN}./\\\\]*[./\\\\]+[^${BETWEEN}./\\\\][^${BETWEEN}]*`,
  "g",
);

/** Matches a name with a folder before it, or with an extension. */
const PATH = /[^/\\][/\\][^/\\]|\w\.[A-Za-z]\w{0,7}$/;

/** Returns words that may be paths, without a search's line numbers. */
function namesIn(text: string): string[] {
  return (text.slice(0, LONGEST).match(WORD) ?? []).flatMap((word) => {
    const named = word.replace(/^file:\/\//, "");
    const drive = /^[A-Za-z]:[\\/]/.test(named) ? 2 : 0;
    const end = named.indexOf(":", drive);
    const path = end < 0 ? named : named.slice(0, end);
    return path.length <= 300 && PATH.test(path) ? [path] : [];
  });
}
