import * as z from "zod/mini";
import { nearest } from "../base/nearest.ts";
import { flagIn } from "../base/odd_values.ts";
import {
  type Key,
  KEYS,
  type Kind,
  type Setting,
  settingOf,
} from "./settings.ts";

/** How values of one kind are checked, and how people are told. */
interface Rule {
  /** What it must be, after "must be". */
  words(setting: Setting): string;
  schema(setting: Setting): z.ZodMiniType;
  /** The value that a text stands for, as a file would hold it. */
  fromText(text: string): unknown;
}

const list = (text: string) =>
  text.split(/[,\s]+/).filter((word) => word !== "");

const number = (text: string) => /^-?\d+$/.test(text) ? Number(text) : text;

const RULES: Readonly<Record<Kind, Rule>> = {
  flag: {
    words: () => "true or false",
    schema: () => z.boolean(),
    fromText: (text) => text === "" ? text : flagIn(text) ?? text,
  },
  percent: {
    words: () => "a whole number from 1 to 100",
    schema: () => z.int().check(z.minimum(1), z.maximum(100)),
    fromText: number,
  },
  count: {
    words: ({ least = 0, most }) => `a whole number from ${least} to ${most}`,
    schema: ({ least = 0, most = Infinity }) =>
      z.int().check(z.minimum(least), z.maximum(most)),
    fromText: number,
  },
  duration: {
    words: () => "a length of time such as 90s, 30m, 1h, 2d or 1w, or 0",
    schema: () => z.string().check(z.regex(/^(0|\d{1,6}[smhdw])$/)),
    fromText: (text) => text,
  },
  choices: {
    words: ({ choices = [] }) => `a list of any of ${choices.join(", ")}`,
    schema: ({ choices = [] }) => z.array(z.enum([...choices])),
    fromText: list,
  },
  trash: {
    words: () => 'a list of names such as "node_modules" or "*.pyc"',
    schema: () => z.array(z.string().check(z.refine(isTrashName))),
    fromText: list,
  },
  path: {
    words: () => "a path inside the project, such as docs/architecture.md",
    schema: () => z.string().check(z.refine(isInside)),
    fromText: (text) => text,
  },
  patterns: {
    words: () => 'a list of regular expressions such as "^example-[a-z]+$"',
    schema: () => z.array(pattern()).check(z.maxLength(100)),
    fromText: (text) => text.split(/\s+/).filter((word) => word !== ""),
  },
  rules: {
    words: () => 'a table such as { "acme-token" = "acme_[a-z0-9]{32}" }',
    schema: () =>
      z.record(
        z.string().check(z.regex(/^[a-z][a-z0-9-]{1,39}$/)),
        pattern(),
      ).check(z.refine((rules) => Object.keys(rules).length <= 100)),
    fromText: rulesFrom,
  },
  tokens: {
    words: () => 'a table such as { "claude-opus-5-5" = 1000000 }',
    schema: () =>
      z.record(
        z.string().check(z.minLength(1)),
        z.int().check(z.minimum(1000), z.maximum(100_000_000)),
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

/** `label=pattern` in each word. */
function rulesFrom(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(/\s+/).filter((word) => word !== "").map((word) => {
      const at = word.indexOf("=");
      return [word.slice(0, Math.max(at, 0)), word.slice(at + 1)];
    }),
  );
}

/** A regular expression as far as it can be told without its library. */
const pattern = () => z.string().check(z.minLength(1), z.maxLength(500));

/** Whether `path` is relative, plain and leads out of nothing. */
function isInside(path: string): boolean {
  return path.split("/").every((part) => !["", ".", ".."].includes(part)) &&
    !/[\\\0]|^[A-Za-z]:/.test(path);
}

/** Whether `name` can stand in the list: one name, or `*.suffix`. */
export function isTrashName(name: string): boolean {
  return /^(\*\.)?[^/\\*?[\]]+$/.test(name) && !/^\.{1,2}$/.test(name) &&
    name !== ".git";
}

/** What a setting must be, in words. */
export function wordsFor(setting: Setting): string {
  return RULES[setting.kind].words(setting);
}

/** Whether a file may hold `written` under `key`. */
export function fits(key: Key, written: unknown): boolean {
  const setting = settingOf(key);
  return RULES[setting.kind].schema(setting).safeParse(written).success;
}

/** What a word of a command line or a variable stands for; check it then. */
export function fromText(key: Key, text: string): unknown {
  return RULES[settingOf(key).kind].fromText(text.trim());
}

/** The key that `typed` is most like, if it is like any. */
export function likeKey(typed: string): Key | undefined {
  const last = typed.split(".").at(-1)!;
  const near = nearest(typed, KEYS) as Key | undefined;
  return near ?? KEYS.find((key) => key.split(".").at(-1) === last);
}
