import { isAbsolute, join, normalize } from "@std/path";
import { field, type Fields, textField } from "../../../base/parsed_values.ts";
import type { Seen } from "../../conversation.ts";
import type { Call, Transcript } from "./lines.ts";

/** Tools whose calls and results name files. */
const TOOLS = new Set(["Bash", "PowerShell", "Grep", "Glob"]);

/** Calls that are looked at, UTF-16 units of each, and names taken of each. */
const LAST = 60;
const LONGEST = 16_000;
const MOST = 200;

/**
 * The files that the last commands and searches named. An agent looked at them
 * with `cat` or a search printed them, which no tool call reports. It includes
 * texts that only look like a path.
 */
export function seenIn({ calls }: Transcript): Seen[] {
  return [...calls.values()].filter(({ name }) => TOOLS.has(name))
    .slice(-LAST).flatMap(seenBy);
}

function seenBy({ input, result, line }: Call): Seen[] {
  if (!result || result.line.value.toolDenialKind !== undefined) return [];
  const listed = field(result.kept, "filenames");
  const printed = textField(result.kept, "stdout") ?? result.text;
  const names = Array.isArray(listed) && listed.length > 0
    ? listed.filter((name) => typeof name === "string")
    : namesIn(`${textField(input, "command") ?? ""}\n${printed}`);
  // A command may have changed the folder.
  const folders = new Set([line, result.line].map(({ value }) => cwdOf(value)));
  const each = [...new Set(names)].slice(0, MOST);
  const paths = [...folders].flatMap((folder) =>
    each.flatMap((name) => absolute(folder, name) ?? [])
  );
  return each.length === 0 ? [] : [{
    at: result.line.at,
    paths: [...new Set(paths)],
    names: each.length,
  }];
}

function cwdOf(value: Fields): string {
  return textField(value, "cwd") ?? "";
}

function absolute(folder: string, name: string): string | undefined {
  if (name === "" || name.includes("\0")) return undefined;
  if (isAbsolute(name)) return normalize(name);
  return isAbsolute(folder) ? join(folder, name) : undefined;
}

/** Is between paths, also in a log or in code. */
const BETWEEN = "\\s\"'`()<>[\\]{},;|=*?!$&#";

/** Words with a dot or a slash before something else: most have none. */
const WORD = new RegExp(
  `(?<![^${BETWEEN}])[^${BETWEEN}./\\\\]*[./\\\\]+[^${BETWEEN}./\\\\][^${BETWEEN}]*`,
  "g",
);

/** A folder before the name, or an ending. */
const PATH = /[^/\\][/\\][^/\\]|\w\.[A-Za-z]\w{0,7}$/;

/** Words that may be paths, without the line that a search adds. */
function namesIn(text: string): string[] {
  return (text.slice(0, LONGEST).match(WORD) ?? []).flatMap((word) => {
    const named = word.replace(/^file:\/\//, "");
    const drive = /^[A-Za-z]:[\\/]/.test(named) ? 2 : 0;
    const end = named.indexOf(":", drive);
    const path = end < 0 ? named : named.slice(0, end);
    return path.length <= 300 && PATH.test(path) ? [path] : [];
  });
}
