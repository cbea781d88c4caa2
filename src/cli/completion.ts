import { getOwn } from "../base/own.ts";
import type { AnyCommand, Flag, Flags, Named, Positional } from "./command.ts";
import { GLOBAL_FLAGS } from "./globals.ts";
import { leadingWords, tokenize } from "./parse.ts";

/** A word that a shell can offer. */
export interface Candidate {
  readonly value: string;
  /** One line; empty if the word needs no explanation. */
  readonly summary: string;
}

/** A command line up to the cursor, without `mpm` and without quotes. */
export interface Typed {
  readonly before: readonly string[];
  /** The word being typed; may be empty. */
  readonly current: string;
}

/** The candidates for the word at the cursor. */
export interface Wanted {
  /** The part of the word before each candidate: `--format=`. */
  readonly prefix: string;
  readonly candidates: readonly Candidate[];
  /** A kind of item whose values can also be offered. */
  readonly named: Named | undefined;
  readonly words: readonly string[];
  /** The options given so far, each with its values. */
  readonly given: ReadonlyMap<string, readonly string[]>;
}

/** The command on the line, and the words after its name. */
export interface Found {
  readonly command: AnyCommand | undefined;
  readonly rest: readonly string[];
}

/**
 * Returns the possible completions at the cursor. `summaries` has all commands
 * by name, and `found` is the command before the cursor.
 */
export function wanted(
  { before, current }: Typed,
  { command, rest }: Found,
  summaries: Readonly<Record<string, string>>,
): Wanted {
  const flags: Flags = { ...GLOBAL_FLAGS, ...command?.flags };
  const line = read(rest, flags);
  if (line.pending) return ofFlag(line.pending, "", line);
  const [prefix, name] = /^--([a-z-]+)=/.exec(current) ?? [];
  if (!line.ended && name !== undefined) {
    const flag = getOwn(flags, name);
    return ofFlag(flag, prefix!, line);
  }
  if (!line.ended && current.startsWith("-")) {
    return { ...NOTHING, ...line, candidates: flagsLeft(flags, line) };
  }
  const named = command !== undefined && line.words.length > 0;
  const names = line.ended || named
    ? []
    : nextWords(leadingWords(before).words, summaries);
  const place = placeAt(command?.positionals ?? [], line.words.length);
  const candidates = [...names, ...(place?.choices ?? []).map(plain)];
  const free = candidates.length === 0 && place?.names === undefined;
  return {
    ...NOTHING,
    ...line,
    // Options are offered if there is nothing else to offer for the word.
    candidates: free && current === "" && command && !line.ended
      ? flagsLeft(flags, line)
      : candidates,
    named: place?.names,
  };
}

const NOTHING = { prefix: "", candidates: [], named: undefined };

/** The words before the cursor. */
interface Read {
  readonly words: readonly string[];
  readonly given: ReadonlyMap<string, readonly string[]>;
  /** The option whose value is being typed. */
  readonly pending: Flag | undefined;
  /** True if a `--` turns all following words into arguments. */
  readonly ended: boolean;
}

function read(argv: readonly string[], flags: Flags): Read {
  const words: string[] = [];
  const given = new Map<string, readonly string[]>();
  let ended = false;
  let pending: Flag | undefined;
  for (const token of tokenize(argv, flags)) {
    pending = undefined;
    if (token.kind === "positional") words.push(token.value);
    if (token.kind === "option-terminator") ended = true;
    if (token.kind !== "option") continue;
    const values = given.get(token.name) ?? [];
    given.set(token.name, [...values, token.value ?? ""]);
    const flag = getOwn(flags, token.name);
    if (flag?.type === "string" && token.value === undefined) pending = flag;
  }
  return { words, given, pending, ended };
}

/** Returns the possible values of an option. */
function ofFlag(flag: Flag | undefined, prefix: string, line: Read): Wanted {
  if (flag?.type !== "string") return { ...NOTHING, ...line, prefix };
  const candidates = (flag.choices ?? []).map(plain);
  return { ...NOTHING, ...line, prefix, candidates, named: flag.names };
}

function plain(value: string): Candidate {
  return { value, summary: "" };
}

/** Returns the options that can still be given, the command's own first. */
function flagsLeft(flags: Flags, { given }: Read): Candidate[] {
  const globals = Object.keys(GLOBAL_FLAGS);
  const all = Object.entries(flags);
  return [
    ...all.filter(([name]) => !globals.includes(name)),
    ...all.filter(([name]) => globals.includes(name)),
  ].filter(([name, flag]) =>
    !given.has(name) || (flag.type === "string" && flag.repeatable)
  ).map(([name, { summary }]) => ({ value: `--${name}`, summary }));
}

/** Returns the words that continue a command; a group lists its commands. */
export function nextWords(
  typed: readonly string[],
  summaries: Readonly<Record<string, string>>,
): Candidate[] {
  const begun = typed.map((word) => `${word} `).join("");
  const found = new Map<string, string>();
  const groups = new Map<string, string[]>();
  for (const [name, summary] of Object.entries(summaries)) {
    if (!name.startsWith(begun)) continue;
    const [next, ...more] = name.slice(begun.length).split(" ");
    const words = [...groups.get(next!) ?? [], ...more];
    groups.set(next!, words);
    found.set(next!, more.length === 0 ? summary : words.join(", "));
  }
  for (const [next] of found) {
    const summary = getOwn(summaries, `${begun}${next}`);
    if (summary !== undefined) found.set(next, summary);
  }
  return [...found].map(([value, summary]) => ({ value, summary }));
}

function placeAt(
  positionals: readonly Positional[],
  at: number,
): Positional | undefined {
  const last = positionals.at(-1);
  return positionals[at] ?? (last?.rest ? last : undefined);
}
