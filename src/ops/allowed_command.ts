import { join } from "../base/join.ts";
import { shellWord } from "../base/shell.ts";
import type { System } from "../system/system.ts";
import { allowedCommands, allowedFile, fileState } from "./allowed.ts";

/** The way to start an allowed command. */
export type Program =
  | {
    readonly args: readonly string[];
    /** Of the file that the first one names, where it was allowed by content. */
    readonly sha256?: string;
  }
  /** A shell runs exactly this text, which the user allowed to the letter. */
  | { readonly text: string };

/** A word that means itself to every shell. */
const SAFE = /^[\w@%+:,./-][\w@%+=:,./-]*$/;

/**
 * The text of a command line: its words, quoted for a shell if necessary, or a
 * single word unchanged.
 */
export function commandText(words: readonly string[]): string {
  if (words.length === 1) return words[0]!.trim();
  return words.map((word) => SAFE.test(word) ? word : shellWord(word))
    .join(" ");
}

/**
 * The program and arguments of a text that no shell has to read; null: it has
 * quotes, variables, operators or similar.
 */
export function plainWords(text: string): string[] | null {
  const words = text.split(/ +/);
  // With "=" the first word is a variable.
  return words.every((word) => SAFE.test(word)) && !words[0]!.includes("=")
    ? words
    : null;
}

/**
 * Returns how to start the command of that exact text in the project at `root`,
 * or `undefined` if the user did not allow it. A single path is also allowed at
 * its own place, if it has the content that was allowed in its worktree.
 */
export function allowedProgram(
  system: System,
  { root, worktree }: { root: string; worktree: string },
  text: string,
): Program | undefined {
  const known = allowedCommands(system, root).get(text);
  if (known) return known.args ? { args: known.args } : { text };
  const words = plainWords(text);
  if (words?.length !== 1 || !text.includes("/")) return undefined;
  const path = join(root, text);
  if (fileState(system, { root, worktree }, path) !== "allowed") {
    return undefined;
  }
  return { args: [text], sha256: allowedFile(system, path)!.sha256 };
}
