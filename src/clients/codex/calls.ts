import { isAbsolute } from "@std/path";
import { join } from "../../base/join.ts";
import { field, isFields, textField } from "../../base/parsed_values.ts";
import { hunksOfDiff, wholeFile } from "../edits.ts";
import type { Edit } from "../events.ts";

/** Files of one change that are looked at. */
const MOST = 200;

const KINDS: ReadonlyMap<string | undefined, Edit["how"]> = new Map([
  ["add", "created"],
  ["update", "edited"],
  ["delete", "deleted"],
]);

/** Returns the edits that a change of files tells, by its paths. */
export function editsIn(changes: unknown, cwd: string | undefined): Edit[] {
  if (!isFields(changes)) return [];
  return Object.entries(changes).slice(0, MOST).flatMap(([name, change]) => {
    // Older versions have one member named after the kind.
    const kind = textField(change, "type") ??
      [...KINDS.keys()].find((one) => field(change, one!) !== undefined);
    const how = KINDS.get(kind);
    if (how === undefined) return [];
    const told = textField(change, "type") === undefined
      ? field(change, kind!)
      : change;
    return editsOf(told, { path: absolute(name, cwd), how, cwd });
  });
}

function editsOf(
  told: unknown,
  { path, how, cwd }: Pick<Edit, "path" | "how"> & { cwd: string | undefined },
): Edit[] {
  const diff = textField(told, "unified_diff");
  const content = textField(told, "content");
  const hunks = diff !== undefined
    ? hunksOfDiff(diff)
    : how === "created" && content !== undefined
    ? [wholeFile(content)]
    : undefined;
  const moved = textField(told, "move_path");
  if (!moved) return [{ path, how, hunks }];
  return [
    { path, how: "deleted", hunks: undefined },
    { path: absolute(moved, cwd), how: "created", hunks },
  ];
}

/** Returns an absolute path, if the folder that it is in is known. */
export function absolute(path: string, cwd: string | undefined): string {
  return isAbsolute(path) || cwd === undefined ? path : join(cwd, path);
}

/** Returns the folder that a command ran in: a path, or a `file:` URL. */
export function folderOf(text: string | undefined): string | undefined {
  const path = /^file:\/\/(\/.*)$/s.exec(text ?? "")?.[1];
  if (path === undefined) return text;
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return path;
    throw error;
  }
}
/** The text of a message's parts. */
export function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  return (Array.isArray(content) ? content : [])
    .map((part) => textField(part, "text") ?? "").filter((one) => one !== "")
    .join("\n");
}

/** Returns the texts of a list. */
export function textList(value: unknown): string[] {
  return (Array.isArray(value) ? value : [])
    .filter((one): one is string => typeof one === "string");
}

const SHELL = /(?:^|\/)(?:ba|z|da|k)?sh$/;

/** Returns the command of a call or of its end, without the shell around it. */
export function commandIn(told: unknown): string | undefined {
  const given = field(told, "command") ?? field(told, "cmd");
  if (typeof given === "string") return given;
  const words = textList(given);
  if (words.length === 0) return undefined;
  const inShell = words.length === 3 && SHELL.test(words[0]!) &&
    /^-l?c$/.test(words[1]!);
  return inShell ? words[2] : words.join(" ");
}

/** The summary that the model wrote, without what Codex puts before it. */
export function summaryIn(message: string): string {
  const found = /<summary>([^]*)<\/summary>/.exec(message)?.[1];
  return (found ?? message).trim();
}
