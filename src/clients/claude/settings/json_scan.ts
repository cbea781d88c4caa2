/** A value of a JSON text and where it stands in it. */
export type JsonNode = JsonObject | JsonArray | JsonScalar;

interface Span {
  /** Offsets into the text, in UTF-16 units; `end` is behind the value. */
  readonly start: number;
  readonly end: number;
}

export interface JsonObject extends Span {
  readonly kind: "object";
  readonly members: readonly JsonMember[];
}

export interface JsonArray extends Span {
  readonly kind: "array";
  readonly items: readonly JsonNode[];
}

export interface JsonScalar extends Span {
  readonly kind: "string" | "number" | "literal";
}

/** `"key": value`; `start` is that of the key, `end` that of the value. */
export interface JsonMember extends Span {
  readonly key: string;
  readonly value: JsonNode;
}

/** Where a text is no JSON, and why. Line and column count from 1. */
export class JsonFault extends Error {
  override name = "JsonFault";
  constructor(
    readonly problem: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(`${problem} at line ${line}, column ${column}`);
  }
}

/** The line and column of an offset, both from 1; columns in UTF-16 units. */
export function positionOf(
  text: string,
  offset: number,
): { line: number; column: number } {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: offset - before.lastIndexOf("\n") };
}

/**
 * Reads strict JSON (RFC 8259: no comments, no trailing commas), behind a byte
 * order mark too. Throws a `JsonFault`.
 */
export function scanJson(text: string): JsonNode {
  return new Scanner(text).whole();
}

/** Deeper than any settings, and little enough for what walks them. */
const DEEPEST = 1000;

/** A container that is not closed yet. */
type Open =
  & { readonly start: number }
  & (
    | {
      readonly kind: "object";
      readonly members: JsonMember[];
      key?: { start: number; name: string };
    }
    | { readonly kind: "array"; readonly items: JsonNode[] }
  );

class Scanner {
  #at = 0;
  /** From the outermost to the innermost. */
  readonly #open: Open[] = [];

  constructor(readonly text: string) {}

  whole(): JsonNode {
    if (this.text.startsWith("\ufeff")) this.#at = 1;
    let value = this.#value();
    while (value === undefined || this.#open.length > 0) {
      value = value === undefined ? this.#value() : this.#close(value);
    }
    this.#blank();
    if (this.#at < this.text.length) {
      throw this.#fault("Unexpected text behind the value");
    }
    return value;
  }

  /** One value, or `undefined` after the start of a container with content. */
  #value(): JsonNode | undefined {
    if (this.#open.length > DEEPEST) {
      throw this.#fault(`More than ${DEEPEST} levels deep`);
    }
    this.#blank();
    const start = this.#at;
    switch (this.text[start]) {
      case "{":
        this.#at++;
        this.#blank();
        if (this.#take("}")) return this.#node({ kind: "object", start });
        this.#open.push({ kind: "object", start, members: [] });
        this.#key();
        return undefined;
      case "[":
        this.#at++;
        this.#blank();
        if (this.#take("]")) return this.#node({ kind: "array", start });
        this.#open.push({ kind: "array", start, items: [] });
        return undefined;
      case '"':
        this.#string();
        return { kind: "string", start, end: this.#at };
      default:
        return this.#plain(start);
    }
  }

  #node(
    { kind, start }: { kind: "object" | "array"; start: number },
  ): JsonNode {
    const end = this.#at;
    return kind === "object"
      ? { kind, start, end, members: [] }
      : { kind, start, end, items: [] };
  }

  /**
   * Puts a finished value into its container. The container, where it is
   * finished by that, or `undefined` where another value comes.
   */
  #close(value: JsonNode): JsonNode | undefined {
    const open = this.#open.at(-1)!;
    if (open.kind === "object") {
      const { start, name } = open.key!;
      open.members.push({ key: name, value, start, end: value.end });
    } else open.items.push(value);
    this.#blank();
    if (this.#take(",")) {
      if (open.kind === "object") this.#key();
      return undefined;
    }
    const end = open.kind === "object" ? "}" : "]";
    if (!this.#take(end)) throw this.#fault(`Expected "," or "${end}"`);
    this.#open.pop();
    return { ...open, end: this.#at };
  }

  #key(): void {
    const { text } = this;
    const open = this.#open.at(-1)!;
    this.#blank();
    const start = this.#at;
    if (this.text[start] !== '"') {
      throw this.#fault(
        text[start] === "}" && open.kind === "object" && open.members.length > 0
          ? "A comma is too much"
          : "Expected a key in double quotes",
      );
    }
    this.#string();
    const name = JSON.parse(this.text.slice(start, this.#at)) as string;
    if (open.kind === "object") open.key = { start, name };
    this.#blank();
    if (!this.#take(":")) throw this.#fault('Expected ":"');
  }

  #string(): void {
    const { text } = this;
    for (let at = this.#at + 1;; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) {
        this.#at = at + 1;
        return;
      }
      if (code === BACKSLASH) {
        const escape = ESCAPE.exec(text.slice(at, at + 6));
        if (!escape) throw this.#fault("Unknown escape", at);
        at += escape[0].length - 1;
      } else if (!(code >= 0x20)) {
        const problem = Number.isNaN(code)
          ? "The text ends within a string"
          : "A control character or line end within a string";
        throw this.#fault(problem, at);
      }
    }
  }

  #plain(start: number): JsonNode {
    PLAIN.lastIndex = start;
    const found = PLAIN.exec(this.text)?.[0];
    if (found === undefined) throw this.#unexpected();
    this.#at = start + found.length;
    const kind = /^[tfn]/.test(found) ? "literal" : "number";
    return { kind, start, end: this.#at };
  }

  #unexpected(): JsonFault {
    const rest = this.text.slice(this.#at, this.#at + 2);
    if (rest === "") return this.#fault("The text ends too early");
    if (/^[}\]]/.test(rest)) {
      return this.#fault("A value is missing, or a comma is too much");
    }
    return this.#fault("Expected a value");
  }

  #take(character: string): boolean {
    if (this.text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #blank(): void {
    BLANK.lastIndex = this.#at;
    this.#at += BLANK.exec(this.text)![0].length;
  }

  #fault(problem: string, at = this.#at): JsonFault {
    const comment = /^\/[/*]/.test(this.text.slice(at, at + 2));
    const told = comment ? "A comment, which JSON has not" : problem;
    const { line, column } = positionOf(this.text, at);
    return new JsonFault(told, line, column);
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ESCAPE = /^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/;
const BLANK = /[ \t\r\n]*/y;
const PLAIN =
  /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;

/** The member of that key that is in effect: of several the last. */
export function memberOf(node: JsonNode, key: string) {
  return node.kind === "object"
    ? node.members.findLast((member) => member.key === key)
    : undefined;
}

/** The value of a node. */
export function valueOf(text: string, node: JsonNode): unknown {
  return JSON.parse(text.slice(node.start, node.end));
}
