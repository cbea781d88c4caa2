import { join } from "../base/join.ts";
import { shellWord } from "../base/shell.ts";
import type { System } from "../system/system.ts";
import { allowedCommands, allowedFile, fileState } from "./allowed.ts";

/** The way to start an allowed command. */
export type Program =
  | {
    readonly args: readonly string[];
    /** SHA-256 of the program file, if it was allowed by content. */
    readonly sha256?: string;
  }
  /**
   * A shell runs exactly this text, which the user allowed letter for letter.
   */
  | { readonly text: string };

/** A word without special characters for any shell. */
const SAFE = /^[\w@%+:,./-][\w@%+=:,./-]*$/;

/**
 * Returns the text of a command line. This is its words, quoted for a shell if
 * necessary, or a single word unchanged.
 */
export function commandText(words: readonly string[]): string {
  if (words.length === 1) return words[0]!.trim();
  return words.map((word) => SAFE.test(word) ? word : shellWord(word))
    .join(" ");
}

/**
 * Returns the program and arguments of a text that needs no shell. null: it
 * contains quotes, variables, operators or similar.
 */
export function plainWords(text: string): string[] | null {
  const words = text.split(/ +/);
  // A first word with "=" would set a variable.
  return words.every((word) => SAFE.test(word)) && !words[0]!.includes("=")
    ? words
    : null;
}

/**
 * Returns how to start the command with exactly this text in the project at
 * `root`, or `undefined` if the user did not allow it. A single path may also
 * be allowed as a file, if it has the allowed content in its worktree.
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
