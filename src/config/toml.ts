import { MpmError } from "../base/errors.ts";

/**
 * Returns a TOML text with `path` set to `literal` and every other byte
 * unchanged, including comments, order and line ends. Throws CONFLICT for a
 * text that must be edited by hand. Callers parse the text before and after.
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
  // A table with its own header comes before its subtables.
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

/** Returns a TOML text without the lines and comments of `path`. */
export function unsetValue(text: string, path: readonly string[]): string {
  const own = pairOf(placesOf(text, path), path);
  if (!own) throw byHand(path, "it is not on separate lines");
  return text.slice(0, own.start) + text.slice(own.end);
}

/** Returns the number of the line that sets `path`, from 1. */
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
  if (!found) throw byHand(path, "mpm cannot read the format of the file");
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

/** Inserts after the last top-level pair, or else before the first table. */
function insertAtTop(
  text: string,
  found: readonly Statement[],
  { pairLine, eol }: { pairLine: string; eol: string },
): string {
  const first = found.find(({ kind }) => kind === "header");
  if (!first) return insert(text, text.length, pairLine, eol);
  return insertAbove(text, first.start, `${pairLine}${eol}${eol}`);
}

/** Inserts above a table and the comment before it. */
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

function tomlText(text: string): string {
  return JSON.stringify(text).replaceAll("\u007f", "\\u007f");
}

/** Returns a value as TOML, for the types that settings can have. */
export function tomlLiteral(value: unknown): string {
  if (typeof value === "string") return tomlText(value);
  if (Array.isArray(value)) return `[${value.map(tomlLiteral).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const pairs = Object.entries(value)
    .map(([name, held]) => `${keyText(name)} = ${tomlLiteral(held)}`);
  return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
}

/** Deno has no `__proto__`, but the parser still loses that name. */
const INHERITED = new Set([
  ...Object.getOwnPropertyNames(Object.prototype),
  "__proto__",
]);

/** Added to a name that every object has; no keyboard types this character. */
const MARK = "\u{f8ff}";

/**
 * Parses a TOML text, also with names that every object has, such as
 * `constructor`, which the parser treats as set, or loses.
 */
export function parseAnyName(
  text: string,
  parse: (text: string) => Record<string, unknown>,
): Record<string, unknown> {
  const odd = (statements(text) ?? [])
    .filter(({ path }) => path.some((part) => INHERITED.has(part)));
  if (odd.length === 0) return parse(text);
  const marked = odd.reduceRight((before, one) => {
    const { kind, path, table, start, value } = one;
    const key = path.slice(table.length)
      .map((part) => keyText(INHERITED.has(part) ? part + MARK : part)).join(
        ".",
      );
    const isList = /^\ufeff?\s*\[\[/.test(before.slice(start, value.end));
    const line = kind === "pair"
      ? `${key} = `
      : isList
      ? `[[${key}]]`
      : `[${key}]`;
    return before.slice(0, start) + line + before.slice(value.start);
  }, text);
  return unmarked(parse(marked)) as Record<string, unknown>;
}

function unmarked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unmarked);
  if (typeof value !== "object" || value === null || value instanceof Date) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, held]) => [name.replace(MARK, ""), unmarked(held)]),
  );
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && startsWith(a, b);
}

function startsWith(path: readonly string[], start: readonly string[]) {
  return start.every((part, at) => path[at] === part);
}

/** A meaningful line of a TOML text: a table header or a pair. */
interface Statement {
  readonly kind: "header" | "pair";
  /** The full key; for a pair, this includes the key of its table. */
  readonly path: readonly string[];
  /** For a pair: the key of its table, which is empty at the top level. */
  readonly table: readonly string[];
  /** Offsets of the start of its line and of the next line. */
  readonly start: number;
  readonly end: number;
  /** For a pair: the position of its value. */
  readonly value: { readonly start: number; readonly end: number };
  /** From 1. */
  readonly line: number;
}

/**
 * Returns the statements of a TOML text with their positions, unchecked.
 * `undefined` for unsupported syntax.
 */
export function statements(text: string): Statement[] | undefined {
  const found: Statement[] = [];
  let table: readonly string[] = [];
  let line = 1;
  for (let at = text.startsWith("\ufeff") ? 1 : 0; at < text.length;) {
    const start = at;
    at = blanks(text, at);
    let statement: Found | undefined;
    if (!isLineEnd(text, at) && text[at] !== "#") {
      statement = text[at] === "[" ? header(text, at) : pair(text, at, table);
      if (!statement) return undefined;
      if (statement.kind === "header") table = statement.path;
      at = blanks(text, statement.value.end);
      if (!isLineEnd(text, at) && text[at] !== "#") return undefined;
    }
    const newline = text.indexOf("\n", at);
    at = newline < 0 ? text.length : newline + 1;
    if (statement) found.push({ ...statement, start, end: at, line });
    for (let seen = start; (seen = text.indexOf("\n", seen)) >= 0; seen++) {
      if (seen >= at) break;
      line++;
    }
  }
  return found;
}

function isLineEnd(text: string, at: number): boolean {
  return at >= text.length || text[at] === "\n" || text.startsWith("\r\n", at);
}

function blanks(text: string, at: number): number {
  while (text[at] === " " || text[at] === "\t") at++;
  return at;
}

type Found = Omit<Statement, "end" | "start" | "line">;

function header(text: string, at: number): Found | undefined {
  const brackets = text.startsWith("[[", at) ? 2 : 1;
  const key = dottedKey(text, at + brackets);
  if (!key || !text.startsWith("]".repeat(brackets), key.end)) return undefined;
  const end = key.end + brackets;
  const value = { start: end, end };
  return { kind: "header", path: key.path, table: [], value };
}

function pair(
  text: string,
  at: number,
  table: readonly string[],
): Found | undefined {
  const key = dottedKey(text, at);
  if (!key || text[key.end] !== "=") return undefined;
  const start = blanks(text, key.end + 1);
  const end = valueEnd(text, start);
  if (end === undefined || end === start) return undefined;
  const path = [...table, ...key.path];
  return { kind: "pair", path, table, value: { start, end } };
}

const BARE_KEY = /[A-Za-z0-9_-]+/y;

/** Reads a dotted key such as `a."b c".d` and the blanks after it. */
function dottedKey(
  text: string,
  at: number,
): { path: string[]; end: number } | undefined {
  const path: string[] = [];
  for (;;) {
    at = blanks(text, at);
    const quoted = text[at] === '"' || text[at] === "'";
    const end = quoted ? stringEnd(text, at) : bareEnd(text, at);
    if (end === undefined) return undefined;
    const part = text.slice(at, end);
    path.push(quoted ? unquoted(part) : part);
    at = blanks(text, end);
    if (text[at] !== ".") return { path, end: at };
    at++;
  }
}

function bareEnd(text: string, at: number): number | undefined {
  BARE_KEY.lastIndex = at;
  return BARE_KEY.test(text) ? BARE_KEY.lastIndex : undefined;
}

function unquoted(part: string): string {
  if (part[0] === "'") return part.slice(1, -1);
  try {
    return JSON.parse(part);
  } catch (error) {
    // JSON lacks this TOML escape, which no key of mpm has.
    if (error instanceof SyntaxError) return part;
    throw error;
  }
}

/** Returns the end of the string that begins at `at`. */
function stringEnd(text: string, at: number): number | undefined {
  const quote = text[at]!;
  const long = text.startsWith(quote.repeat(3), at);
  const mark = long ? quote.repeat(3) : quote;
  for (let next = at + mark.length; next < text.length; next++) {
    if (quote === '"' && text[next] === "\\") next++;
    else if (!long && text[next] === "\n") return undefined;
    else if (text.startsWith(mark, next)) {
      let end = next + mark.length;
      // Up to two quotes may come directly before the closing quotes.
      while (long && text[end] === quote && end < next + 5) end++;
      return end;
    }
  }
  return undefined;
}

/** Returns the end of the value at `at`, without blanks and a comment. */
function valueEnd(text: string, at: number): number | undefined {
  let depth = 0;
  let end = at;
  while (at < text.length) {
    const character = text[at]!;
    if (character === '"' || character === "'") {
      const next = stringEnd(text, at);
      if (next === undefined) return undefined;
      at = end = next;
    } else if (character === "#") {
      if (depth === 0) return end;
      const newline = text.indexOf("\n", at);
      if (newline < 0) return undefined;
      at = newline;
    } else if (isLineEnd(text, at) && depth === 0) return end;
    else {
      if (character === "[" || character === "{") depth++;
      if (character === "]" || character === "}") depth--;
      if (depth < 0) return undefined;
      at++;
      if (!/\s/.test(character)) end = at;
    }
  }
  return depth === 0 ? end : undefined;
}
