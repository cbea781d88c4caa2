import { escapeText } from "../base/escape.ts";
import type { System } from "../system/system.ts";

/** The style of the answer, determined once and passed down as a value. */
export interface Style {
  /** Columns of the terminal; infinite without a terminal. */
  readonly columns: number;
  /** True if the answer goes to a file or a program, not a terminal. */
  readonly piped: boolean;
  /** True if the terminal shows only ASCII. */
  readonly ascii: boolean;
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

/**
 * Returns a style that paints, or one that leaves everything plain. The first
 * sixteen colours vary with the terminal: its yellow and cyan are unreadable on
 * white. These, of the 256-colour cube, have a contrast of at least 3.5 with
 * white and dark grey.
 */
export function makeStyle(
  color: boolean,
  columns = 80,
  { ascii = false, piped = false } = {},
): Style {
  const paint = (on: string, off: number) => (text: string) =>
    color ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  return {
    columns,
    piped,
    ascii,
    bold: paint("1", 22),
    dim: paint("38;5;244", 39),
    red: paint("38;5;167", 39),
    green: paint("38;5;28", 39),
    yellow: paint("38;5;130", 39),
    cyan: paint("38;5;31", 39),
  };
}

/** Formats the warnings of an answer, one line each. */
export function noteLines(
  warnings: readonly string[],
  style: Style,
): string[] {
  return warnings.map((text) => style.yellow(`Note: ${escapeText(text)}`));
}

/** Returns whether the locale or the terminal supports only ASCII. */
export function wantsAscii(system: System): boolean {
  const locale = system.env("LC_ALL") || system.env("LC_CTYPE") ||
    system.env("LANG");
  return system.env("TERM") === "dumb" ||
    locale !== undefined && /^(?:C|POSIX)$/.test(locale);
}

/** Returns whether to use colour, by no-color.org and CLICOLOR. */
export function wantsColor(system: System, noColor: boolean): boolean {
  if (noColor || system.env("NO_COLOR")) return false;
  const forced = system.env("CLICOLOR_FORCE") ?? system.env("FORCE_COLOR");
  if (forced && forced !== "0") return true;
  if (system.env("TERM") === "dumb" || system.env("CLICOLOR") === "0") {
    return false;
  }
  return system.terminal.interactive.stdout;
}
