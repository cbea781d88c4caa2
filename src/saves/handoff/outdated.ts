import { plainText } from "../../base/words.ts";
import { significantWords } from "../../items/mod.ts";

/* Marks statements in a text that are no longer true. */

/** The items that a text is compared with. */
export interface Present {
  /** Texts of items that are closed. */
  readonly over: readonly string[];
  /** Texts of next steps that are open. */
  readonly left: readonly string[];
}

/**
 * Marks the sentences that call closed items open, or open steps done. The
 * message and the summary are older than the items.
 */
export function withMarks(text: string, { over, left }: Present): string {
  if (over.length + left.length === 0) return text;
  const closed = over.map(namedBy);
  const open = left.map(namedBy);
  let heading = "";
  return text.split("\n").map((line) => {
    if (HEADING.test(line)) heading = line;
    return sentencesIn(line).map((text) => {
      const said = () => saidIn(text, heading);
      const sentence = { ...namedBy(text), said };
      const done = closestOf(closed, sentence);
      const todo = closestOf(open, sentence);
      // The name of an item can be part of another item's name.
      if (todo >= done) {
        return todo > 0 && said() === "done"
          ? marked(text, "(listed as open)")
          : text;
      }
      return said() === "done" ? text : marked(text, "(no longer open)");
    }).join("");
  }).join("\n");
}

interface Named {
  readonly plain: string;
  readonly words: readonly string[];
}

type Said = "done" | "to do" | "";

interface Sentence extends Named {
  /** Computed only when needed, since its patterns are slow to compile. */
  readonly said: () => Said;
}

function namedBy(text: string): Named {
  const plain = plainText(text);
  return { plain, words: significantWords(plain) };
}

/** Returns the number of words in the longest item of a sentence, or 0. */
function closestOf(items: readonly Named[], sentence: Sentence): number {
  const found = items.filter((item) => isAbout(sentence, item));
  return Math.max(0, ...found.map(({ words }) => words.length || 1));
}

/** The shortest text to look for, in UTF-16 units; others mean too little. */
const TELLING = 12;

/** The share of a sentence's words that an item must have. */
const SHARE = 0.3;

/** The most words in a sentence for which one matching word is enough. */
const FEW = 3;

/**
 * Returns whether a sentence has the text of an item. A sentence that calls
 * something done or to do may also have only the words of the item.
 */
function isAbout(sentence: Sentence, { plain, words }: Named): boolean {
  if (plain.length >= TELLING && sentence.plain.includes(plain)) return true;
  const enough = words.length > 1 ||
    words.length === 1 && sentence.words.length <= FEW;
  return enough && words.length >= SHARE * sentence.words.length &&
    words.every((word) => sentence.words.includes(word)) &&
    sentence.said() !== "";
}

const HEADING =
  /^\s*(?:#{1,6}\s|\*\*[^*]+\*\*:?\s*$|\d+[.)]\s[^.!?]*:\s*$)|:\s*$/;

/** Splits a line into sentences; joined, they are the line again. */
function sentencesIn(line: string): string[] {
  return line.split(/(?<=[.!?])(?=\s+[^a-z\s])|(?<=;)(?=\s)/);
}

const TO_DO =
  /\b(?:pending|remain(?:s|ing)?|still|to-?do|yet|unfinished|incomplete|missing|lack(?:s|ing)?|needs?|next|in progress|outstanding|left|open|ongoing|under ?way|begun|started|will|must|should|(?:has|have|is|are) to|to be|current(?:ly)?|working on|continue|waiting|blocked|(?:not|never|half|partly|almost|nearly)|\w+n['’]t|cannot)\b|\[ \]/i;
const DONE =
  /\b(?:done|finished|completed?|implemented|works|working|fixed|pass(?:es|ed)?|merged|written|added|shipped|ready|in place|closed|resolved|accomplished)\b|\[x\]|[✅✓✔]/i;

/** Returns what a sentence, or else its heading, says of its subject. */
function saidIn(sentence: string, heading: string): Said {
  for (const text of [sentence, heading]) {
    if (TO_DO.test(text)) return "to do";
    if (DONE.test(text)) return "done";
  }
  return "";
}

/** Adds a mark before the punctuation at the end of a sentence. */
function marked(sentence: string, mark: string): string {
  return sentence.trimEnd().replace(/[.!?;]*$/, (stop) => ` ${mark}${stop}`);
}
