import type { MpmError } from "../../base/errors.ts";
import { field, isFields, kindOf } from "../../base/parsed_values.ts";
import { type FaultAt, lineOf, parseYaml } from "../../base/yaml_lines.ts";

/** A variable of a template, with facts about the work. */
export interface Variable {
  readonly name: string;
  readonly description: string;
  /**
   * True if a value must be given. By default, this applies to variables
   * without a default.
   */
  readonly required: boolean;
  readonly default: string | undefined;
}

/** The front matter of a template. */
interface FrontMatter {
  readonly name: string | undefined;
  readonly description: string;
  readonly variables: readonly Variable[];
}

/** Returns the error for the line of the field at `path`. */
type Fault = (path: readonly string[], words: string) => MpmError;

const NONE: FrontMatter = { name: undefined, description: "", variables: [] };

/** The maximum number of variables in one template. */
const MOST = 50;

const NAME = /^[A-Za-z][\w-]{0,59}$/;

/**
 * Returns the front matter at the beginning of `lines`, and the start of the
 * rest. Throws the error made by `faultAt`.
 */
export async function splitFrontMatter(
  lines: readonly string[],
  faultAt: FaultAt,
): Promise<{ front: FrontMatter; start: number }> {
  if (lines[0]?.trimEnd() !== "---") return { front: NONE, start: 0 };
  const end = lines.findIndex((line, at) =>
    at > 0 && /^(?:---|\.\.\.)\s*$/.test(line)
  );
  if (end < 0) throw faultAt(1, 'the closing "---" is missing');
  const yaml = lines.slice(1, end);
  // The line with "---" comes before these lines.
  const value = await parseYaml(yaml, (at, words) => faultAt(at + 1, words));
  const fault: Fault = (path, words) => faultAt(lineOf(yaml, path) + 1, words);
  return { front: frontMatter(value, fault), start: end + 1 };
}

function frontMatter(value: unknown, fault: Fault): FrontMatter {
  if (value === null || value === undefined) return NONE;
  if (!isFields(value)) {
    throw fault(
      [],
      `the front matter must have fields, not a ${kindOf(value)}`,
    );
  }
  return {
    name: textIn(value, ["name"], fault)?.trim() || undefined,
    description: textIn(value, ["description"], fault)?.trim() ?? "",
    variables: variablesIn(field(value, "variables"), fault),
  };
}

function textIn(
  value: unknown,
  path: readonly string[],
  fault: Fault,
): string | undefined {
  const name = path.at(-1)!;
  const found = field(value, name);
  if (found === undefined || found === null) return undefined;
  if (typeof found === "string") return found;
  throw fault(path, `"${name}" must be text, not a ${kindOf(found)}`);
}

/** Reads a list of names or objects, or a map from names to descriptions. */
function variablesIn(value: unknown, fault: Fault): Variable[] {
  if (value === undefined || value === null || value === "") return [];
  const refuse = (words: string) => fault(["variables"], words);
  if (!Array.isArray(value) && !isFields(value)) {
    throw refuse('"variables" must be a list or fields');
  }
  const pairs = Array.isArray(value)
    ? value.map((entry) => {
      const pair = pairOf(entry);
      if (pair) return pair;
      throw refuse("a variable has no name");
    })
    : Object.entries(value);
  if (pairs.length > MOST) throw refuse(`more than ${MOST} variables`);
  const variables = pairs.map(([name, about]) => variable(name, about, fault));
  const names = variables.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice === undefined) return variables;
  const path = ["variables", twice, twice];
  throw fault(path, `the variable "${twice}" is declared twice`);
}

/** Reads `feature`, `{name: feature, …}` or `{feature: …}`. */
function pairOf(entry: unknown): [string, unknown] | undefined {
  if (typeof entry === "string") return [entry, null];
  const name = field(entry, "name");
  if (typeof name === "string") return [name, entry];
  const pairs = isFields(entry) ? Object.entries(entry) : [];
  return pairs.length === 1 ? pairs[0] : undefined;
}

function variable(name: string, about: unknown, fault: Fault): Variable {
  const path = ["variables", name];
  if (!NAME.test(name)) throw fault(path, `"${name}" cannot name a variable`);
  if (about !== null && typeof about !== "string" && !isFields(about)) {
    const kind = kindOf(about);
    throw fault(path, `"${name}" must be text or fields, not a ${kind}`);
  }
  const own = (key: string) => textIn(about, [...path, key], fault);
  const value = about && typeof about === "string" ? about : own("default");
  const required = own("required") ?? String(value === undefined);
  if (!/^(?:true|false|yes|no)$/.test(required)) {
    throw fault([...path, "required"], '"required" must be true or false');
  }
  return {
    name,
    description: own("description") ?? "",
    required: value === undefined && /^(?:true|yes)$/.test(required),
    default: value,
  };
}
