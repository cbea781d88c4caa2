import { MpmError } from "../base/errors.ts";
import { escapeText } from "../base/escape.ts";
import { nearest } from "../base/nearest.ts";
import { field, type Fields, isFields } from "../base/parsed_values.ts";
import { lineOf, parseYaml } from "../base/yaml_lines.ts";
import {
  argumentsIn,
  choiceIn,
  type Fault,
  flagIn,
  GRACE,
  kindWords,
  LONGEST,
  numberIn,
  refuseUnknown,
  RETRIES,
  textIn,
  textsIn,
  timeIn,
  type Work,
  workIn,
} from "./fields.ts";

/** The source of a list of items. */
export type ItemSource =
  | { readonly kind: "files"; readonly globs: readonly string[] }
  /** A program; each line of its output is an item. */
  | { readonly kind: "lines"; readonly args: readonly string[] }
  | { readonly kind: "list"; readonly values: readonly string[] };

/** A task, as defined in its file. */
export interface Definition {
  readonly description: string;
  /** null: the program runs once, without an item. */
  readonly items: ItemSource | null;
  /** Number of items that each program gets. */
  readonly chunk: number;
  readonly work: Work;
  /** The number of tries after the first one. */
  readonly retries: number;
  /** Milliseconds for one try. */
  readonly timeout: number;
  readonly onError: "continue" | "stop";
  /** A program and its arguments, run at the end; null: no notification. */
  readonly notify: readonly string[] | null;
  /** True if a chunk that may have run can safely run again. */
  readonly repeatable: boolean;
  /** Milliseconds between asking a program to end and killing it. */
  readonly grace: number;
}

/** Every field of a definition, in its written form. */
const FIELDS = [
  ...["description", "items", "chunk", "run", "agent", "retries", "timeout"],
  ...["on_error", "notify", "repeatable", "grace"],
];
const SOURCES = ["files", "lines", "list"];
const MOST_IN_CHUNK = 100_000;

/**
 * Returns the task defined in the text of a YAML file. Throws UNREADABLE with
 * the line of the error.
 * @param path The file's path, for errors.
 */
export async function readDefinition(
  text: string,
  path: string,
): Promise<Definition> {
  const lines = text.split(/\r?\n/);
  const faultAt = (line: number, words: string) =>
    new MpmError("UNREADABLE", `${path}:${line}: ${escapeText(words)}`, {
      hint: 'Fix the file. "mpm task run --help" describes its fields',
    });
  const value = await parseYaml(lines, faultAt);
  const fault: Fault = (path, words) => faultAt(lineOf(lines, path), words);
  if (!isFields(value)) {
    throw fault([], `a task must have fields, not ${kindWords(value)}`);
  }
  refuseUnknown(value, { known: FIELDS, path: [], fault });
  const items = itemsIn(value, fault);
  const chunk = numberIn(value, ["chunk"], fault, {
    ...{ neutral: 1, least: 1, most: MOST_IN_CHUNK },
  });
  const work = workIn(value, { path: [], noun: "a task", fault });
  const definition: Definition = {
    description: textIn(value, ["description"], fault) ?? "",
    ...{ items, chunk, work },
    retries: numberIn(value, ["retries"], fault, RETRIES),
    timeout: timeIn(value, ["timeout"], fault) || LONGEST,
    onError: choiceIn(value, ["on_error"], ["continue", "stop"], fault) ??
      "continue",
    notify: argumentsIn(value, ["notify"], fault) ?? null,
    repeatable: flagIn(value, ["repeatable"], fault),
    grace: timeIn(value, ["grace"], fault) ?? GRACE,
  };
  refusePlaceholders(definition, fault);
  return definition;
}

function itemsIn(value: Fields, fault: Fault): ItemSource | null {
  const items = field(value, "items");
  if (items === undefined) return null;
  const path = ["items"];
  if (!isFields(items)) {
    throw fault(
      path,
      `"items" must have one of the fields ${SOURCES.join(", ")}, ` +
        `not ${kindWords(items)}`,
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

/** Throws if the program would not get the items as intended. */
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
    throw fault(path, "the name of the program cannot contain an item");
  }
  const named = /\{items?\}/.exec(notify?.join(" ") ?? "")?.[0];
  if (named) throw fault(["notify"], `"notify" cannot use "${named}"`);
  refuseMisspelled(texts, ["item", "items", "task"], { path, fault });
  refuseMisspelled(notify ?? [], ["task", "state"], {
    path: ["notify"],
    fault,
  });
}

/** Throws for a name in braces that is similar to a placeholder. */
function refuseMisspelled(
  texts: readonly string[],
  names: readonly string[],
  { path, fault }: { path: readonly string[]; fault: Fault },
): void {
  for (const [, name] of texts.join(" ").matchAll(/\{([a-z]+)\}/g)) {
    const near = names.includes(name!) ? undefined : nearest(name!, names);
    if (near === undefined) continue;
    throw fault(
      path,
      `unknown placeholder "{${name}}". Did you mean "{${near}}"? ` +
        `To use this text literally, write a script`,
    );
  }
}
