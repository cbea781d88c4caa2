import { MpmError } from "../../base/errors.ts";
import { getOwn } from "../../base/own.ts";
import type { FaultAt } from "../../base/yaml_lines.ts";
import { splitFrontMatter, type Variable } from "./front_matter.ts";

/** An item of a template, before it is filled in. */
interface TemplateItem {
  /** The heading above the item; empty: no heading. */
  readonly phase: string;
  readonly text: string;
  readonly done: boolean;
  /** The item's line in the file, from 1. */
  readonly line: number;
}

/** A template for sessions. */
export interface Template {
  /** The short name, which is the name of the file. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Variable[];
  readonly items: readonly TemplateItem[];
  /** As written. */
  readonly text: string;
}

/** The origin of a template, for messages. */
export interface TemplateSource {
  readonly name: string;
  /** The path of the file, or the text to show instead. */
  readonly path: string;
}

/**
 * The maximum number of items in one template, and the maximum length of an
 * item in UTF-16 units.
 */
const MOST_ITEMS = 500;
const LONGEST = 500;

const HEADING = /^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$/;
const ITEM = /^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+\[([ xX])\][ \t]+(.*?)[ \t]*$/;
/** The next line of a wrapped item. */
const CONTINUED = /^[ \t]{2,}(?![-*+][ \t]|\d{1,9}[.)][ \t])(\S.*?)[ \t]*$/;

/**
 * Parses a template: optional YAML front matter, headings, and lines of
 * `- [ ]`. Lines in a code block or a comment do not count. Throws UNREADABLE
 * with the file and the line.
 */
export async function parseTemplate(
  text: string,
  source: TemplateSource,
): Promise<Template> {
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
  const fault: FaultAt = (line, words) =>
    new MpmError(
      "UNREADABLE",
      `Cannot use "${source.path}" line ${line}: ${words}`,
      {
        hint: '"mpm template show feature-development" prints an example',
      },
    );
  const { front, start } = await splitFrontMatter(lines, fault);
  const { items, title, titleLine } = readBody(lines, start, fault);
  if (items.length === 0) {
    throw fault(lines.length, 'the file has no item "- [ ] …"');
  }
  const template = {
    name: source.name,
    title: front.name ?? title ?? source.name,
    description: front.description,
    variables: front.variables,
    items,
    text,
  };
  const named = lines.findIndex((line) => /^["']?name\b/.test(line)) + 1;
  const line = front.name === undefined ? titleLine : named;
  checkPlaceholders(template, line, fault);
  return template;
}

interface Body {
  readonly items: TemplateItem[];
  title: string | undefined;
  /** From 1. */
  titleLine: number;
  phase: string;
  /** True if the next line could still belong to the last item. */
  open: boolean;
}

function readBody(
  lines: readonly string[],
  start: number,
  fault: FaultAt,
): Body {
  const body: Body = {
    items: [],
    title: undefined,
    titleLine: 1,
    phase: "",
    open: false,
  };
  for (const [at, text] of plainLines(lines.slice(start)).entries()) {
    const line = start + at + 1;
    readLine(body, text, line);
    const last = body.items.at(-1)?.text ?? "";
    if (Math.max(last.length, body.phase.length) > LONGEST) {
      throw fault(line, `more than ${LONGEST} characters`);
    }
    if (body.items.length > MOST_ITEMS) {
      throw fault(line, `more than ${MOST_ITEMS} items`);
    }
  }
  return body;
}

/**
 * Processes a heading, an item, the continuation of an item, or another line.
 */
function readLine(body: Body, text: string, line: number): void {
  const { items } = body;
  const [, level, heading] = HEADING.exec(text) ?? [];
  const [, box, words] = ITEM.exec(text) ?? [];
  const rest = body.open ? CONTINUED.exec(text)?.[1] : undefined;
  if (heading !== undefined) {
    if (level === "#" && body.title === undefined && items.length === 0) {
      body.title = plainTitle(heading);
      body.titleLine = line;
    } else body.phase = plainHeading(heading);
  } else if (words) {
    items.push({ phase: body.phase, text: words, done: box !== " ", line });
  } else if (rest !== undefined) {
    const last = items.pop()!;
    items.push({ ...last, text: `${last.text} ${rest}` });
  }
  body.open = Boolean(words) || rest !== undefined;
}

/** Returns `Feature Development` for `Template: Feature Development`. */
function plainTitle(heading: string): string | undefined {
  return heading.replace(/^template:\s*/i, "").trim() || undefined;
}

/** Returns a heading without its number. */
function plainHeading(heading: string): string {
  return heading.replace(/^\d+(?:\.\d+)*[.)]?\s+(?=\S)/, "").trim();
}

/** `{{name}}`, an escaped placeholder, or one without an end. */
const PLACEHOLDER = /\\\{\{|\{\{([^{}]*)\}\}|\{\{/g;

function checkPlaceholders(
  { title, variables, items }: Template,
  titleLine: number,
  fault: FaultAt,
): void {
  const known = new Set(variables.map(({ name }) => name));
  const texts = [
    { text: title, line: titleLine },
    ...items.map(({ phase, text, line }) => ({
      text: `${phase}\n${text}`,
      line,
    })),
  ];
  for (const { text, line } of texts) {
    for (const [found, inner] of text.matchAll(PLACEHOLDER)) {
      if (found.startsWith("\\")) continue;
      if (inner === undefined) throw fault(line, '"{{" without "}}"');
      const name = inner.trim();
      if (known.has(name)) continue;
      const names = [...known].join(", ") || "no variables are declared";
      throw fault(line, `unknown variable "${name}" (${names})`);
    }
  }
}

/** Returns the variables that have placeholders in `text`. */
export function variablesIn(text: string): Set<string> {
  return new Set(
    [...text.matchAll(PLACEHOLDER)].flatMap(([, inner]) =>
      inner === undefined ? [] : [inner.trim()]
    ),
  );
}

/**
 * Returns `text` with its placeholders filled in; the values are inserted
 * unchanged.
 */
export function fillIn(
  text: string,
  values: Readonly<Record<string, string>>,
): string {
  return text.replaceAll(PLACEHOLDER, (found, inner?: string) => {
    if (inner === undefined) return found.replace("\\", "");
    const name = inner.trim();
    return getOwn(values, name) ?? found;
  });
}

/** May be indented, since a code block may belong to an item. */
const FENCE = /^[ \t]*(`{3,}(?=[^`]*$)|~{3,})/;
const COMMENT = /^ {0,3}<!--/;

/**
 * Returns the lines of a document, with lines of fenced code and comments
 * emptied. Inline comments stay.
 */
function plainLines(lines: readonly string[]): string[] {
  /** Returns whether a line ends the current block. */
  let ends: ((text: string) => boolean) | undefined;
  return lines.map((text) => {
    if (ends) {
      if (ends(text)) ends = undefined;
      return "";
    }
    const fence = FENCE.exec(text)?.[1];
    if (fence !== undefined) ends = (end) => closes(end, fence);
    else if (!COMMENT.test(text)) return text;
    else if (!text.includes("-->")) ends = (end) => end.includes("-->");
    return "";
  });
}

/** Returns whether a line has only the same mark, at least as long. */
function closes(text: string, fence: string): boolean {
  const mark = text.trim();
  return mark.startsWith(fence) && mark === fence[0]!.repeat(mark.length);
}
