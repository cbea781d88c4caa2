/** A Markdown table as `deno fmt` leaves it. */
export function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const cells = rows.map((row) =>
    row.map((cell) => cell.replaceAll("|", "\\|"))
  );
  const widths = heads.map((head, at) =>
    Math.max(head.length, ...cells.map((row) => row[at]!.length))
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at]!)).join(" | ")} |`;
  return [
    line(heads),
    `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`,
    ...cells.map(line),
  ].join("\n");
}

/** Replaces what is between `<!-- name -->` and `<!-- /name -->`. */
export function marked(text: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`The page lacks ${open}`);
  return `${text.slice(0, start + open.length)}\n\n${content}\n\n${
    text.slice(end)
  }`;
}
