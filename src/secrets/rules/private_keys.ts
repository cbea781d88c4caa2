import { mergeSpans, type Span } from "../span.ts";

const BEGIN = "-----BEGIN ";
const KEY_HEADER =
  /-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/y;

/** The longest block of a key, in UTF-16 units. */
const LONGEST_KEY = 64 * 1024;

/** The length of the start of a block that proves it to be a key. */
const NEAR = 120;
const SOME_BODY =
  /^(?:\\[nrt]|[^A-Za-z0-9]){0,80}(?:[A-Za-z0-9+/=]{16}|Proc-Type:|DEK-Info:|Version:|Comment:|Hash:|Charset:)/;

/** The body of a key in any notation of its lines: `\n`, quoted, prefixed. */
const KEY_BODY = /(?:[A-Za-z0-9+/=\s\\"'`,:|>#*-]|\[redacted:){1,4096}/y;

/**
 * Finds blocks of private keys over any number of lines, with escaped or plain
 * line ends. An incomplete block extends to the maximum length of a key.
 */
export function findPrivateKeys(text: string): Span[] {
  const spans: Span[] = [];
  let ending = -2;
  for (let at = text.indexOf(BEGIN); at >= 0; at = text.indexOf(BEGIN, at)) {
    KEY_HEADER.lastIndex = at;
    if (!KEY_HEADER.test(text)) {
      at += BEGIN.length;
      continue;
    }
    const body = KEY_HEADER.lastIndex;
    // A marker alone is only a mention of keys.
    const near = text.slice(body, body + NEAR);
    if (!SOME_BODY.test(near)) {
      at = body;
      continue;
    }
    if (ending !== -1 && ending < body) {
      ending = text.indexOf("-----END ", body);
    }
    const next = text.indexOf("-----", ending + 9);
    const whole = ending >= 0 && ending - body < LONGEST_KEY &&
      next >= 0 && next - ending < 64;
    const end = whole ? next + 5 : endOfAll(KEY_BODY, text, body);
    spans.push({ start: at, end, label: "private-key" });
    at = end;
  }
  return mergeSpans([spans, findKeyTails(text), findPuttyKeys(text)]);
}

const KEY_END = /-----END (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;

/** The maximum number of UTF-16 units to examine before the end of a key. */
const LONGEST_TAIL = 16 * 1024;

/** A line of a key, also in a quote, a diff or a list. */
const KEY_LINE = /^[\s>|#*+"'`,:\d-]{0,24}[A-Za-z0-9+/=]{16,}["'`,+\s\\]{0,8}$/;

/** The last line of a key, and the text before the marker on its line. */
const SHORT_LINE =
  /^[\s>|#*+"'`,:\d-]{0,24}[A-Za-z0-9+/=]{0,80}["'`,+\s\\]{0,8}$/;

/** Finds the last lines of keys whose beginning was cut off. */
function findKeyTails(text: string): Span[] {
  const spans: Span[] = [];
  if (!text.includes("-----END ")) return spans;
  let before = 0;
  for (const { 0: mark, index } of text.matchAll(KEY_END)) {
    const from = Math.max(index - LONGEST_TAIL, before);
    before = index + mark.length;
    const lead = text.slice(from, index);
    let start = lead.length;
    let lines = 0;
    for (let end = start; end >= 0;) {
      const at = lineStart(lead, end);
      const line = lead.slice(at, end);
      if (KEY_LINE.test(line)) lines++;
      else if (lines > 0 || lead.length - at > 120 || !SHORT_LINE.test(line)) {
        break;
      }
      start = at;
      end = at - (lead[at - 1] === "n" ? 2 : 1);
    }
    if (lines === 0) continue;
    spans.push({ start: from + start, end: before, label: "private-key" });
  }
  return spans;
}

/** Returns the start of the line before `end`; line ends may be escaped. */
function lineStart(text: string, end: number): number {
  const newline = text.lastIndexOf("\n", end - 1);
  const escaped = text.lastIndexOf("\\n", end - 1);
  return end === 0 ? 0 : Math.max(newline + 1, escaped < 0 ? 0 : escaped + 2);
}

function findPuttyKeys(text: string): Span[] {
  const spans: Span[] = [];
  if (!text.includes("Private-Lines:")) return spans;
  const lines = /Private-Lines: \d{1,4}(?:\r?\n|\\r?\\n|\\n)/g;
  for (const { 0: mark, index } of text.matchAll(lines)) {
    const start = index + mark.length;
    if (start < (spans.at(-1)?.end ?? 0)) continue;
    const end = endOfAll(PUTTY_LINE, text, start);
    if (end > start) spans.push({ start, end, label: "private-key" });
  }
  return spans;
}

const PUTTY_LINE = /[A-Za-z0-9+/=]{1,80}(?:\r?\n|\\r?\\n|\\n|$)/y;

/** Returns the end of the last repetition of a sticky pattern. */
function endOfAll(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  while (pattern.test(text)) at = pattern.lastIndex;
  return at;
}
