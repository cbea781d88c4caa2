import type {
  JsonArray,
  JsonMember,
  JsonNode,
  JsonObject,
} from "./json_scan.ts";

type Container = JsonObject | JsonArray;
type Child = JsonMember | JsonNode;

/** A replacement of a part of the text; empty for an insertion. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A new member of an object, or a new item of an array; an item has no key. */
export interface Addition {
  readonly key?: string;
  readonly value: unknown;
}

/** Returns the nodes of a container, in order. */
export function childrenOf(container: Container): readonly Child[] {
  return container.kind === "object" ? container.members : container.items;
}

/**
 * Changes to a JSON text that leave every other byte unchanged. New text
 * follows the indentation and line ends of its surroundings, or stays on one
 * line.
 */
export class JsonEdits {
  readonly #replaced = new Map<JsonNode, unknown>();
  readonly #removed = new Map<Container, Set<Child>>();
  readonly #added = new Map<Container, Addition[]>();
  readonly #eol: string;
  readonly #unit: string;

  constructor(readonly text: string, readonly top: JsonNode) {
    this.#eol = /\r?\n/.exec(text)?.[0] ?? "\n";
    this.#unit = unitOf(text, top);
  }

  replace(node: JsonNode, value: unknown): void {
    this.#replaced.set(node, value);
  }

  remove(container: Container, child: Child): void {
    const removed = this.#removed.get(container) ?? new Set();
    this.#removed.set(container, removed.add(child));
  }

  /** Adds a member or an item at the end of the container. */
  add(container: Container, addition: Addition): void {
    const added = this.#added.get(container) ?? [];
    this.#added.set(container, [...added, addition]);
  }

  /** Returns whether everything is removed and nothing is added. */
  empties(container: Container): boolean {
    const children = childrenOf(container);
    return children.length > 0 && !this.#added.has(container) &&
      this.#removed.get(container)?.size === children.length;
  }

  /** The changed text. */
  apply(): string {
    const edits = [...this.#replaced].map(([node, value]): Edit => ({
      start: node.start,
      end: node.end,
      text: this.#json(
        value,
        indentOf(this.text, node.start),
        isInline(this.text, node),
      ),
    }));
    const changed = [...this.#removed.keys(), ...this.#added.keys()];
    for (const container of new Set(changed)) {
      edits.push(...this.#containerEdits(container));
    }
    let result = "";
    let at = 0;
    for (const { start, end, text } of outermost(edits)) {
      result += this.text.slice(at, start) + text;
      at = end;
    }
    return result + this.text.slice(at);
  }

  #containerEdits(container: Container): Edit[] {
    const children = childrenOf(container);
    const removed = this.#removed.get(container) ?? new Set();
    const added = this.#added.get(container) ?? [];
    if (children.length === 0) return [this.#fill(container, added)];
    const first = children[0]!;
    const last = children.at(-1)!;
    const inline = !this.text.slice(container.start, first.start).includes(
      "\n",
    );
    const indent = inline ? "" : indentOf(this.text, first.start);
    const texts = added.map((addition) =>
      this.#child(addition, indent, inline)
    );
    const gap = inline ? this.#space() : this.#eol + indent;
    if (removed.size === children.length) {
      return added.length > 0
        ? [{ start: first.start, end: last.end, text: texts.join(`,${gap}`) }]
        : [{ start: container.start + 1, end: container.end - 1, text: "" }];
    }
    return [
      ...removals(children, removed),
      ...added.length > 0
        ? [{
          start: last.end,
          end: last.end,
          text: texts.map((text) => `,${gap}${text}`).join(""),
        }]
        : [],
    ];
  }

  /** Fills an empty container, and keeps its whitespace if possible. */
  #fill(container: Container, added: readonly Addition[]): Edit {
    const start = container.start + 1;
    const inner = this.text.slice(start, container.end - 1);
    if (this.#isOneLine()) {
      const texts = added.map((addition) => this.#child(addition, "", true));
      return { start, end: start, text: texts.join(`,${this.#space()}`) };
    }
    const own = indentOf(this.text, container.start);
    const indent = own + this.#unit;
    const gap = this.#eol + indent;
    const text = gap +
      added.map((addition) => this.#child(addition, indent, false)).join(
        `,${gap}`,
      );
    return inner.includes("\n")
      ? { start, end: start, text }
      : { start, end: container.end - 1, text: text + this.#eol + own };
  }

  #child({ key, value }: Addition, indent: string, inline: boolean): string {
    const text = this.#json(value, indent, inline);
    if (key === undefined) return text;
    return `${JSON.stringify(key)}:${inline ? this.#space() : " "}${text}`;
  }

  #json(value: unknown, indent: string, inline: boolean): string {
    if (inline) return oneLine(value, this.#space());
    return JSON.stringify(value, null, this.#unit)
      .replaceAll("\n", this.#eol + indent);
  }

  /** A file on a single line stays on a single line. */
  #isOneLine(): boolean {
    const { start, end, kind } = this.top;
    const filled = (kind === "object" || kind === "array") &&
      childrenOf(this.top as Container).length > 0;
    return filled && !this.text.slice(start, end).includes("\n");
  }

  #space(): string {
    return /[^\\]":[{["\w-]/.test(this.text) ? "" : " ";
  }
}

/** Returns the edits in order, without those inside a larger one. */
function outermost(edits: readonly Edit[]): Edit[] {
  const ordered = [...edits].sort((a, b) => a.start - b.start || b.end - a.end);
  let end = 0;
  return ordered.filter((edit) => {
    // An insertion directly after a removal is not inside it.
    if (edit.end <= end && edit.start < end) return false;
    end = edit.end;
    return true;
  });
}

/** Returns edits that remove children with one comma each. */
function removals(
  children: readonly Child[],
  removed: ReadonlySet<Child>,
): Edit[] {
  const edits: Edit[] = [];
  const firstKept = children.findIndex((child) => !removed.has(child));
  children.forEach((child, at) => {
    if (!removed.has(child)) return;
    edits.push(
      at < firstKept
        ? { start: child.start, end: children[at + 1]!.start, text: "" }
        : { start: children[at - 1]!.end, end: child.end, text: "" },
    );
  });
  return edits;
}

/** Returns the whitespace at the start of the line that contains `offset`. */
function indentOf(text: string, offset: number): string {
  const line = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(line, offset))![0];
}

/** Returns one level of indentation: the first member's, or two blanks. */
function unitOf(text: string, top: JsonNode): string {
  const first = top.kind === "object" ? top.members[0] : undefined;
  if (!first || !text.slice(top.start, first.start).includes("\n")) return "  ";
  return indentOf(text, first.start).slice(0, 10) || "  ";
}

function isInline(text: string, { start, end }: JsonNode): boolean {
  return !text.slice(start, end).includes("\n");
}

function oneLine(value: unknown, space: string): string {
  if (Array.isArray(value)) {
    return `[${value.map((item) => oneLine(item, space)).join(`,${space}`)}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, item]) =>
    `${JSON.stringify(key)}:${space}${oneLine(item, space)}`
  );
  return `{${members.join(`,${space}`)}}`;
}
