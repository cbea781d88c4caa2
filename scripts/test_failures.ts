/**
 * Failed tests that are reported, lines of each, and characters of each line.
 */
const LIMITS = { tests: 8, lines: 3, width: 160 } as const;

/** A frame of a stack. */
const FRAME = /^\s+at \S/;

/** The line that Deno puts below the place in a line of source. */
const CARET = /^\s*\^$/;

/** A line that only one of two compared values has. */
const DIFFERENCE = /^[-+] /;

/**
 * Returns the failed tests and their reasons, in few lines, from the output of
 * `deno test` without colour. Deno's report can be very long, and ends with a
 * backtrace of Deno itself. Empty if the report names no failed test.
 */
export function failuresOf(printed: string): string[] {
  const report = printed.slice(printed.lastIndexOf("\n ERRORS \n") + 1);
  const at = report.lastIndexOf("\n FAILURES \n");
  if (!report.startsWith(" ERRORS ") || at < 0) return [];
  const names = report.slice(at).split("\n").slice(3);
  names.length = names.indexOf("");
  const errors = report.slice(0, at).split("\n");
  // Tests with the same name have separate errors.
  let next = 0;
  const listed = names.slice(0, LIMITS.tests).flatMap((name) => {
    const start = errors.indexOf(name, next);
    if (start < 0) return [cut(name)];
    next = start + 1;
    const rest = errors.slice(next);
    const end = rest.findIndex((line) => names.includes(line));
    const lines = causesOf(end < 0 ? rest : rest.slice(0, end));
    return [cut(name), ...lines.map((line) => `  ${cut(line)}`)];
  });
  const more = names.length - LIMITS.tests;
  return more > 0 ? [...listed, `and ${more} more`] : listed;
}

/** The first lines of an error, and of each of its causes. */
function causesOf(lines: readonly string[]): string[] {
  const chain: string[][] = [[]];
  let isDiff = false;
  for (const [nth, line] of lines.entries()) {
    const isSource = CARET.test(line) || CARET.test(lines[nth + 1] ?? "");
    if (line.trim() === "" || FRAME.test(line) || isSource) continue;
    if (line.startsWith("Caused by: ")) {
      chain.push([]);
      isDiff = false;
    }
    isDiff ||= line.trim() === "[Diff] Actual / Expected";
    if (!isDiff || DIFFERENCE.test(line)) chain.at(-1)!.push(line.trim());
  }
  const heads = chain.slice(0, -1).map(([head]) => head ?? "")
    .slice(0, LIMITS.lines - 1);
  return [...heads, ...chain.at(-1)!].slice(0, LIMITS.lines);
}

function cut(line: string): string {
  return line.length > LIMITS.width
    ? `${line.slice(0, LIMITS.width - 1)}…`
    : line;
}
