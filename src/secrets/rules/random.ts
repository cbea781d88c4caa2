import { isBase64, isDigit, isLower, isUpper } from "./chars.ts";
import { RANDOM, type Span } from "../span.ts";

/** Shorter words are IDs, longer ones files in base64. */
const SHORTEST = 24;
const LONGEST = 200;

/** Minimum bits per character. Random text has more than names and words. */
const LEAST_BITS = 3.6;

/**
 * Minimum share of neighbours of different kinds, as in `a3B`. A capital and
 * the next letter count as one kind, so `camelCase` has few.
 */
const LEAST_CHANGES = 0.27;

/** Text before a value which shows that the value is not a secret. */
const BEFORE =
  /(?:sha(?:1|256|384|512)[-:=]|md5[-:=]|h1:|base64,|integrity["':= ]{1,4}|ssh-[a-z0-9]{2,10} |ecdsa-sha2-\S{4,20} |fingerprint["':= ]{1,4}|pin-sha256="|nonce-|SHA256:|e\.g\. |[/\\@#?&.%~])$/;

/** IDs that services assign, hashes in lock files, and public keys. */
const KNOWN =
  /^(?:__[a-z]{4}|_ZN\d|AAAA[A-Z]|0x[0-9a-fA-F]{40}$|sha(?:1|256|384|512)-|(?:toolu|srvtoolu|msg|req|resp|call|run|step|batch|asst|thread|file|evt|cus|pi|pm|ca|ch|in|sub|si|seti|price|prod|acct|txn|cs_(?:test|live)|pk_(?:test|live)|phc|user|org|proj|sess|conv|wrkspc|chatcmpl|cmpl|gen|vs|ft|snap|trace|span)[_-])/;

/**
 * Finds random-looking words with lower case, upper case and digits, after all
 * other rules. Hashes, IDs, paths and pieces of base64 files do not count.
 */
export function findRandomWords(text: string): Span[] {
  const spans: Span[] = [];
  const length = text.length;
  let at = 0;
  while (at + SHORTEST <= length) {
    // Searching backwards from the end of the shortest word skips most text.
    let back = at + SHORTEST - 1;
    while (back >= at && isBase64(text.charCodeAt(back))) back--;
    if (back >= at) {
      at = back + 1;
      continue;
    }
    const start = at;
    at += SHORTEST;
    while (at < length && isBase64(text.charCodeAt(at))) at++;
    if (at - start > LONGEST) continue;
    let end = at;
    while (end < length && end < at + 2 && text[end] === "=") end++;
    if (isRandom(text, start, end)) spans.push({ start, end, label: RANDOM });
  }
  return spans;
}

function isRandom(text: string, start: number, end: number): boolean {
  const word = text.slice(start, end);
  if (!isMixed(word) || KNOWN.test(word)) return false;
  if (word.includes("EXAMPLE") || isReadable(word)) return false;
  if (isNameOfCode(word, text, end) || isDrawn(text, start, end)) return false;
  const before = text.slice(Math.max(0, start - 24), start);
  if (BEFORE.test(before) || isWithinPath(word, text[end])) return false;
  return !isWrapped(text, start, end);
}

/** Returns whether a word is as mixed as the output of a key generator. */
function isMixed(word: string): boolean {
  let changes = 0;
  let [upper, lower, digits] = [0, 0, 0];
  let last = 0;
  for (let at = 0; at < word.length; at++) {
    const kind = kindOf(word.charCodeAt(at));
    if (kind === 1) upper++;
    else if (kind === 2) lower++;
    else if (kind === 3) digits++;
    if (kind !== last && !(last === 1 && kind === 2)) changes++;
    last = kind;
  }
  const least = word.length < 32 ? 2 : 1;
  if (upper < 3 || lower < 3 || digits < least) return false;
  return (changes - 1) / word.length >= LEAST_CHANGES &&
    bitsOf(word) >= LEAST_BITS;
}

/** The number of times that each character appears in the current word. */
const COUNTS = new Uint8Array(128);

/** Returns the bits per character, from the frequency of each character. */
function bitsOf(word: string): number {
  COUNTS.fill(0);
  for (let at = 0; at < word.length; at++) COUNTS[word.charCodeAt(at)]!++;
  let bits = 0;
  for (let at = 0; at < word.length; at++) {
    const count = COUNTS[word.charCodeAt(at)]!;
    if (count === 0) continue;
    bits -= count / word.length * Math.log2(count / word.length);
    COUNTS[word.charCodeAt(at)] = 0;
  }
  return bits;
}

function kindOf(code: number): number {
  if (isUpper(code)) return 1;
  if (isLower(code)) return 2;
  return isDigit(code) ? 3 : 4;
}

/** Returns whether a word is a name in code, or a text in base64. */
function isReadable(word: string): boolean {
  let [read, short] = [0, 0];
  for (const [piece] of word.matchAll(/[A-Z]?[a-z]{3,}|[A-Z][a-z]{2}/g)) {
    if (!/[aeiou]/i.test(piece) || /[^aeiouy]{4}/i.test(piece)) continue;
    if (/[a-z]{3}/.test(piece)) read += piece.length;
    else short += piece.length;
  }
  // `AwsS3GetAllParams`: short words count if almost nothing is left.
  return read * 5 >= word.length * 3 || (read + short) * 4 >= word.length * 3 ||
    isTextInBase64(word);
}

/** Returns whether a word is text in base64 without a possible password. */
function isTextInBase64(word: string): boolean {
  try {
    const text = atob(word.replaceAll("-", "+").replaceAll("_", "/"));
    return /^[\t\n\r -~]+$/.test(text) && /[ {"|]/.test(text);
  } catch {
    return false;
  }
}

/** Four words that can be read aloud, or three long ones. */
const CAMEL =
  /(?:[AEIOU][a-z]{2,}|[B-Z](?=[a-z]*[aeiou])[a-z]{2,}){4}|(?:[A-Z][a-z]{4,}){3}/;

/** Recognizes `rewriteAMD64(`, `arg_Vn_8B_00`, `[0-9A-Za-z]`, `A-<UUID>`. */
function isNameOfCode(word: string, text: string, end: number): boolean {
  if (text[end] === "(") return true;
  if (text[end] === "]" && word.includes("0-9")) return true;
  if (/[a-z].*[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(word)) {
    return true;
  }
  if (CAMEL.test(word)) return true;
  const pieces = word.split(/_+/).filter((piece) => piece !== "");
  return pieces.length > 3 &&
    pieces.every((piece) => /^(?:[A-Za-z]+|.{1,12})$/.test(piece)) &&
    pieces.some((piece) => /[A-Za-z][a-z]{2,}/.test(piece));
}

/** Recognizes a drawing, `9H3V5H1v10h2`, or a piece of a parser table. */
function isDrawn(text: string, start: number, end: number): boolean {
  if (
    /^(?:[\d-]|[hlmstvHLMSTV](?=[\d-])|[zZ])+$/.test(text.slice(start, end))
  ) {
    return true;
  }
  return [text.slice(Math.max(0, start - 30), start), text.slice(end, end + 30)]
    .every((beside) =>
      !/\s/.test(beside) &&
      (beside.match(/[!#$%&'()*+;<=>?@^`|~]/g)?.length ?? 0) > 7
    );
}

/** Recognizes a path, or joined words: pieces that can be read aloud. */
function isWithinPath(word: string, after: string | undefined): boolean {
  if (after === "\\") return true;
  const pieces = word.split(/[/_+-]/);
  const readable = pieces.filter((piece) =>
    piece.length >= 3 && /^(?:[A-Z]?[a-z]+|[A-Z]+|\d+)$/.test(piece)
  );
  return pieces.length > 1 && readable.length * 3 >= pieces.length;
}

/** The minimum length of a base64 line, except for the last line. */
const LINE = 60;

/** The maximum number of characters of a neighbouring line that identify it. */
const SEEN = 16;

/** Returns whether a word is one of several lines of a base64 file. */
function isWrapped(text: string, start: number, end: number): boolean {
  const above = /([\w+/=]{16,})(?:\r?\n|\\n)[ \t>*#"']{0,8}$/.exec(
    text.slice(Math.max(0, start - LINE - SEEN - 10), start),
  );
  if (above && above[1]!.length >= LINE) return true;
  const below = /^=?["',]{0,2}(?:\r?\n|\\n)[ \t>*#"']{0,8}[\w+/]{16}/;
  return end - start >= LINE && below.test(text.slice(end, end + SEEN + 14));
}
