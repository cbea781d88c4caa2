import { CUT_MARK, cutMiddle } from "../../clients/mod.ts";
import { withoutPrivate } from "../../secrets/mod.ts";

/** A whole sentence of prose, unchanged except for breaks and apostrophes. */
export interface Sentence {
  readonly text: string;
  /** The heading above the sentence, in lower case, without marks. */
  readonly heading: string;
  /** `todo` and `done`: an item in a list with check boxes. */
  readonly mark: "none" | "item" | "todo" | "done";
}

/** The maximum length of a text to read, and of a sentence to keep. */
const MOST = 32_000;
const LONGEST = 600;

const ITEM = /^\s*(?:[-*+•]|\d{1,3}[.)])\s+(.*)$/;
const BOX = /^\[([ xX~-])\]\s+(.*)$/;
const HEADING =
  /^\s*(?:#{1,6}\s+(.+?)\s*#*|\*\*([^*]{2,60})\*\*:?|([A-Z][^.!?:]{1,50}):)\s*$/;

/** Matches a quotation, a table, a log, a diff, a stack trace or code. */
const NO_PROSE =
  /^\s*(?:>|\||at \S+ ?\(|[$%] |@@|\+\+\+|---|diff |\[\d|\d{4}-\d\d-\d\d[T ]\d|\d\d:\d\d:\d\d)|^(?: {4,}|\t)\S|[{};]\s*$|^\s*[\])}]/;

/** Matches an apostrophe within a word, as phones and editors write it. */
const APOSTROPHE = /(?<=\p{L})\u2019(?=\p{L})/gu;

/** Splits a text into its whole sentences, without code and quotations. */
export function sentencesOf(given: string): Sentence[] {
  const text = withoutPrivate(given).replaceAll(APOSTROPHE, "'");
  const prose = spoken(text.slice(0, MOST));
  const whole = text.length <= MOST;
  const found: Sentence[] = [];
  let heading = "";
  for (const block of blocksOf(prose)) {
    if (block.heading !== undefined) {
      heading = block.heading;
      continue;
    }
    const box = BOX.exec(block.text);
    const mark = box
      ? /x/i.test(box[1]!) ? "done" : "todo"
      : block.item
      ? "item"
      : "none";
    const sentences = split(box?.[2] ?? block.text);
    if (block.cutBefore) sentences.shift();
    const last = sentences.at(-1);
    if (block.cutAfter && last && !/[.!?]["')\]*]*$/.test(last)) {
      sentences.pop();
    }
    for (const one of sentences) {
      if (one.length <= LONGEST && /\p{L}{2}/u.test(one)) {
        found.push({ text: one, heading, mark });
      }
    }
  }
  return whole ? found : found.slice(0, -1);
}

const FENCE = /^[ \t]*(```+|~~~+)/;
const TAG = /<([a-z][\w-]{0,40})(?:\s[^<>]{0,200})?>/;

/** Returns the lines outside code fences and pairs of tags. */
function spoken(text: string): string {
  const kept: string[] = [];
  const ends = new Map<string, number>();
  let [fence, tag, at] = ["", "", 0];
  for (const line of text.split("\n")) {
    at += line.length + 1;
    const mark = FENCE.exec(line)?.[1];
    if (tag !== "") {
      if (line.includes(`</${tag}`)) tag = "";
    } else if (fence !== "") {
      if (mark?.startsWith(fence)) fence = "";
    } else if (mark !== undefined) {
      fence = mark;
      kept.push("");
    } else {
      const name = TAG.exec(line)?.[1] ?? "";
      if (!ends.has(name)) ends.set(name, text.lastIndexOf(`</${name}`));
      const shown = name !== "" && ends.get(name)! >= at - line.length - 1;
      // Text before and after the tags on the same line is short, so it is
      // dropped.
      kept.push(shown ? "" : line);
      if (shown && !line.includes(`</${name}`)) tag = name;
    }
  }
  return kept.join("\n");
}

interface Block {
  readonly text: string;
  readonly item: boolean;
  readonly heading?: string | undefined;
  readonly cutBefore: boolean;
  cutAfter: boolean;
}

/** Returns paragraphs and list items, each on one line. */
function blocksOf(prose: string): Block[] {
  const blocks: Block[] = [];
  let open: string[] = [];
  let [item, cut] = [false, false];
  const close = () => {
    const text = open.join(" ").replaceAll(/\s+/g, " ").trim();
    if (text !== "") {
      blocks.push({ text, item, cutBefore: cut, cutAfter: false });
      cut = false;
    }
    open = [];
  };
  for (const line of prose.split("\n")) {
    const found = HEADING.exec(line);
    const list = ITEM.exec(line);
    if (line.trim() === CUT_MARK) {
      close();
      const before = blocks.at(-1);
      if (before) before.cutAfter = true;
      [item, cut] = [false, true];
    } else if (line.trim() === "" || !list && isNoProse(line, item)) {
      close();
      item = false;
    } else if (found && !list) {
      close();
      item = false;
      const heading = (found[1] ?? found[2] ?? found[3])!.toLowerCase()
        .replaceAll(/[^\p{L}\p{N}' -]/gu, "").trim();
      blocks.push({ ...NO_TEXT, heading });
    } else if (list) {
      close();
      item = true;
      open = [list[1]!];
    } else open.push(line);
  }
  close();
  return blocks;
}

const NO_TEXT = { text: "", item: false, cutBefore: false, cutAfter: false };

/** Returns whether a line is not prose. Lists may be indented. */
function isNoProse(line: string, item: boolean): boolean {
  return NO_PROSE.test(item ? line.trimStart() : line);
}

/** Matches periods that do not end a sentence. */
const SHORT =
  /(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|no|dr|mr|mrs|st)|\b[A-Z])\.$/i;

function split(text: string): string[] {
  // A period in code or in a link does not end a sentence.
  const masked = text.replaceAll(
    /`[^`]{0,500}`|\([^()]{0,300}\)/g,
    (code) => "x".repeat(code.length),
  );
  const parts: string[] = [];
  let start = 0;
  for (
    const end of masked.matchAll(
      /(?<![.!?])[.!?]{1,5}["'”’)\]*_]{0,5}\s+(?=[^a-z\s])/g,
    )
  ) {
    const stop = end.index + end[0].trimEnd().length;
    if (SHORT.test(masked.slice(start, stop))) continue;
    parts.push(text.slice(start, stop));
    start = end.index + end[0].length;
  }
  parts.push(text.slice(start));
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** The maximum length of the first sentences, in UTF-16 units. */
const BEGINNING = 600;

/** Returns the first whole sentences of a prompt, with their headings. */
export function firstSentences(prompt: string): string {
  let text = "";
  let last = "";
  for (const { text: one, heading, mark } of sentencesOf(prompt)) {
    const under = heading === last ? "" : `\n${heading}:`;
    const item = mark === "none" ? " " : "\n- ";
    const next = `${under}${item}${one}`;
    if (text !== "" && text.length + next.length > BEGINNING) break;
    text = (text + next).trimStart();
    last = heading;
  }
  return text === "" ? cutMiddle(prompt.trim(), BEGINNING) : text;
}
