/** A value in a JSON text, with its position. */
export type JsonNode = JsonObject | JsonArray | JsonScalar;

interface Span {
  /** Offsets into the text, in UTF-16 units; `end` is after the value. */
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

/** `"key": value`; spans from the start of the key to the value's end. */
export interface JsonMember extends Span {
  readonly key: string;
  readonly value: JsonNode;
}

/** A JSON error with its position; line and column count from 1. */
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

/** Returns line and column, in UTF-16 units, both counted from 1. */
export function positionOf(
  text: string,
  offset: number,
): { line: number; column: number } {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: offset - before.lastIndexOf("\n") };
}

/** Reads strict JSON (RFC 8259) after any byte order mark. */
export function scanJson(text: string): JsonNode {
  return new Scanner(text).whole();
}

/** Deeper than any real settings, but shallow enough for recursive code. */
const DEEPEST = 1000;

class Scanner {
  #at = 0;

  constructor(readonly text: string) {}

  whole(): JsonNode {
    if (this.text.startsWith("\ufeff")) this.#at = 1;
    const value = this.#value(0);
    this.#blank();
    if (this.#at < this.text.length) {
      throw this.#fault("Unexpected text after the value");
    }
    return value;
  }

  #value(depth: number): JsonNode {
    if (depth > DEEPEST) throw this.#fault(`More than ${DEEPEST} levels deep`);
    this.#blank();
    const start = this.#at;
    switch (this.text[start]) {
      case "{":
        return this.#object(start, depth);
      case "[":
        return this.#array(start, depth);
      case '"':
        this.#string();
        return { kind: "string", start, end: this.#at };
      default:
        return this.#plain(start);
    }
  }

  #object(start: number, depth: number): JsonObject {
    const members: JsonMember[] = [];
    this.#at++;
    this.#blank();
    for (let more = !this.#take("}"); more; more = this.#goesOn("}")) {
      this.#blank();
      const at = this.#at;
      const key = this.#key(members.length > 0);
      const value = this.#value(depth + 1);
      members.push({ key, value, start: at, end: value.end });
    }
    return { kind: "object", start, end: this.#at, members };
  }

  #array(start: number, depth: number): JsonArray {
    const items: JsonNode[] = [];
    this.#at++;
    this.#blank();
    for (let more = !this.#take("]"); more; more = this.#goesOn("]")) {
      items.push(this.#value(depth + 1));
    }
    return { kind: "array", start, end: this.#at, items };
  }

  /** Returns whether the container has another value. */
  #goesOn(end: string): boolean {
    this.#blank();
    if (this.#take(",")) return true;
    if (!this.#take(end)) throw this.#fault(`Expected "," or "${end}"`);
    return false;
  }

  #key(isLater: boolean): string {
    const start = this.#at;
    if (this.text[start] !== '"') {
      throw this.#fault(
        this.text[start] === "}" && isLater
          ? "Unexpected comma"
          : "Expected a key in double quotes",
      );
    }
    this.#string();
    const key = JSON.parse(this.text.slice(start, this.#at)) as string;
    this.#blank();
    if (!this.#take(":")) throw this.#fault('Expected ":"');
    return key;
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
          ? "The text ends inside a string"
          : "A control character or line end inside a string";
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
      return this.#fault("A value is missing, or there is an extra comma");
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
    const message = comment ? "Comments are not allowed in JSON" : problem;
    const { line, column } = positionOf(this.text, at);
    return new JsonFault(message, line, column);
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ESCAPE = /^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/;
const BLANK = /[ \t\r\n]*/y;
const PLAIN =
  /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;

/** Returns the member with a key that takes effect: the last one. */
export function memberOf(node: JsonNode, key: string) {
  return node.kind === "object"
    ? node.members.findLast((member) => member.key === key)
    : undefined;
}

/** Returns the value of a node. */
export function valueOf(text: string, node: JsonNode): unknown {
  return JSON.parse(text.slice(node.start, node.end));
}
