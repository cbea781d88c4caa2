import { nearest } from "../base/nearest.ts";
import { flagIn, isFields } from "../base/parsed_values.ts";
import type { Kind, Setting } from "./setting.ts";
import { type Key, KEYS, settingOf } from "./settings.ts";

/** Checks and describes values of one kind. */
interface Rule {
  /** Describes the requirement, to follow "must be". */
  words(setting: Setting): string;
  /** Returns whether a file may contain the value. */
  fits(value: unknown, setting: Setting): boolean;
  /** Converts a text to the value used in a file. */
  fromText(text: string): unknown;
}

const plain = (text: string) => text;

const list = (text: string) => text.split(/[,\s]+/).filter(Boolean);

const words = (text: string) => text.split(/\s+/).filter(Boolean);

const number = (text: string) => /^-?\d+$/.test(text) ? Number(text) : text;

const RULES: Readonly<Record<Kind, Rule>> = {
  flag: {
    words: () => "true or false",
    fits: (value) => typeof value === "boolean",
    fromText: (text) => text === "" ? text : flagIn(text) ?? text,
  },
  percent: {
    words: () => "a whole number from 1 to 100",
    fits: (value) => isWhole(value, 1, 100),
    fromText: number,
  },
  count: {
    words: ({ least = 0, most }) => `a whole number from ${least} to ${most}`,
    fits: (value, { least = 0, most = Infinity }) =>
      isWhole(value, least, most),
    fromText: number,
  },
  duration: {
    words: () => "a duration such as 90s, 30m, 1h, 2d or 1w, or 0",
    fits: (value) => isText(value) && /^(0|\d{1,6}[smhdw])$/.test(value),
    fromText: plain,
  },
  choice: {
    words: ({ choices = [] }) => `one of ${choices.join(", ")}`,
    fits: (value, { choices = [] }) => isText(value) && choices.includes(value),
    fromText: plain,
  },
  choices: {
    words: ({ choices = [] }) => `a list of any of ${choices.join(", ")}`,
    fits: (value, { choices = [] }) =>
      isTexts(value, (text) => choices.includes(text)),
    fromText: list,
  },
  trash: {
    words: () => 'a list of names such as "node_modules" or "*.pyc"',
    fits: (value) => isTexts(value, isTrashName),
    fromText: list,
  },
  names: {
    words: () => 'a list of names such as ".env*" or "*.pem", without "/"',
    fits: (value) => isTexts(value, isNamePattern) && value.length <= 200,
    fromText: list,
  },
  files: {
    words: () => 'a list of at most 20 files such as "~/.ssh/id_ed25519"',
    fits: (value) => isTexts(value, isFile) && value.length <= 20,
    fromText: list,
  },
  path: {
    words: () => "a path inside the project, such as docs/architecture.md",
    fits: (value) => isText(value) && isInside(value),
    fromText: plain,
  },
  patterns: {
    words: () => 'a list of regular expressions such as "^example-[a-z]+$"',
    fits: (value) => isTexts(value, isPattern) && value.length <= 100,
    fromText: words,
  },
  command: {
    words: () =>
      "a list of the program (its name or full path) and its arguments, " +
      'such as ["claude", "-p", "Shorten this"]',
    fits: (value) => isTexts(value, isArgument) && isCommand(value),
    fromText: words,
  },
  partitions: {
    words: () =>
      'a table of tables such as { backend = { paths = ["src/backend", ' +
      '"db/**/*.sql"], description = "API", context = ' +
      '".claude/backend-context.md" } }',
    fits: (value) =>
      isTable(
        value,
        (name, held) =>
          /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name) && isPartition(held),
      ) &&
      Object.keys(value).length <= MOST_PARTITIONS,
    fromText: plain,
  },
  rules: {
    words: () => 'a table such as { "acme-token" = "acme_[a-z0-9]{32}" }',
    fits: (value) =>
      isTable(value, (label, pattern) =>
        /^[a-z][a-z0-9-]{1,39}$/.test(label) &&
        isText(pattern) && isPattern(pattern)) &&
      Object.keys(value).length <= 100,
    fromText: rulesFrom,
  },
  tokens: {
    words: () => 'a table such as { "claude-opus-5-5" = 1000000 }',
    fits: (value) =>
      isTable(
        value,
        (model, tokens) => model !== "" && isWhole(tokens, 1000, 100_000_000),
      ),
    fromText: (text) =>
      Object.fromEntries(
        list(text).map((entry) => {
          const at = entry.lastIndexOf("=");
          return [entry.slice(0, at), number(entry.slice(at + 1))];
        }),
      ),
  },
};

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && Number(value) >= least &&
    Number(value) <= most;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTexts(
  value: unknown,
  fits: (text: string) => boolean,
): value is string[] {
  return Array.isArray(value) &&
    value.every((one) => isText(one) && fits(one));
}

function isTable(
  value: unknown,
  fits: (name: string, value: unknown) => boolean,
): value is Record<string, unknown> {
  // A TOML date is also an object.
  return isFields(value) && !(value instanceof Date) &&
    Object.entries(value).every(([name, held]) => fits(name, held));
}

/** The most partitions and paths; changed files are compared with all. */
const MOST_PARTITIONS = 50;
const MOST_PATHS = 20;

const PARTITION_FIELDS = ["paths", "description", "context"];

function isPartition(value: unknown): boolean {
  if (!isFields(value)) return false;
  const { paths, description, context } = value;
  const optional = (
    held: unknown,
    fits: (text: string) => boolean,
  ) => held === undefined || isText(held) && fits(held);
  return Object.keys(value).every((name) => PARTITION_FIELDS.includes(name)) &&
    isTexts(paths, isGlob) && paths.length > 0 && paths.length <= MOST_PATHS &&
    optional(description, ({ length }) => length <= 1000) &&
    optional(context, isContextFile);
}

/**
 * Returns whether a file is text for people. A clone's configuration must not
 * show the agent, or save, a file such as `.env`.
 */
function isContextFile(path: string): boolean {
  const hidden = path.split("/")
    .some((part) => /^\.(?:git|claude-mpm)$/i.test(part));
  return isInside(path) && path.length <= 500 && !hidden &&
    /[^/]\.(?:md|mdx|markdown|txt|rst|adoc|org)$/i.test(path);
}

/** Returns whether a text is a name with few wildcards, to match fast. */
function isNamePattern(text: string): boolean {
  return text !== "" && text.length <= 200 && !/[/\\\0]/.test(text) &&
    (text.match(/\*+|\?/g)?.length ?? 0) <= 8;
}

/** Returns whether a text is a glob with few wildcards, to match fast. */
function isGlob(text: string): boolean {
  const inside = text.replace(/^\//, "").replace(/\/$/, "");
  return text.length <= 300 && isInside(inside) &&
    (text.match(/\*+|\?/g)?.length ?? 0) <= 8;
}

function isArgument(text: string): boolean {
  return text.length <= 4096 && !text.includes("\0");
}

/** Returns whether a path is absolute or in the home folder. */
function isFile(text: string): boolean {
  return isArgument(text) && /^(?:~?[/\\]|[A-Za-z]:[/\\])[^/\\]/.test(text);
}

/** Returns whether a program is a name or an absolute path. */
function isCommand([program, ...args]: readonly string[]): boolean {
  if (program === undefined) return true;
  const isName = !/[/\\]/.test(program) && !["", ".", ".."].includes(program);
  return args.length < 100 &&
    (isName || /^(?:\/|[A-Za-z]:[/\\])/.test(program));
}

function isPattern(text: string): boolean {
  return text.length >= 1 && text.length <= 500;
}

/** Reads `label=pattern` from each word. */
function rulesFrom(text: string): Record<string, string> {
  return Object.fromEntries(
    words(text).map((word) => {
      const at = word.indexOf("=");
      return [word.slice(0, Math.max(at, 0)), word.slice(at + 1)];
    }),
  );
}

/** Returns whether `path` is relative, plain and stays inside. */
function isInside(path: string): boolean {
  return path.split("/").every((part) => !["", ".", ".."].includes(part)) &&
    !/[\\\0]|^[A-Za-z]:/.test(path);
}

/** Returns whether `name` can be in the list: one name, or `*.suffix`. */
export function isTrashName(name: string): boolean {
  return /^(\*\.)?[^/\\*?[\]]+$/.test(name) && !/^\.{1,2}$/.test(name) &&
    name !== ".git";
}

/** Describes the values that a setting accepts. */
export function wordsFor(setting: Setting): string {
  return RULES[setting.kind].words(setting);
}

/** Returns whether a file may have `written` under `key`. */
export function fitsSetting(key: Key, written: unknown): boolean {
  const setting = settingOf(key);
  return RULES[setting.kind].fits(written, setting);
}

/** Converts an argument or a variable; the caller checks it. */
export function fromText(key: Key, text: string): unknown {
  return RULES[settingOf(key).kind].fromText(text.trim());
}

/** Converts the text of a table's entry, or of a partition's field. */
export function entryFromText(key: Key, entry: string, text: string): unknown {
  switch (settingOf(key).kind) {
    case "tokens":
      return number(text.trim());
    case "partitions":
      return entry.split(".")[1] === "paths" ? list(text.trim()) : text;
    default:
      return text;
  }
}

/** Returns whether an entry of a table may have `value`. */
export function fitsEntry(key: Key, entry: string, value: unknown): boolean {
  if (settingOf(key).kind !== "partitions") {
    return fitsSetting(key, { [entry]: value });
  }
  const [name = "", field = "", ...more] = entry.split(".");
  const partition = { paths: ["x"], [field]: value };
  return more.length === 0 && fitsSetting(key, { [name]: partition });
}

/** Returns the key most similar to `typed`, if any key is similar. */
export function likeKey(typed: string): Key | undefined {
  const last = typed.split(".").at(-1)!;
  const near = nearest(typed, KEYS) as Key | undefined;
  return near ?? KEYS.find((key) => key.split(".").at(-1) === last);
}
