import { keyKind } from "./keys.ts";
import { unlikeName } from "./forms.ts";
import { afterReplacement, type Span } from "../span.ts";
import { isAbout, isPath, isPlaceholder } from "./value.ts";

const OPTION =
  /-(?<=(?:^|[\s"'`([{<>|&;,=:+])-)-?([A-Za-z][\w-]{2,40})[ \t]{1,4}(?:["']([^"'\n]{1,512})["']|([^\s"'`-][^\s"'`]{0,1024}))/g;

/** Words after an option in a sentence about it. */
const SENTENCE =
  /^(?:and|or|to|is|are|the|an?|for|with|in|on|of|at|as|by|from|when|if|not|now|must|should|can|will|does|option|options|flag|flags|value|values|instead|instead\.|argument|parameter|which|that|was|were|has|may|via|through|using|stdin|prompt|word|file)[.,;:)]?$/i;

/** Finds `--password word` and `-token "…"`. */
export function findOptions(text: string): Span[] {
  const spans: Span[] = [];
  OPTION.lastIndex = 0;
  for (let match; (match = OPTION.exec(text)) !== null;) {
    const [whole, name, quoted, plain] = match;
    const kind = keyKind(name!);
    const value = quoted ?? plain!;
    const end = match.index + whole.length - (quoted === undefined ? 0 : 1);
    const start = end - value.length;
    const isSecret = kind !== undefined && value.length >= 3 &&
      !isPlaceholder(value) && !isPath(value) &&
      afterReplacement(text, start) === start &&
      (quoted !== undefined || !SENTENCE.test(value));
    if (isSecret) spans.push({ start, end, label: kind });
    // The word may itself be an option, or be followed by one.
    else OPTION.lastIndex = match.index + 2 + name!.length;
  }
  return spans;
}

/** `("NAME", "value")`, `#define NAME "value"`, `(def name "value")`, `:name "value"`. */
const PLACED =
  /(?:\([ \t]?(["'])([\w.-]{2,64})\1,|(?:#[ \t]{0,4}define[ \t]{1,4}|\(def[a-z]{0,5} |:)([\w.-]{2,64}))[ \t]{1,20}(["'])([^"'\n]{4,512})\4/g;

/** Finds values that follow their name without a sign in between. */
export function findPlaced(text: string): Span[] {
  const spans: Span[] = [];
  PLACED.lastIndex = 0;
  for (let match; (match = PLACED.exec(text)) !== null;) {
    const name = match[2] ?? match[3]!;
    const value = match[5]!;
    const kind = keyKind(name) ??
      (/_(?:KEY|SALT)$/.test(name) ? "key" : undefined);
    const end = match.index + match[0].length - 1;
    const start = end - value.length;
    const isSecret = kind !== undefined && kind !== "cookie" &&
      !isPlaceholder(value) && !isAbout(value) &&
      afterReplacement(text, start) === start &&
      (kind === "password"
        ? name.length > 4 && keyKind(value) === undefined &&
          !value.startsWith("salt")
        : unlikeName(value));
    if (isSecret) spans.push({ start, end, label: kind });
    // The next match may start at the name or the value.
    else PLACED.lastIndex = match.index + 1 + name.length;
  }
  return spans;
}
