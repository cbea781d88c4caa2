import { MpmError } from "../base/errors.ts";
import { type Statement, statements } from "./toml_lines.ts";

/**
 * A TOML text with `path` set to `literal`, every other byte as it was:
 * comments, order, line ends. Throws CONFLICT for a text that must be edited by
 * hand; whoever calls parses the text before and after.
 */
export function setValue(
  text: string,
  path: readonly string[],
  literal: string,
): string {
  const found = placesOf(text, path);
  const own = pairOf(found, path);
  if (own) {
    const { start, end } = own.value;
    return text.slice(0, start) + literal + text.slice(end);
  }
  const eol = /\r\n/.test(text) ? "\r\n" : "\n";
  const [table, name] = [path.slice(0, -1), path.at(-1)!];
  const dotted = found.findLast((one) =>
    one.kind === "pair" && one.table.length < table.length &&
    startsWith(one.path, table)
  );
  if (dotted) {
    const key = path.slice(dotted.table.length).map(keyText).join(".");
    return insert(text, dotted.end, `${key} = ${literal}`, eol);
  }
  const pairLine = `${keyText(name)} = ${literal}`;
  const inTable = found.findLast((one) =>
    one.kind === "pair" ? same(one.table, table) : same(one.path, table)
  );
  if (inTable) return insert(text, inTable.end, pairLine, eol);
  if (table.length === 0) return insertAtTop(text, found, { pairLine, eol });
  const head = `[${table.map(keyText).join(".")}]`;
  // A table of its own comes before those within it.
  const below = found.find((one) =>
    one.kind === "header" && startsWith(one.path, table)
  );
  if (below) {
    const lines = `${head}${eol}${pairLine}${eol}${eol}`;
    return insertAbove(text, below.start, lines);
  }
  const gap = text === "" || text === "\ufeff"
    ? ""
    : text.endsWith("\n")
    ? eol
    : eol + eol;
  return `${text}${gap}${head}${eol}${pairLine}${eol}`;
}

/** A TOML text without `path`: its lines go, with the comment on them. */
export function unsetValue(text: string, path: readonly string[]): string {
  const own = pairOf(placesOf(text, path), path);
  if (!own) throw byHand(path, "it is not on lines of its own");
  return text.slice(0, own.start) + text.slice(own.end);
}

/** The line, from 1, on which `path` or what holds it is set. */
export function lineOf(
  text: string,
  path: readonly string[],
): number | undefined {
  const found = statements(text) ?? [];
  const at = (wanted: readonly string[]) =>
    found.find((one) => same(one.path, wanted));
  const within = found.find((one) => startsWith(one.path, path));
  for (let length = path.length; length > 0; length--) {
    const one = at(path.slice(0, length));
    if (one) return one.line;
    if (length === path.length && within) return within.line;
  }
  return undefined;
}

function placesOf(text: string, path: readonly string[]): Statement[] {
  const found = statements(text);
  if (!found) throw byHand(path, "the file is written in an unusual way");
  return found;
}

function pairOf(
  found: readonly Statement[],
  path: readonly string[],
): Statement | undefined {
  const pairs = found.filter((one) => one.kind === "pair");
  const own = pairs.filter((one) => same(one.path, path));
  if (own.length > 1) {
    throw byHand(path, `it is set on lines ${own.map(({ line }) => line)}`);
  }
  const around = pairs.find((one) =>
    one.path.length < path.length && startsWith(path, one.path)
  );
  if (around) throw byHand(path, `line ${around.line} sets all of it at once`);
  return own[0];
}

/** After the last pair of the top, else before the first table. */
function insertAtTop(
  text: string,
  found: readonly Statement[],
  { pairLine, eol }: { pairLine: string; eol: string },
): string {
  const first = found.find(({ kind }) => kind === "header");
  if (!first) return insert(text, text.length, pairLine, eol);
  return insertAbove(text, first.start, `${pairLine}${eol}${eol}`);
}

/** Above a table and the comment right above it, which belongs to it. */
function insertAbove(text: string, start: number, lines: string): string {
  let at = start;
  for (;;) {
    const before = text.lastIndexOf("\n", at - 2) + 1;
    if (at === 0 || !/^[ \t]*#/.test(text.slice(before, at))) break;
    at = before;
  }
  return `${text.slice(0, at)}${lines}${text.slice(at)}`;
}

function insert(text: string, at: number, line: string, eol: string): string {
  const before = text.slice(0, at);
  const gap = before === "" || before === "\ufeff" || before.endsWith("\n")
    ? ""
    : eol;
  return `${before}${gap}${line}${eol}${text.slice(at)}`;
}

function byHand(path: readonly string[], why: string): MpmError {
  return new MpmError(
    "CONFLICT",
    `Cannot change "${path.join(".")}" in this file: ${why}`,
    { hint: "Edit the file by hand; nothing was changed" },
  );
}

function keyText(part: string): string {
  return /^[A-Za-z0-9_-]+$/.test(part) ? part : tomlText(part);
}

/** A text as a TOML string. */
function tomlText(text: string): string {
  return JSON.stringify(text).replaceAll("\u007f", "\\u007f");
}

/** A value as TOML: what settings can hold. */
export function tomlLiteral(value: unknown): string {
  if (typeof value === "string") return tomlText(value);
  if (Array.isArray(value)) return `[${value.map(tomlLiteral).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const pairs = Object.entries(value)
    .map(([name, held]) => `${keyText(name)} = ${tomlLiteral(held)}`);
  return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && startsWith(a, b);
}

function startsWith(
  path: readonly string[],
  start: readonly string[],
): boolean {
  return start.every((part, at) => path[at] === part);
}
