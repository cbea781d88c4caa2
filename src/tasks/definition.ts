import { MpmError } from "../base/errors.ts";
import { didYouMean } from "../base/nearest.ts";
import { CLIENT_NAMES } from "../clients/mod.ts";
import { field, type Fields, isFields, kindOf } from "../base/parsed_values.ts";
import { parseDuration } from "../base/times.ts";
import { lineOf, parseYaml } from "../base/yaml_lines.ts";

/** The source of a list of items. */
export type ItemSource =
  | { readonly kind: "files"; readonly globs: readonly string[] }
  /** A program; each line that it prints is an item. */
  | { readonly kind: "lines"; readonly args: readonly string[] }
  | { readonly kind: "list"; readonly values: readonly string[] };

/** The program, or the agent, that runs for each chunk. */
export type Work =
  | { readonly kind: "run"; readonly args: readonly string[] }
  | {
    readonly kind: "agent";
    readonly prompt: string;
    /** null: the client's own limit. */
    readonly turns: number | null;
    /** null: the one of the setting `agents.client`. */
    readonly client: string | null;
  };

/** A task, as its file defines it. */
export interface Definition {
  readonly description: string;
  /** null: the program runs once, without an item. */
  readonly items: ItemSource | null;
  /** Items that one program gets. */
  readonly chunk: number;
  readonly work: Work;
  /** Tries after the first one. */
  readonly retries: number;
  /** Milliseconds for one try. */
  readonly timeout: number;
  readonly onError: "continue" | "stop";
  /** A program and its arguments, run at the end; null: no one is notified. */
  readonly notify: readonly string[] | null;
  /** True if a chunk that may have happened can simply run again. */
  readonly repeatable: boolean;
  /** Milliseconds between asking a program to end and ending it. */
  readonly grace: number;
}

/** Every field of a definition, as people write it. */
const FIELDS = [
  ...["description", "items", "chunk", "run", "agent", "retries", "timeout"],
  ...["on_error", "notify", "repeatable", "grace"],
];
const SOURCES = ["files", "lines", "list"];
const AGENT_FIELDS = ["prompt", "turns", "client"];

/** The longest that a timer can wait: 24 days. */
const LONGEST = 24 * 86_400_000;
const GRACE = 10_000;
const MOST_RETRIES = 100;
const MOST_IN_CHUNK = 100_000;

/** Makes the error for the field that `path` leads to. */
type Fault = (path: readonly string[], words: string) => MpmError;

/**
 * Returns the task that the text of a YAML file defines. Throws UNREADABLE with
 * the line of the fault.
 *
 * @param path The file's path, for errors.
 */
export async function readDefinition(
  text: string,
  path: string,
): Promise<Definition> {
  const lines = text.split(/\r?\n/);
  const faultAt = (line: number, words: string) =>
    new MpmError("UNREADABLE", `${path}:${line}: ${words}`, {
      hint: 'Correct the file. "mpm task run --help" describes its fields',
    });
  const value = await parseYaml(lines, faultAt);
  const fault: Fault = (path, words) => faultAt(lineOf(lines, path), words);
  if (!isFields(value)) {
    throw fault([], `a task must have fields, it is ${kindWords(value)}`);
  }
  refuseUnknown(value, { known: FIELDS, path: [], fault });
  const items = itemsIn(value, fault);
  const chunk = numberIn(value, "chunk", fault, {
    ...{ neutral: 1, least: 1, most: MOST_IN_CHUNK },
  });
  const work = workIn(value, fault);
  const definition: Definition = {
    description: textIn(value, ["description"], fault) ?? "",
    ...{ items, chunk, work },
    retries: numberIn(value, "retries", fault, {
      ...{ neutral: 0, least: 0, most: MOST_RETRIES },
    }),
    timeout: timeIn(value, "timeout", fault) || LONGEST,
    onError: choiceIn(value, "on_error", ["continue", "stop"], fault) ??
      "continue",
    notify: argumentsIn(value, ["notify"], fault) ?? null,
    repeatable:
      choiceIn(value, "repeatable", ["true", "false"], fault) === "true",
    grace: timeIn(value, "grace", fault) ?? GRACE,
  };
  refusePlaceholders(definition, fault);
  return definition;
}

function refuseUnknown(
  value: Fields,
  { known, path, fault }: {
    known: readonly string[];
    path: readonly string[];
    fault: Fault;
  },
): void {
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const where = path.length === 0 ? "" : ` in "${path.join(".")}"`;
  throw fault(
    [...path, unknown],
    `unknown field "${unknown}"${where}. ` +
      didYouMean(unknown, known, `The fields are ${known.join(", ")}`),
  );
}

function itemsIn(value: Fields, fault: Fault): ItemSource | null {
  const items = field(value, "items");
  if (items === undefined) return null;
  const path = ["items"];
  if (!isFields(items)) {
    throw fault(
      path,
      `"items" must have one of the fields ${SOURCES.join(", ")}, ` +
        `it is ${kindWords(items)}`,
    );
  }
  refuseUnknown(items, { known: SOURCES, path, fault });
  const [name, ...more] = Object.keys(items);
  if (name === undefined || more.length > 0) {
    throw fault(path, `"items" must have one of ${SOURCES.join(", ")}`);
  }
  if (name === "files") {
    return { kind: "files", globs: textsIn(items, [...path, name], fault)! };
  }
  return name === "lines"
    ? { kind: "lines", args: argumentsIn(items, [...path, name], fault)! }
    : { kind: "list", values: textsIn(items, [...path, name], fault)! };
}

function workIn(value: Fields, fault: Fault): Work {
  const args = argumentsIn(value, ["run"], fault);
  const agent = field(value, "agent");
  if ((args === undefined) === (agent === undefined)) {
    throw fault(
      args ? ["agent"] : [],
      'a task must have either "run", a program with its arguments, or "agent"',
    );
  }
  if (args) return { kind: "run", args };
  const path = ["agent"];
  if (!isFields(agent)) {
    throw fault(path, `"agent" must have fields, it is ${kindWords(agent)}`);
  }
  refuseUnknown(agent, { known: AGENT_FIELDS, path, fault });
  const prompt = textIn(agent, [...path, "prompt"], fault);
  if (!prompt?.trim()) throw fault(path, '"agent" needs a "prompt"');
  const turns = numberIn(agent, "turns", fault, {
    ...{ neutral: 0, least: 1, most: 10_000 },
  });
  const client = choiceIn(agent, "client", CLIENT_NAMES, fault) ?? null;
  return { kind: "agent", prompt, turns: turns || null, client };
}

/** Throws where what runs would not get the items as it is meant to. */
function refusePlaceholders(
  { items, chunk, work, notify }: Definition,
  fault: Fault,
): void {
  const path = [work.kind];
  const texts = work.kind === "run" ? work.args : [work.prompt];
  const has = (name: string) => texts.some((text) => text.includes(name));
  const used = ["{item}", "{items}"].find(has);
  if (!items && used !== undefined) {
    throw fault(path, `"${used}" needs "items", and the task has no items`);
  }
  if (chunk > 1 && has("{item}")) {
    throw fault(path, '"{item}" needs a chunk of 1. Use "{items}"');
  }
  if (chunk > 1 && !has("{items}")) {
    throw fault(path, 'the program gets no items. Add the argument "{items}"');
  }
  const joined = (one: string) => one.includes("{items}") && one !== "{items}";
  if (work.kind === "run" && work.args.some(joined)) {
    throw fault(path, '"{items}" must be a whole argument');
  }
  const [program] = work.kind === "run" ? work.args : [];
  if (program?.includes("{item")) {
    throw fault(path, "an item cannot name the program");
  }
  const named = /\{items?\}/.exec(notify?.join(" ") ?? "")?.[0];
  if (named) throw fault(["notify"], `"notify" has no "${named}"`);
}

function textIn(
  value: Fields,
  path: readonly string[],
  fault: Fault,
): string | undefined {
  const name = path.at(-1)!;
  const found = field(value, name);
  if (found === undefined) return undefined;
  if (typeof found === "string") return found;
  throw fault(path, `"${name}" must be text, it is ${kindWords(found)}`);
}

/** A list of texts with at least one. */
function textsIn(
  value: Fields,
  path: readonly string[],
  fault: Fault,
): string[] | undefined {
  const name = path.at(-1)!;
  const found = field(value, name);
  if (found === undefined) return undefined;
  if (!Array.isArray(found)) {
    throw fault(path, `"${name}" must be a list, it is ${kindWords(found)}`);
  }
  const other = found.find((one) => typeof one !== "string");
  if (other !== undefined) {
    throw fault(
      path,
      `"${name}" must be a list of texts, one of them is ${kindWords(other)}`,
    );
  }
  if (found.length === 0) throw fault(path, `"${name}" is empty`);
  return found;
}

/** A program and its arguments. */
function argumentsIn(
  value: Fields,
  path: readonly string[],
  fault: Fault,
): string[] | undefined {
  const args = textsIn(value, path, fault);
  const name = path.at(-1)!;
  if (args?.[0] === "") throw fault(path, `"${name}" names no program`);
  if (args?.some((one) => one.includes("\0"))) {
    throw fault(path, `"${name}" has a NUL character`);
  }
  return args;
}

function numberIn(
  value: Fields,
  name: string,
  fault: Fault,
  { neutral, least, most }: { neutral: number; least: number; most: number },
): number {
  const text = textIn(value, [name], fault);
  if (text === undefined) return neutral;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw fault(
    [name],
    `"${name}" must be a whole number from ${least} to ${most}, ` +
      `it is "${text}"`,
  );
}

/** Milliseconds. */
function timeIn(
  value: Fields,
  name: string,
  fault: Fault,
): number | undefined {
  const text = textIn(value, [name], fault);
  if (text === undefined) return undefined;
  try {
    return Math.min(parseDuration(text, name), LONGEST);
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    throw fault(
      [name],
      `"${name}" must be a length of time such as 90s, 30m or 1h, ` +
        `it is "${text}"`,
    );
  }
}

function choiceIn<C extends string>(
  value: Fields,
  name: string,
  choices: readonly C[],
  fault: Fault,
): C | undefined {
  const text = textIn(value, [name], fault);
  if (text === undefined) return undefined;
  const chosen = choices.find((choice) => choice === text);
  if (chosen !== undefined) return chosen;
  throw fault(
    [name],
    `"${name}" must be ${choices.join(" or ")}, it is "${text}"`,
  );
}

function kindWords(value: unknown): string {
  if (value === null || value === undefined || value === "") return "empty";
  const kind = kindOf(value);
  return kind === "object"
    ? "a set of fields"
    : kind === "list"
    ? "a list"
    : kind;
}
