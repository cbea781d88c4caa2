import { isAbsolute, normalize } from "@std/path";
import { join } from "../../../base/join.ts";
import {
  field,
  type Fields,
  listIn,
  textField,
} from "../../../base/parsed_values.ts";
import { remembered } from "../../../base/remembered.ts";
import { byTime, type FileUse, type Seen } from "../../conversation.ts";
import { namedIn } from "../../named_paths.ts";
import { symbolsIn } from "../../symbols.ts";
import type { Call, Line, Transcript } from "./lines.ts";

/** The argument with the path, for each tool that edits or reads a file. */
const TOOLS: ReadonlyMap<string, { path: string; how: FileUse["how"] }> =
  new Map([
    ["Write", { path: "file_path", how: "edited" }],
    ["Edit", { path: "file_path", how: "edited" }],
    ["MultiEdit", { path: "file_path", how: "edited" }],
    ["NotebookEdit", { path: "notebook_path", how: "edited" }],
    ["Read", { path: "file_path", how: "read" }],
  ]);

/** Returns the files that were used, each once, in order of time. */
export function filesIn({ calls, notable }: Transcript): FileUse[] {
  const uses = [
    ...[...calls.values()].flatMap((call) => [
      ...usedBy(call),
      ...changedByCommand(call),
    ]),
    ...notable.flatMap(changedOutside),
  ];
  return uses.sort(byTime);
}

function usedBy({ name, input, result, line }: Call): FileUse[] {
  const tool = TOOLS.get(name);
  if (!tool || !result || result.isError) return [];
  const path = absolute(textField(input, tool.path), line);
  if (path === undefined || field(result.kept, "error")) return [];
  const made = field(result.kept, "type") === "create" ||
    /^File created successfully/.test(result.text);
  return [{
    path,
    how: made ? "created" : tool.how,
    at: result.line.at,
    symbols: tool.how === "read" ? [] : symbolsIn(changeOf(input, result.kept)),
  }];
}

/** Returns the changed lines, with the lines around them. */
function changeOf(input: Fields, kept: unknown): string[] {
  const lines = hunkLines(kept, "structuredPatch");
  if (lines.length > 0) return lines;
  const edits = Array.isArray(input.edits) ? input.edits : [input];
  return edits.flatMap((edit) =>
    ["new_string", "content", "new_source", "old_string"]
      .flatMap((name) => textField(edit, name)?.split("\n") ?? [])
      .map((text) => `+${text}`)
  );
}

function hunkLines(value: unknown, name: string): string[] {
  return listIn(value, name).flatMap((hunk) =>
    listIn(hunk, "lines").filter((line) => typeof line === "string")
  );
}

interface ComparedFile {
  /** Absolute. */
  readonly path: string;
  readonly how: "created" | "edited" | "deleted";
  /** The hunks as recorded by the client; `undefined`: not recorded. */
  readonly hunks: unknown;
}

/** Returns the files that a command changed, as the client compared. */
export function comparedFiles(kept: unknown, line: Line): ComparedFile[] {
  const diff = field(kept, "bashEditDiff");
  if (diff === undefined) return [];
  const known = new Map<unknown, unknown>(
    listIn(diff, "files").map((file) => [field(file, "filePath"), file]),
  );
  const paths = new Set([...known.keys(), ...listIn(diff, "changedFiles")]);
  return [...paths].flatMap((named) => {
    const path = absolute(named, line);
    const file = known.get(named);
    if (path === undefined) return [];
    return [{
      path,
      how: field(file, "created") === true
        ? "created"
        : field(file, "deleted") === true
        ? "deleted"
        : "edited",
      hunks: field(file, "hunks"),
    }];
  });
}

function changedByCommand({ result, line }: Call): FileUse[] {
  return comparedFiles(result?.kept, line).map(({ path, how, hunks }) => ({
    ...{ path, how },
    at: result!.line.at,
    symbols: symbolsIn(hunkLines({ hunks }, "hunks")),
  }));
}

/** Returns files changed by another program, or without a comparison. */
function changedOutside(line: Line): FileUse[] {
  const attachment = field(line.value, "attachment");
  if (field(attachment, "type") !== "edited_text_file") return [];
  const path = absolute(field(attachment, "filename"), line);
  return path === undefined
    ? []
    : [{ path, how: "edited", at: line.at, symbols: [] }];
}

/** The same files occur many times. */
const normal = remembered(normalize);

/** Returns the absolute path of a file, if it is worth recording. */
export function absolute(path: unknown, { value }: Line): string | undefined {
  if (typeof path !== "string" || path === "" || path.includes("\0")) {
    return undefined;
  }
  if (isAbsolute(path)) return normal(path);
  const cwd = textField(value, "cwd");
  return cwd !== undefined && isAbsolute(cwd) ? join(cwd, path) : undefined;
}

/** Returns the search patterns, each once, the last pattern at the end. */
export function searchesIn({ calls }: Transcript): string[] {
  const patterns = [...calls.values()]
    .filter(({ name }) => name === "Grep" || name === "Glob")
    .map(({ input }) => textField(input, "pattern") ?? "")
    .filter((pattern) => pattern !== "" && pattern.length <= 200);
  return [...new Set(patterns.reverse())].reverse();
}

/** Tools whose calls and results name files. */
const NAMING = new Set(["Bash", "PowerShell", "Grep", "Glob"]);

/** The maximum number of calls to look at. */
const LAST = 60;

/**
 * Returns the files that the last commands and searches named. An agent viewed
 * them with `cat`, or a search printed them; no tool call reports this. The
 * result includes texts that only look like a path.
 */
export function seenIn({ calls }: Transcript): Seen[] {
  return [...calls.values()].filter(({ name }) => NAMING.has(name))
    .slice(-LAST).flatMap((call) => seenBy(call) ?? []);
}

function seenBy({ input, result, line }: Call): Seen | undefined {
  if (!result || result.line.value.toolDenialKind !== undefined) return;
  const listed = listIn(result.kept, "filenames");
  const printed = textField(result.kept, "stdout") ?? result.text;
  // A command may have changed the working folder.
  const folders = [line, result.line]
    .map(({ value }) => textField(value, "cwd") ?? "");
  return namedIn(
    listed.length > 0
      ? listed.filter((name) => typeof name === "string")
      : `${textField(input, "command") ?? ""}\n${printed}`,
    { at: result.line.at, folders },
  );
}
