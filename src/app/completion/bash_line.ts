/** The word at the end of a bash command line, as far as it is typed. */
export interface BashWord {
  /** Without its quotes. */
  readonly text: string;
  /** The quote that is still open at its end; empty: none. */
  readonly quote: "" | "'" | '"';
  /**
   * How much of `text` stands before what bash puts its candidate in the place
   * of: it takes a word to begin anew behind the characters of COMP_WORDBREAKS,
   * and behind an open quote.
   */
  readonly kept: number;
}

/** A bash command line up to the cursor, `mpm` itself left out. */
export interface BashLine {
  readonly before: readonly string[];
  readonly current: BashWord;
}

/** Characters that a backslash between double quotes protects. */
const PROTECTED = '$`"\\\n';

/**
 * Reads the command line as bash reads words: quotes and backslashes are taken
 * away, nothing is expanded. `breaks` is bash's COMP_WORDBREAKS.
 */
export function readBashLine(line: string, breaks: string): BashLine {
  const words: BashWord[] = [];
  let word: Word | undefined;
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!;
    if ((word?.quote ?? "") === "" && /\s/.test(character)) {
      if (word) words.push(word);
      word = undefined;
      continue;
    }
    word ??= { text: "", quote: "", kept: 0 };
    at += take(word, character, { next: line[at + 1], breaks });
  }
  const [, ...before] = words;
  return {
    before: before.map(({ text }) => text),
    current: word && words.length > 0 ? word : EMPTY,
  };
}

const EMPTY: BashWord = { text: "", quote: "", kept: 0 };

interface Word {
  text: string;
  quote: BashWord["quote"];
  kept: number;
}

/** Adds a character to a word; returns how many more were used up. */
function take(
  word: Word,
  character: string,
  { next, breaks }: { next: string | undefined; breaks: string },
): number {
  const { quote } = word;
  const escapes = quote === ""
    ? next !== undefined
    : quote === '"' && next !== undefined && PROTECTED.includes(next);
  if (character === "\\" && escapes) {
    word.text += next;
    return 1;
  }
  if (quote !== "" && character === quote) {
    word.quote = "";
    return 0;
  }
  if (quote === "" && (character === '"' || character === "'")) {
    word.quote = character;
    word.kept = word.text.length;
    return 0;
  }
  word.text += character;
  if (quote === "" && breaks.includes(character)) word.kept = word.text.length;
  return 0;
}

/** `value` as it has to stand in the place of the word that was begun. */
export function bashReply(value: string, { quote, kept }: BashWord): string {
  const rest = value.slice(kept);
  if (quote === "'") return rest.replaceAll("'", `'\\''`);
  if (quote === '"') return rest.replace(/[$`"\\]/g, "\\$&");
  return rest.replace(/[^\p{L}\p{N}_@%+=:,./~^-]/gu, "\\$&")
    .replace(/^~/, kept === 0 ? "\\~" : "~");
}
