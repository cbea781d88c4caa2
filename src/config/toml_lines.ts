/** A line of a TOML text that says something: a table header or a pair. */
export interface Statement {
  readonly kind: "header" | "pair";
  /** The full key: of a pair with the table it is in. */
  readonly path: readonly string[];
  /** Of a pair: the table it stands in, empty at the top. */
  readonly table: readonly string[];
  /** Where its line begins and where the next one does. */
  readonly start: number;
  readonly end: number;
  /** Of a pair: where its value stands. */
  readonly value: { readonly start: number; readonly end: number };
  /** From 1. */
  readonly line: number;
}

/**
 * The statements of a TOML text with their places, which the parser does not
 * tell. `undefined` for what it does not understand; it is no check.
 */
export function statements(text: string): Statement[] | undefined {
  const found: Statement[] = [];
  let table: readonly string[] = [];
  let line = 1;
  for (let at = text.startsWith("\ufeff") ? 1 : 0; at < text.length;) {
    const start = at;
    at = blanks(text, at);
    let statement: Omit<Statement, "end" | "start" | "line"> | undefined;
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
  return {
    kind: "header",
    path: key.path,
    table: [],
    value: { start: end, end },
  };
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
  return {
    kind: "pair",
    path: [...table, ...key.path],
    table,
    value: { start, end },
  };
}

const BARE_KEY = /[A-Za-z0-9_-]+/y;

/** `a."b c".d`, with the blanks after it. */
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
    // An escape of TOML that JSON has not; such a key is none of ours.
    if (error instanceof SyntaxError) return part;
    throw error;
  }
}

/** Where a string that begins at `at` ends. */
function stringEnd(text: string, at: number): number | undefined {
  const quote = text[at]!;
  const long = text.startsWith(quote.repeat(3), at);
  const mark = long ? quote.repeat(3) : quote;
  for (let next = at + mark.length; next < text.length; next++) {
    if (quote === '"' && text[next] === "\\") next++;
    else if (!long && text[next] === "\n") return undefined;
    else if (text.startsWith(mark, next)) {
      let end = next + mark.length;
      // Up to two quotes may stand right before the closing ones.
      while (long && text[end] === quote && end < next + 5) end++;
      return end;
    }
  }
  return undefined;
}

/** Where the value that begins at `at` ends, blanks and a comment apart. */
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
