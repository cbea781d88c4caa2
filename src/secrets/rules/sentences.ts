import type { Form } from "./forms.ts";
import type { Span } from "../span.ts";
import { isAbout, isName, isPlaceholder } from "../value.ts";

/** A form of sentence; the value is the last group, and ends the match. */
interface Sentence {
  readonly label: string;
  /** One is in whatever matches; most texts have none. */
  readonly traces: readonly string[];
  /** Made where it is first used. */
  readonly pattern: () => RegExp;
  readonly accepts: (value: string) => boolean;
}

const chosen = (value: string) => !isPlaceholder(value) && !isAbout(value);

const SENTENCES: readonly Sentence[] = [
  // A word in quotes, or the last one of its line behind a colon or an arrow.
  {
    label: "password",
    traces: ["sword ", "phrase ", "sswd ", "sscode ", "swort ", "nwort "],
    pattern: () =>
      /\b(?:[pP]ass(?:word|phrase|wd|code)|[pP]asswort|[kK]ennwort)[ \t]{1,4}(?:(?:is|was|ist|war):?[ \t]{1,4}["'`](?=[^"'`\n]{4,128}["'`])|(?:is|was|ist|war):[ \t]{1,4}(?=[^\s"'`]{4,128}[ \t]{0,9}(?:$|\n)))([^\n"'`]{4,128})/g,
    accepts: chosen,
  },
  {
    label: "password",
    traces: [
      "word \u2192",
      "wd \u2192",
      "code \u2192",
      "phrase \u2192",
      "wort \u2192",
    ],
    pattern: () =>
      /\b(?:[pP]ass(?:word|phrase|wd|code)|[pP]asswort)[ \t]{0,4}\u2192[ \t]{1,4}([^\s"'`]{4,128})(?=[ \t]{0,9}(?:$|\n))/g,
    accepts: chosen,
  },
  // "From … to …", "log in with name / …", `auth=("name", "…")`.
  {
    label: "password",
    traces: ["sword from ", "oken from ", "cret from ", "ey from "],
    pattern: () =>
      /\b(?:password|token|secret|key)[ \t]from[ \t]["'`]?([^\s"'`]{6,128})(?=["'`]?[ \t]to\b)/g,
    accepts: isGenerated,
  },
  {
    label: "password",
    traces: ["sword from ", "oken from ", "cret from ", "ey from "],
    pattern: () =>
      /(?<=\b(?:password|token|secret|key)[ \t]from[ \t]["'`]?[^\s"'`]{6,128}["'`]?[ \t])to[ \t]["'`]?([^\s"'`]{6,128})/g,
    accepts: isGenerated,
  },
  {
    label: "password",
    traces: [
      ...["og in with ", "og in as ", "ogin with ", "ogin as ", "ogin: "],
      ...["gn in with ", "gn in as ", "dentials ", "dentials: ", "ogin "],
      ...["eds are ", "eds: "],
    ],
    pattern: () =>
      /\b(?:[lL]og ?in|[sS]ign in|[cC]redentials?|[cC]reds):?[ \t](?:with |are |is |as )?[\w.@-]{2,64}(?: ?\/ ?|:)([^\s"'`/]{6,128})/g,
    accepts: isGenerated,
  },
  {
    label: "password",
    traces: ["auth=(", "Auth(", "Credential(", "auth("],
    pattern: () =>
      /(?:auth|Auth|Credential)=?\([ \t]?["'][^"'\n]{1,64}["'],[ \t]{0,4}["']([^"'\n]{4,128})(?=["'])/g,
    accepts: isGenerated,
  },
  {
    label: "pin",
    traces: ["PIN ", "Pin ", "pin "],
    pattern: () =>
      /\b(?:PIN|Pin|pin)(?: code)?[ \t](?:is[ \t]|was[ \t])?(\d{4,8})(?![\w.-])/g,
    accepts: () => true,
  },
];

const made = new Map<Sentence, RegExp>();

function spansOf(text: string, sentence: Sentence): Span[] {
  let pattern = made.get(sentence);
  if (!pattern) made.set(sentence, pattern = sentence.pattern());
  const spans: Span[] = [];
  pattern.lastIndex = 0;
  for (let match; (match = pattern.exec(text)) !== null;) {
    const value = withoutStop(match.at(-1)!);
    const start = match.index + match[0].length - match.at(-1)!.length;
    if (!sentence.accepts(value)) continue;
    spans.push({ start, end: start + value.length, label: sentence.label });
  }
  return spans;
}

/** "Use … as the password". */
function findAs(text: string): Span[] {
  const spans: Span[] = [];
  const as =
    / as (?:the |my |its |a |your |our )?(?:\w{1,20} )?(?:password|passphrase|token|secret)\b/g;
  for (const { index } of text.matchAll(as)) {
    const lead = text.slice(
      Math.max(spans.at(-1)?.end ?? 0, index - 130),
      index,
    );
    const word = /(?:^|[\s"'`])([^\s"'`]{6,128})["'`]?$/.exec(lead);
    if (!word || !isGenerated(word[1]!)) continue;
    const start = index - lead.length + word.index + word[0].indexOf(word[1]!);
    spans.push({ start, end: start + word[1]!.length, label: "password" });
  }
  return spans;
}

/** Without the signs that a sentence goes on or ends with. */
export function withoutStop(word: string): string {
  let end = word.length;
  while (end > 0 && ".,;:!?)]}".includes(word[end - 1]!)) end--;
  return word.slice(0, end);
}

/** Made by a program: capitals, small letters and digits, or many hex digits. */
export function isGenerated(value: string): boolean {
  if (!/\d/.test(value)) return false;
  const mixed = value.length >= 10 && /[a-z]/.test(value) &&
    /[A-Z]/.test(value) &&
    /^[!-~]+$/.test(value) && !/[/()[\]{}<>:]/.test(value);
  const made = mixed ||
    /^(?:0x)?(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{24,}$/i.test(value) ||
    (/^[A-Z2-7]{16,64}$/.test(value) && /[2-7]/.test(value));
  return made && !isPlaceholder(value) && !isName(value);
}

export const SENTENCE_FORMS: readonly Form[] = [
  ...SENTENCES.map((sentence) => ({
    traces: sentence.traces,
    find: (text: string) => spansOf(text, sentence),
  })),
  {
    traces: ["sword", "sphrase", "oken", "cret"],
    find: findAs,
  },
];
