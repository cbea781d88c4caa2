import type { Entry, ReadDocument } from "../../documents/mod.ts";

/** A place that a document refers to: a file, and optionally a place in it. */
export interface LinkTarget {
  readonly line: number;
  /** The path in the link, without its anchor; empty: this document. */
  readonly path: string;
  readonly anchor: string | undefined;
}

/** A Markdown link, `[text](target)` or `<target>`. */
const INLINE = /\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+["'(][^)]*)?\)/g;

/** A link definition: `[name]: target`. */
const DEFINED = /^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)>?/;

/**
 * A word in a reference that counts as a path: it contains a folder or an
 * extension.
 */
const PATH =
  /^(?:\.{0,2}\/)?[\w@.~+-]+(?:\/[\w@.~+ -]+)*(?:\.\w{1,8}|\/)(?:#\S+)?$/;

/** Returns the places that a document refers to, except places on the web. */
export function linksOf({ prose, references }: ReadDocument): LinkTarget[] {
  const linked = prose.flatMap((entry) => {
    const text = entry.text.replaceAll(/`[^`]*`/g, "");
    const targets = [...text.matchAll(INLINE)].map(([, target]) => target!);
    const defined = DEFINED.exec(text)?.[1];
    return [...targets, ...defined === undefined ? [] : [defined]]
      .flatMap((target) => targetOf(target, entry.line));
  });
  return [...linked, ...references.flatMap(wordsOf)];
}

/** Returns the paths among the words of a reference. */
function wordsOf({ text, line }: Entry): LinkTarget[] {
  const bare = text.replaceAll(INLINE, " ");
  return bare.split(/\s+/).flatMap((word) => {
    const target = word.replace(/^[<("'`]+|[>)"'`,;.]+$/g, "")
      // Without a folder, the word may be a host and port.
      .replace(/^([^#:]+\/[^#:]+):(\d+)(?:[:-]\d+)?$/, "$1#L$2");
    return PATH.test(target) || /^#\S/.test(target)
      ? targetOf(target, line)
      : [];
  });
}

function targetOf(target: string, line: number): LinkTarget[] {
  // Checks do not use the network.
  if (/^[a-z][a-z0-9+.-]*:/i.test(target) || target.startsWith("//")) return [];
  const [path = "", anchor] = target.split(/#(.*)/s);
  return [{ line, path: decoded(path), anchor: anchor && decoded(anchor) }];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Returns the anchors that GitHub makes for a Markdown text. They are the words
 * of each heading in lower case, joined by "-", and the names in HTML.
 */
export function anchorsIn({ headings, prose }: ReadDocument): Set<string> {
  const anchors = new Set<string>();
  const counts = new Map<string, number>();
  const add = (text: string) => {
    const slug = slugOf(text);
    const count = counts.get(slug) ?? 0;
    counts.set(slug, count + 1);
    anchors.add(count === 0 ? slug : `${slug}-${count}`);
  };
  const marked = new Map(headings.map(({ line, text }) => [line, text]));
  prose.forEach(({ text, line }, at) => {
    const before = prose[at - 1];
    const underlined = /^ {0,3}(?:=+|-+)[ \t]*$/.test(text) && before &&
      before.line === line - 1 && before.text.trim() !== "" &&
      !marked.has(before.line);
    if (underlined) add(before.text);
    const heading = marked.get(line);
    if (heading !== undefined) add(heading);
    if (!text.includes("<")) return;
    for (const [, name] of text.matchAll(/\b(?:id|name)=["']([^"']+)/g)) {
      anchors.add(name!);
    }
  });
  return anchors;
}

/**
 * The maximum length of the part of a heading that forms its anchor, in UTF-16
 * units.
 */
const LONGEST_HEADING = 500;

function slugOf(heading: string): string {
  return heading.slice(0, LONGEST_HEADING).trim()
    .replaceAll(/!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, "$1")
    .replaceAll(/<[^>]+>/g, "").toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, "").replaceAll(" ", "-");
}

/**
 * Returns the last line that an anchor such as `L10-L20` names; `undefined` if
 * it does not name lines.
 */
export function lastLineOf(anchor: string): number | undefined {
  const [, first, last] =
    /^L(\d+)(?:C\d+)?(?:-L?(\d+)(?:C\d+)?)?$/.exec(anchor) ??
      [];
  return first === undefined ? undefined : Number(last ?? first);
}
