/** Notes a part of a story in the file that `MPM_STORY` names, if any. */
export function tell(heading: string, text: string): void {
  const file = Deno.env.get("MPM_STORY");
  if (!file) return;
  const part = `## ${heading}\n\n\`\`\`\n${text.trimEnd()}\n\`\`\`\n\n`;
  Deno.writeTextFileSync(file, part, { append: true });
}
