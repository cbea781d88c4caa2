/** The fields that the front matter of a template can have. */
const FIELDS: ReadonlySet<string> = new Set([
  "name",
  "description",
  "variables",
]);

const FIELD = /^["']?([A-Za-z_][\w-]*)["']?[ \t]*:/;

/**
 * Whether a file looks like a template of mpm: by front matter with no other
 * fields than those of a template, or by a first heading `# Template: …`.
 * claude-mpm keeps documents of its own in the same folder.
 */
export function isMarked(text: string): boolean {
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
  if (lines[0]?.trimEnd() !== "---") {
    const heading = lines.find((line) => /^#{1,6}\s/.test(line));
    return heading !== undefined && /^#\s+template:/i.test(heading);
  }
  for (const line of lines.slice(1)) {
    if (/^(?:---|\.\.\.)\s*$/.test(line)) break;
    const name = FIELD.exec(line)?.[1];
    if (name !== undefined && !FIELDS.has(name)) return false;
  }
  return true;
}
