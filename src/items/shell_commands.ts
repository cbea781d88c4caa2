/** A command in a command line, and the text after it. */
export interface ShellCommand {
  readonly text: string;
  readonly after: "" | "&&" | "||" | ";" | "|" | "&";
}

const OPERATORS = ["&&", "||", ";;", "|&", "|", ";", "&", "\n"] as const;

/** Matches quotes, substitutions and escapes, which are skipped as a whole. */
const WHOLE =
  /'[^']*'|"(?:[^"\\]|\\[^])*"|`[^`]*`|\\[^]|\d*[<>]&\d*-?|&>>?|<<<|>\|/y;

/** Matches the start of a here-document, whose body has no commands. */
const HEREDOC = /<<-?[ \t]*(?:"([^"\n]+)"|'([^'\n]+)'|\\?([\w.-]+))/y;

/**
 * Splits a shell's command line at its operators, without running it. Ignores
 * quotes, substitutions, comments and here-documents. Never throws.
 */
export function shellCommands(line: string): ShellCommand[] {
  const steps: ShellCommand[] = [];
  let [text, at] = ["", 0];
  const bodies: string[] = [];
  while (at < line.length) {
    const skipped = skip(line, at);
    if (skipped.delimiter !== undefined) bodies.push(skipped.delimiter);
    if (skipped.end > at) {
      text += line.slice(at, skipped.end);
      at = skipped.end;
      continue;
    }
    if (line[at] === "#" && /(?:^|\s)$/.test(text)) {
      at = endOfLine(line, at);
      continue;
    }
    const operator = OPERATORS.find((one) => line.startsWith(one, at));
    if (operator === undefined) {
      text += line[at++];
      continue;
    }
    at += operator.length;
    if (operator === "\n") at = afterBodies(line, at, bodies.splice(0));
    push(steps, text, meaning(operator));
    text = "";
  }
  push(steps, text, "");
  return steps;
}

function push(
  steps: ShellCommand[],
  text: string,
  after: ShellCommand["after"],
): void {
  if (text.trim() !== "") steps.push({ text: text.trim(), after });
}

function meaning(operator: typeof OPERATORS[number]): ShellCommand["after"] {
  if (operator === "|&") return "|";
  return operator === "\n" || operator === ";;" ? ";" : operator;
}

function skip(line: string, at: number): { end: number; delimiter?: string } {
  if (line.startsWith("$(", at)) return { end: closing(line, at + 2) };
  HEREDOC.lastIndex = at;
  const here = line.startsWith("<<<", at) ? null : HEREDOC.exec(line);
  if (here) {
    return {
      end: HEREDOC.lastIndex,
      delimiter: here[1] ?? here[2] ?? here[3]!,
    };
  }
  WHOLE.lastIndex = at;
  return { end: WHOLE.test(line) ? WHOLE.lastIndex : at };
}

/** Returns the position after the parenthesis that ends a substitution. */
function closing(line: string, at: number): number {
  for (let depth = 1; at < line.length; at++) {
    if (line[at] === "(") depth++;
    if (line[at] === ")" && --depth === 0) return at + 1;
  }
  return line.length;
}

function endOfLine(line: string, at: number): number {
  const end = line.indexOf("\n", at);
  return end < 0 ? line.length : end;
}

function afterBodies(
  line: string,
  at: number,
  delimiters: readonly string[],
): number {
  for (const delimiter of delimiters) {
    while (at < line.length) {
      const end = endOfLine(line, at);
      const found = line.slice(at, end).trim() === delimiter;
      at = end + 1;
      if (found) break;
    }
  }
  return at;
}
