import type { RE2JS } from "re2js";
import { compilePattern } from "../base/pattern.ts";
import type { RedactionRules } from "./redact.ts";
import type { Finder } from "./find.ts";
import type { Span } from "./span.ts";

export interface RedactionSettings {
  readonly enabled: boolean;
  readonly allow: readonly string[];
  readonly rules: Readonly<Record<string, string>>;
}

/**
 * Returns the rules in these settings. Their expressions are RE2, which always
 * takes linear time. Throws USAGE with the invalid expression.
 */
export function ownRules(
  { enabled, allow, rules }: RedactionSettings,
): RedactionRules {
  const allowed = allow.map((text) => compilePattern(text, "redaction.allow"));
  return {
    enabled,
    allows: (secret) =>
      secret.length <= LONGEST &&
      allowed.some((pattern) => pattern.matches(secret)),
    more: Object.entries(rules).map(([label, text]) =>
      finderOf(label, compilePattern(text, `redaction.rules.${label}`))
    ),
  };
}

/** The maximum number of UTF-16 units to match with an expression at once. */
const LONGEST = 4096;

/** The overlap of two pieces of a longer line, in UTF-16 units. */
const OVERLAP = 512;

/** The maximum number of matches in a piece; the rest counts as one. */
const MOST = 100;

/**
 * Returns a finder for single lines, and for pieces of long ones, which bounds
 * the time of an expression that looks far ahead.
 */
function finderOf(label: string, pattern: RE2JS): Finder {
  return (text) => {
    if (!pattern.matcher(text).find()) return [];
    const spans: Span[] = [];
    for (const [start, end] of pieces(text)) {
      for (const span of within(text, { start, end }, { label, pattern })) {
        const last = spans.at(-1);
        if (!last || last.end < span.start) spans.push(span);
        else if (span.end > last.end) {
          spans[spans.length - 1] = { ...last, end: span.end };
        }
      }
    }
    return spans;
  };
}

function* pieces(text: string): Generator<[start: number, end: number]> {
  for (let from = 0; from <= text.length;) {
    const line = text.indexOf("\n", from);
    const end = line < 0 ? text.length : line;
    for (let at = from; at < end; at += LONGEST - OVERLAP) {
      yield [at, Math.min(end, at + LONGEST)];
    }
    from = end + 1;
  }
}

function within(
  text: string,
  { start, end }: { start: number; end: number },
  { label, pattern }: { label: string; pattern: RE2JS },
): Span[] {
  const spans: Span[] = [];
  const matcher = pattern.matcher(text.slice(start, end));
  while (matcher.find()) {
    const from = start + matcher.start();
    const to = start + matcher.end();
    if (to === from) continue;
    if (spans.length === MOST) {
      spans.push({ start: from, end, label });
      break;
    }
    spans.push({ start: from, end: to, label });
  }
  return spans;
}
