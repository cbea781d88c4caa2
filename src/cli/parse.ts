import { parseArgs } from "node:util";
import { MpmError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { getOwn, setOwn } from "../base/own.ts";
import { refuseNegative } from "../base/selector.ts";
import type { AnyCommand, Flag, Flags, Positional } from "./command.ts";
import { GLOBAL_FLAGS } from "./globals.ts";

/** A command line before its command is known. */
export interface Words {
  /** The words before the first option that is not global. */
  readonly words: readonly string[];
  /** Position of each of `words` in argv. */
  readonly at: readonly number[];
}

/** Finds the words that may contain a command name; never throws. */
export function leadingWords(argv: readonly string[]): Words {
  const words: string[] = [];
  const at: number[] = [];
  for (const token of tokenize(argv, GLOBAL_FLAGS)) {
    if (token.kind === "option-terminator") break;
    if (token.kind === "option") {
      if (!Object.hasOwn(GLOBAL_FLAGS, token.name)) break;
      continue;
    }
    words.push(token.value);
    at.push(token.index);
  }
  return { words, at };
}

/**
 * Parses `argv`, without the command's own words. `members`: the second words
 * of commands in its group. Throws USAGE for anything undeclared.
 */
export function parse(
  command: AnyCommand,
  argv: readonly string[],
  members: () => readonly string[] = () => [],
): Record<string, unknown> {
  const flags: Flags = { ...GLOBAL_FLAGS, ...command.flags };
  const given = new Map<string, string[]>();
  const words: string[] = [];
  for (const token of tokenize(argv, flags)) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    const flag = getOwn(flags, token.name);
    if (!flag) {
      refuseNumber(command, argv[token.index] ?? "");
      throw unknownOption(command, token.rawName, { flags, members });
    }
    const value = optionValue(command, flag, { ...token, flags });
    given.set(token.name, [...given.get(token.name) ?? [], value]);
  }
  const values: Record<string, unknown> = Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [
      name,
      flagValue(command, name, { flag, given: given.get(name) ?? [] }),
    ]),
  );
  // A line with --help does not need its arguments.
  const asked = values.help === true || values.version === true;
  return asked ? values : { ...values, ...positionalValues(command, words) };
}

/** Returns the words and options of a command line, from Node's parser. */
export function tokenize(argv: readonly string[], flags: Flags) {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { type, short }]) => [
      name,
      { type, multiple: true, ...(short ? { short } : {}) },
    ]),
  );
  return parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens;
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
  readonly flags: Flags;
}

/** Returns the text of an option; `"true"` for a flag without a value. */
function optionValue(command: AnyCommand, flag: Flag, token: OptionToken) {
  const { rawName, value } = token;
  if (flag.type === "boolean") {
    if (value === undefined) return "true";
    throw usage(command, `Option "${rawName}" takes no value`);
  }
  if (value === undefined) {
    throw usage(
      command,
      `Option "${rawName}" needs a value: ${rawName} <${flag.value}>`,
    );
  }
  // "- fixed it" is a value; "--no-commit" means that the value is missing.
  if (!token.inlineValue && names(value, token.flags)) {
    throw usage(
      command,
      `Option "${rawName}" needs a value before "${value}"; ` +
        `if that is the value, write --${token.name}=${value}`,
    );
  }
  if (flag.choices && !flag.choices.includes(value)) {
    const what = `Option "${rawName}"`;
    throw notOneOf(command, { what, word: value, choices: flag.choices });
  }
  return value;
}

/** Returns whether `word` is a declared option. */
function names(word: string, flags: Flags): boolean {
  if (word.startsWith("--")) {
    return Object.hasOwn(flags, word.slice(2).split("=", 1)[0]!);
  }
  return /^-[A-Za-z]$/.test(word) &&
    Object.values(flags).some(({ short }) => short === word[1]);
}

function flagValue(
  command: AnyCommand,
  name: string,
  { flag, given }: { flag: Flag; given: readonly string[] },
): unknown {
  if (flag.type === "boolean") return given.length > 0;
  if (flag.repeatable) return given;
  if (given.length > 1) {
    throw usage(command, `Option "--${name}" was given ${given.length} times`);
  }
  return given[0] ?? flag.default;
}

function positionalValues(
  command: AnyCommand,
  words: string[],
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const positional of command.positionals as Positional[]) {
    const { name, optional, rest, choices } = positional;
    if (rest) {
      setOwn(values, name, words.splice(0));
      continue;
    }
    const word = words.shift();
    if (word === undefined && !optional) {
      throw usage(command, `Missing argument <${name}>`);
    }
    if (word !== undefined && choices && !choices.includes(word)) {
      throw notOneOf(command, { what: `Argument <${name}>`, word, choices });
    }
    setOwn(values, name, word);
  }
  if (words.length > 0) {
    throw usage(command, `Unexpected argument "${words[0]}"`);
  }
  return values;
}

/** Throws USAGE for a negative number, if only numbers are expected. */
function refuseNumber(command: AnyCommand, word: string): void {
  const numbered = (command.positionals as Positional[]).some(({ names }) =>
    names !== undefined
  );
  if (numbered && !takesText(command)) refuseNegative(word);
}

/** Returns whether the last argument is any text. */
function takesText({ positionals }: AnyCommand): boolean {
  return (positionals as Positional[]).some(({ rest, names, choices }) =>
    rest && names === undefined && choices === undefined
  );
}

function unknownOption(
  command: AnyCommand,
  typed: string,
  { flags, members }: { flags: Flags; members: () => readonly string[] },
): MpmError {
  const member = members().find((word) => `--${word}` === typed);
  if (member !== undefined) {
    return new MpmError("USAGE", `Unknown option "${typed}"`, {
      hint: `Did you mean "mpm ${command.name} ${member}"?`,
    });
  }
  const names = Object.keys(flags).map((name) => `--${name}`);
  const near = typed.startsWith("--") ? nearest(typed, names) : undefined;
  const unknown = usage(command, `Unknown option "${typed}"`, near);
  if (near !== undefined || !takesText(command)) return unknown;
  const hint = `${unknown.hint}, or write "--" before a text that starts ` +
    `with "${typed}"`;
  return new MpmError("USAGE", unknown.message, { hint });
}

function notOneOf(
  command: AnyCommand,
  { what, word, choices }: {
    what: string;
    word: string;
    choices: readonly string[];
  },
): MpmError {
  return usage(
    command,
    `${what} must be one of ${choices.join(", ")}, not "${word}"`,
    nearest(word, choices),
  );
}

function usage(
  command: AnyCommand,
  message: string,
  meant?: string,
): MpmError {
  const more = `"mpm ${command.name} --help"`;
  const hint = meant === undefined
    ? `Run ${more}`
    : `Did you mean "${meant}"? Otherwise run ${more}`;
  return new MpmError("USAGE", message, { hint });
}
