/** The line above the rules that mpm added to git's `info/exclude`. */
const MARK = "# Added by mpm hooks install; mpm hooks uninstall removes it";

/** A file of rules without those that mpm added. */
export function withoutRules(text: string): string {
  const lines = text.split("\n");
  const at = lines.indexOf(MARK);
  if (at < 0) return text;
  const rules = ownRules(text).length;
  return [...lines.slice(0, at), ...lines.slice(at + 1 + rules)].join("\n");
}

/** The rules that mpm added. */
export function ownRules(text: string): string[] {
  const lines = text.split("\n");
  const at = lines.indexOf(MARK);
  if (at < 0) return [];
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((line) => !line.startsWith("/.claude/"));
  return end < 0 ? rest : rest.slice(0, end);
}

/** The file with `rules` added to those that mpm added before. */
export function withRules(text: string, rules: readonly string[]): string {
  const all = [...new Set([...ownRules(text), ...rules])];
  const rest = withoutRules(text);
  const gap = rest === "" || rest.endsWith("\n") ? "" : "\n";
  return `${rest}${gap}${[MARK, ...all].join("\n")}\n`;
}
