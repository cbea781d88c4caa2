import { basename } from "@std/path";
import type { Call } from "./bench_handoff_facts.ts";

/** Something with a name that a call uses. */
export interface Identifier {
  readonly kind: "path" | "symbol" | "command" | "number";
  readonly text: string;
}

/** Words of a shell that are not names. */
const COMMON = new Set(
  "cat grep sed echo git head tail ls cd rm cp mv find xargs curl true false bash sh"
    .split(
      " ",
    ),
);

/** Inputs of tools that hold contents of files, or instructions for others. */
const UNKNOWN = new Set(["content", "new_string", "old_string", "prompt"]);

/**
 * Returns the names in an agent's calls: files, symbols, the commands it runs
 * (their first words), and numbers of three digits or more. Each comes once.
 */
export function identifiersOf(calls: readonly Call[]): Identifier[] {
  const found = new Map<string, Identifier>();
  const add = (kind: Identifier["kind"], text: string) => {
    if (text.length > 2) found.set(`${kind} ${text}`, { kind, text });
  };
  for (const { name, input } of calls) {
    // In lists of tasks it would find only states and numbers.
    if (/^(Task|Todo)/.test(name)) continue;
    for (const [key, value] of Object.entries(input)) {
      if (typeof value !== "string" || key === "description") continue;
      // Writing a name does not use earlier knowledge, and a file is read
      // before it is edited.
      if (UNKNOWN.has(key)) continue;
      if (name === "Bash" && key === "command") commandsIn(value, add);
      namesIn(value, add);
    }
  }
  return [...found.values()];
}

type Add = (kind: Identifier["kind"], text: string) => void;

function commandsIn(line: string, add: Add): void {
  for (const part of line.split(/&&|\|\||[;|\n]/)) {
    const words = part.trim().split(/\s+/)
      .filter((word) => !/^(\w+=|[-<>2'"(])/.test(word));
    if (words.length < 2 || COMMON.has(words[0]!)) continue;
    add("command", words.slice(0, 3).join(" "));
  }
}

function namesIn(whole: string, add: Add): void {
  // In an address, the port and similar parts are names; the rest does not
  // count.
  const text = whole.replaceAll(/\w+:\/\/[\w.-]+(:\d+)?\S*/g, " $1 ");
  for (
    const [path] of text.matchAll(
      /[\w@.-]*(?:\/[\w@.-]+)+|\b\w+\.[a-z]{1,4}\b/g,
    )
  ) {
    if (/[a-z]/i.test(path) && !/^\/\/|^\/(dev|tmp|bin|usr)\b/.test(path)) {
      add("path", path.replace(/[.\/]+$/, ""));
    }
  }
  for (const [symbol] of text.matchAll(/\b[A-Za-z]\w{4,}\b/g)) {
    if (/[a-z][A-Z]|[a-z]_[a-z]/.test(symbol)) add("symbol", symbol);
  }
  for (const [number] of text.matchAll(/(?<![\w.])\d{3,}(?![\w.])/g)) {
    add("number", number);
  }
}

/**
 * Returns whether a text names it; for a path below `project`, the relative
 * path is enough.
 */
export function names(
  text: string,
  { kind, text: wanted }: Identifier,
  project: string,
): boolean {
  if (text.includes(wanted)) return true;
  if (kind !== "path") return false;
  const inside = wanted.startsWith(`${project}/`)
    ? wanted.slice(project.length + 1)
    : wanted;
  // The folder may be named elsewhere, as in a list of files by folder.
  return text.includes(inside) || inside.includes("/") === false &&
      text.includes(basename(inside));
}
