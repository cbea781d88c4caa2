import { MpmError } from "../base/errors.ts";
import { didYouMean } from "../base/nearest.ts";
import { field, type Fields, isFields, kindOf } from "../base/parsed_values.ts";
import { parseDuration } from "../base/times.ts";
import { CLIENT_NAMES } from "../base/clients.ts";

/** Readers of the fields in definitions of tasks and pipelines. */

/** The program or agent that runs for each chunk. */
export type Work =
  | { readonly kind: "run"; readonly args: readonly string[] }
  | {
    readonly kind: "agent";
    readonly prompt: string;
    /** null: the client's own limit. */
    readonly turns: number | null;
    /** null: the client in the setting `agents.client`. */
    readonly client: string | null;
  };

const AGENT_FIELDS = ["prompt", "turns", "client"];

/** The longest time that a timer supports: 24 days. */
export const LONGEST = 24 * 86_400_000;

/** Milliseconds between asking a program to end and killing it. */
export const GRACE = 10_000;

/** The bounds of `retries`. */
export const RETRIES = { neutral: 0, least: 0, most: 100 };

/** Returns the error for the field at `path`. */
export type Fault = (path: readonly string[], words: string) => MpmError;

/** Throws for a field that is not in `known`. */
export function refuseUnknown(
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
      didYouMean(unknown, known, `Available fields: ${known.join(", ")}`),
  );
}

/** Reads `run` or `agent` from the fields at `path`. */
export function workIn(
  value: Fields,
  { path: above, noun, fault }: {
    path: readonly string[];
    noun: string;
    fault: Fault;
  },
): Work {
  const path = [...above, "agent"];
  const args = argumentsIn(value, [...above, "run"], fault);
  const agent = field(value, "agent");
  if ((args === undefined) === (agent === undefined)) {
    throw fault(
      args ? path : above,
      `${noun} must have either "run", a program with its arguments, or "agent"`,
    );
  }
  if (args) return { kind: "run", args };
  if (!isFields(agent)) {
    throw fault(path, `"agent" must have fields, not ${kindWords(agent)}`);
  }
  refuseUnknown(agent, { known: AGENT_FIELDS, path, fault });
  const prompt = textIn(agent, [...path, "prompt"], fault);
  if (!prompt?.trim()) throw fault(path, '"agent" needs a "prompt"');
  const turns = numberIn(agent, [...path, "turns"], fault, {
    ...{ neutral: 0, least: 1, most: 10_000 },
  });
  const client = choiceIn(agent, [...path, "client"], CLIENT_NAMES, fault);
  return {
    kind: "agent",
    prompt,
    turns: turns || null,
    client: client ?? null,
  };
}

export function textIn(
  value: Fields,
  path: readonly string[],
  fault: Fault,
): string | undefined {
  const name = path.at(-1)!;
  const found = field(value, name);
  if (found === undefined) return undefined;
  if (typeof found === "string") return found;
  throw fault(path, `"${name}" must be text, not ${kindWords(found)}`);
}

/** Reads a list of at least one text. */
export function textsIn(
  value: Fields,
  path: readonly string[],
  fault: Fault,
): string[] | undefined {
  const name = path.at(-1)!;
  const found = field(value, name);
  if (found === undefined) return undefined;
  if (!Array.isArray(found)) {
    throw fault(path, `"${name}" must be a list, not ${kindWords(found)}`);
  }
  const other = found.find((one) => typeof one !== "string");
  if (other !== undefined) {
    throw fault(
      path,
      `"${name}" must be a list of texts, but one entry is ${kindWords(other)}`,
    );
  }
  if (found.length === 0) throw fault(path, `"${name}" is empty`);
  return found;
}

/** Reads a program and its arguments. */
export function argumentsIn(
  value: Fields,
  path: readonly string[],
  fault: Fault,
): string[] | undefined {
  const args = textsIn(value, path, fault);
  const name = path.at(-1)!;
  if (args?.[0] === "") throw fault(path, `"${name}" does not name a program`);
  if (args?.some((one) => one.includes("\0"))) {
    throw fault(path, `"${name}" contains a NUL character`);
  }
  return args;
}

export function numberIn(
  value: Fields,
  path: readonly string[],
  fault: Fault,
  { neutral, least, most }: { neutral: number; least: number; most: number },
): number {
  const text = textIn(value, path, fault);
  if (text === undefined) return neutral;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw fault(
    path,
    `"${path.at(-1)}" must be a whole number from ${least} to ${most}, ` +
      `not "${text}"`,
  );
}

/** Milliseconds. */
export function timeIn(
  value: Fields,
  path: readonly string[],
  fault: Fault,
): number | undefined {
  const text = textIn(value, path, fault);
  if (text === undefined) return undefined;
  try {
    return Math.min(parseDuration(text, path.at(-1)!), LONGEST);
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    throw fault(
      path,
      `"${path.at(-1)}" must be a duration such as 90s, 30m or 1h, not ` +
        `"${text}"`,
    );
  }
}

/** Reads true or false; false if the field is missing. */
export function flagIn(
  value: Fields,
  path: readonly string[],
  fault: Fault,
): boolean {
  return choiceIn(value, path, ["true", "false"], fault) === "true";
}

export function choiceIn<C extends string>(
  value: Fields,
  path: readonly string[],
  choices: readonly C[],
  fault: Fault,
): C | undefined {
  const text = textIn(value, path, fault);
  if (text === undefined) return undefined;
  const chosen = choices.find((choice) => choice === text);
  if (chosen !== undefined) return chosen;
  throw fault(
    path,
    `"${path.at(-1)}" must be ${choices.join(" or ")}, not "${text}"`,
  );
}

export function kindWords(value: unknown): string {
  if (value === null || value === undefined || value === "") return "empty";
  const kind = kindOf(value);
  return kind === "object"
    ? "a set of fields"
    : kind === "list"
    ? "a list"
    : kind;
}
