import type { Save } from "./save.ts";

/** One kind of secret: every match is replaced by a label. */
export interface RedactionRule {
  readonly label: string;
  /** Whether it could apply to any text of this JSON; fast, and never wrong. */
  suspects(json: string): boolean;
  redact(text: string): { text: string; count: number };
}

/** What a person marked as not for the record. */
const privateSpans: RedactionRule = {
  label: "private",
  suspects: (json) => json.includes("<private>"),
  redact(text) {
    if (!text.includes("<private>")) return { text, count: 0 };
    let count = 0;
    const kept = text.replaceAll(
      /<private>[^]*?(?:<\/private>|$)/g,
      () => (count++, "[REDACTED:private]"),
    );
    return { text: kept, count };
  },
};

/** The rules that every sink applies. */
const RULES: readonly RedactionRule[] = [privateSpans];

/**
 * The save with every text redacted, and how often each rule applied under
 * `mpm.redactions`. Everything that leaves mpm passes here first; what is
 * redacted once is left alone the second time.
 */
export function redactSave(
  save: Save,
  rules: readonly RedactionRule[] = RULES,
): Save {
  const json = JSON.stringify(save);
  if (!rules.some((rule) => rule.suspects(json))) return save;
  const counts: Record<string, number> = { ...save.mpm?.redactions };
  const clean = walk(save, (text) => redactText(text, { rules, counts }));
  return clean.mpm
    ? { ...clean, mpm: { ...clean.mpm, redactions: counts } }
    : clean;
}

/** Any value with every text redacted by the same rules. */
export function redactValue<T>(
  value: T,
  rules: readonly RedactionRule[] = RULES,
): T {
  const json = JSON.stringify(value);
  if (!rules.some((rule) => rule.suspects(json))) return value;
  return walk(value, (text) => redactText(text, { rules, counts: {} }));
}

function redactText(
  text: string,
  { rules, counts }: {
    rules: readonly RedactionRule[];
    counts: Record<string, number>;
  },
): string {
  for (const rule of rules) {
    const done = rule.redact(text);
    text = done.text;
    if (done.count > 0) {
      counts[rule.label] = (counts[rule.label] ?? 0) + done.count;
    }
  }
  return text;
}

/** `value` with every text changed; what holds no change is not copied. */
function walk<T>(value: T, change: (text: string) => string): T {
  const visit = (node: unknown): unknown => {
    if (typeof node === "string") return change(node);
    if (typeof node !== "object" || node === null) return node;
    const fields = node as Record<string, unknown>;
    let result = fields;
    for (const key in fields) {
      const after = visit(fields[key]);
      if (after === fields[key]) continue;
      if (result === fields) result = copyOf(fields);
      result[key] = after;
    }
    return result;
  };
  return visit(value) as T;
}

function copyOf(node: object): Record<string, unknown> {
  return (Array.isArray(node) ? [...node] : { ...node }) as Record<
    string,
    unknown
  >;
}
