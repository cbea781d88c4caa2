import { agentNameIn, isSameAgent } from "../../base/names.ts";
import type { Entry, ReadDocument } from "../../documents/mod.ts";

/**
 * Rules for a hand-off document that need only its text. Rules that need the
 * files of the project are in `check_document.ts`.
 */

/** The names of the rules; `docs/agents.md` describes each. */
export const RULE_NAMES = [
  "parties",
  "completed",
  "needs",
  "criteria",
  "vague",
  "file",
  "link",
  "anchor",
  "evidence",
  "secret",
] as const;

export type Rule = typeof RULE_NAMES[number];

/** A place where a document breaks a rule. */
export interface LintFinding {
  readonly rule: Rule;
  /** From 1. */
  readonly line: number;
  /** The problem, in one sentence without a period. */
  readonly message: string;
}

/** Checks a document by its text alone. */
export function lintText(document: ReadDocument): LintFinding[] {
  const { completed, needs, criteria, from } = document;
  const missing = (rule: Rule, list: readonly Entry[], message: string) =>
    list.length > 0 ? [] : [{ rule, line: from?.line ?? 1, message }];
  return [
    ...partyFindings(document),
    ...missing("completed", completed, 'Nothing is listed as "Completed:"'),
    ...missing(
      "needs",
      needs,
      'The section "Needs from …:" is empty or missing',
    ),
    ...missing(
      "criteria",
      criteria,
      'The section "Acceptance Criteria:" is empty or missing',
    ),
    ...[...needs, ...criteria].flatMap((entry): LintFinding[] => {
      const message = untestable(entry.text);
      return message === undefined
        ? []
        : [{ rule: "vague", line: entry.line, message }];
    }),
  ];
}

function partyFindings({ from, to, headings }: ReadDocument): LintFinding[] {
  const rule = "parties";
  const found: LintFinding[] = [];
  for (const [side, name] of [["From", from], ["To", to]] as const) {
    const line = name?.line ?? 1;
    if (!name) {
      found.push({ rule, line, message: `No agent is named as "${side}"` });
    } else if (!agentNameIn(name.text)) {
      const message = `"${name.text}" is not an agent name`;
      // The sender may be a person.
      if (side === "To") found.push({ rule, line, message });
    }
  }
  if (from && to && isSameAgent(from.text, to.text)) {
    const message = "The author and the receiver are the same agent";
    found.push({ rule, line: to.line, message });
  }
  return [...found, ...otherNames({ from, to, headings })];
}

/** Finds headings that name a different agent than the title. */
function otherNames(
  { from, to, headings }: Pick<ReadDocument, "from" | "to" | "headings">,
): LintFinding[] {
  const sides = [
    [/^from:(.*)$/i, from],
    [/^to:(.*)$/i, to],
    [/^needs from (.*?):?$/i, to],
  ] as const;
  return headings.flatMap(({ text, line }) =>
    sides.flatMap(([form, name]): LintFinding[] => {
      const other = form.exec(text)?.[1]?.trim();
      if (!other || !name || sameName(other, name.text)) return [];
      const message =
        `This heading names "${other}", but the title names "${name.text}"`;
      return [{ rule: "parties", line, message }];
    })
  );
}

function sameName(a: string, b: string): boolean {
  const plain = (name: string) => name.toLowerCase().replace(/ agent$/, "");
  return isSameAgent(a, b) || plain(a) === plain(b);
}

/** Words of praise that do not say when a requirement is met. */
const VAGUE = new Set([
  ...["proper", "properly", "good", "nice", "nicely", "well", "better", "best"],
  ...["correct", "correctly", "appropriate", "appropriately", "robust"],
  ...["clean", "cleaner", "fast", "faster", "quick", "quickly", "easy"],
  ...["simple", "intuitive", "reasonable", "reasonably", "adequate", "decent"],
  ...["adequately", "sufficient", "sufficiently", "efficient", "efficiently"],
  ...["improve", "improved", "optimal", "optimized", "optimised", "stable"],
  ...["smooth", "smoothly", "modern", "user-friendly", "high-quality", "solid"],
  ...["scalable", "performant", "maintainable", "readable", "elegant", "etc"],
]);

/** Text that stands in for content that was never written. */
const PLACEHOLDER =
  /^(?:tbd|tba|todo|fixme|n\/?a|none|\?+|\.{2,}|…|-+|x+)\.?$/i;

/**
 * Something that can be checked: a figure, code, a path, a quoted name, an HTTP
 * method, or a form in braces.
 */
const CONCRETE = new RegExp(
  [
    /\d/,
    /`[^`]+`/,
    /"[^"]+"|“[^”]+”/,
    /\{[^}]+\}/,
    /(?:^|\s)\/?[\w.-]+\/[\w./:{}-]*/,
    /\b[\w-]+\.[a-z]{2,5}\b/,
    /\b(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\b/,
    /\b[a-z]+_[a-z_]+\b|\b[a-z]+[A-Z]\w+\b|\w\(\)/,
    /[<>≤≥]=?/,
  ].map(({ source }) => source).join("|"),
);

/** Says why an entry cannot be tested; `undefined` if it can be. */
export function untestable(text: string): string | undefined {
  const plain = text.trim();
  if (PLACEHOLDER.test(plain)) {
    return `"${plain}" is a placeholder. Replace it`;
  }
  const words = plain.toLowerCase().match(/[a-z][a-z-]*/g) ?? [];
  const vague = words.filter((word) => VAGUE.has(word));
  if (vague.length === 0 || CONCRETE.test(plain)) return undefined;
  const named = [...new Set(vague)].map((word) => `"${word}"`).join(", ");
  return `${named} cannot be tested. Add a value, a status or a command`;
}

/** A command that the document says passes, or a claim without a command. */
export interface Claim extends Entry {
  readonly command: string | undefined;
}

const PASSES = /\b(?:pass(?:e[sd]|ing)?|succeed(?:s|ed)?|green)\b/i;
const CHECKS =
  /\b(?:tests?|test suite|build|lint(?:er)?|type check|checks|ci)\b/i;

/** Sections whose lines are requests, not statements of fact. */
const ASKS = /^(?:needs\b|acceptance criteria\b|to:)/i;

export function claimsOf({ prose, headings }: ReadDocument): Claim[] {
  const starts = new Map(headings.map(({ line, text }) => [line, text]));
  let asks = false;
  return prose.flatMap(({ text, line }): Claim[] => {
    const heading = starts.get(line);
    if (heading !== undefined) asks = ASKS.test(heading);
    if (heading !== undefined || asks || !PASSES.test(text)) return [];
    const commands = [...text.matchAll(/`([^`]+)`/g)].map(([, one]) => one!);
    if (commands.length > 0) {
      return commands.map((command) => ({ text, line, command }));
    }
    return CHECKS.test(text) ? [{ text, line, command: undefined }] : [];
  });
}
