import type { MpmError } from "../../base/errors.ts";
import { field, isFields, kindOf } from "../../base/odd_values.ts";
import { templateFault, type TemplateSource } from "./template.ts";

/** Something a template is told of the work. */
export interface Variable {
  readonly name: string;
  readonly description: string;
  /** Without a default a variable must be given, unless it says otherwise. */
  readonly required: boolean;
  readonly default: string | undefined;
}

/** What the front matter of a template says. */
interface FrontMatter {
  readonly name: string | undefined;
  readonly description: string;
  readonly variables: readonly Variable[];
}

const NONE: FrontMatter = { name: undefined, description: "", variables: [] };

/** Variables of one template. */
const MOST = 50;

const NAME = /^[A-Za-z][\w-]{0,59}$/;

/**
 * The front matter at the beginning of `lines`, and where what follows it
 * starts. Throws UNREADABLE that names the file and the line.
 */
export async function splitFrontMatter(
  lines: readonly string[],
  source: TemplateSource,
): Promise<{ front: FrontMatter; start: number }> {
  if (lines[0]?.trimEnd() !== "---") return { front: NONE, start: 0 };
  const end = lines.findIndex((line, at) =>
    at > 0 && /^(?:---|\.\.\.)\s*$/.test(line)
  );
  if (end < 0) throw templateFault(source, 1, 'the "---" has no end');
  const yaml = lines.slice(1, end);
  const value = await parseYaml(yaml, source);
  return { front: frontMatter(value, { yaml, source }), start: end + 1 };
}

async function parseYaml(
  yaml: readonly string[],
  source: TemplateSource,
): Promise<unknown> {
  // Loaded here: only a template with front matter needs it.
  const { parse } = await import("@std/yaml");
  try {
    return parse(yaml.join("\n"), { schema: "failsafe" });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const at = Number(/ at line (\d+)/.exec(error.message)?.[1] ?? 1);
    const fault = error.message.split("\n", 1)[0]!
      .replace(/ at line \d+, column \d+:?$/, "");
    throw templateFault(source, Math.min(at, yaml.length) + 1, fault);
  }
}

interface Place {
  readonly yaml: readonly string[];
  readonly source: TemplateSource;
}

function frontMatter(value: unknown, place: Place): FrontMatter {
  if (value === null || value === undefined) return NONE;
  if (!isFields(value)) {
    throw fault(
      place,
      [],
      `the front matter is no fields but ${kindOf(value)}`,
    );
  }
  return {
    name: textIn(value, ["name"], place)?.trim() || undefined,
    description: textIn(value, ["description"], place)?.trim() ?? "",
    variables: variablesIn(field(value, "variables"), place),
  };
}

/** The fault, at the line where the field stands that `path` leads to. */
function fault(
  { yaml, source }: Place,
  path: readonly string[],
  words: string,
): MpmError {
  let at = -1;
  for (const name of path) {
    const next = yaml.findIndex((line, index) =>
      index > at && isAbout(line, name)
    );
    // In the flow style it stands on the line of what encloses it.
    if (next >= 0) at = next;
  }
  return templateFault(source, Math.max(at, 0) + 2, words);
}

/** Whether a line begins with `name`, as a field, in a list, or after `name:`. */
function isAbout(line: string, name: string): boolean {
  const beginnings = [/^[\s-]*["']?/, /^[\s-]*name:\s*["']?/];
  return beginnings.map((beginning) => line.replace(beginning, "")).some((
    rest,
  ) => rest.startsWith(name) && !/^[\w-]/.test(rest.slice(name.length)));
}

function textIn(
  value: unknown,
  path: readonly string[],
  place: Place,
): string | undefined {
  const name = path.at(-1)!;
  const found = field(value, name);
  if (found === undefined || found === null) return undefined;
  if (typeof found === "string") return found;
  throw fault(place, path, `"${name}" must be text, it is a ${kindOf(found)}`);
}

/** A list of names or of objects, or a map from names to what they are. */
function variablesIn(value: unknown, place: Place): Variable[] {
  if (value === undefined || value === null || value === "") return [];
  const pairs = Array.isArray(value)
    ? value.map((entry) => pairOf(entry, place))
    : isFields(value)
    ? Object.entries(value)
    : undefined;
  if (!pairs) {
    throw fault(place, ["variables"], '"variables" must be a list or fields');
  }
  if (pairs.length > MOST) {
    throw fault(place, ["variables"], `over ${MOST} variables`);
  }
  const variables = pairs.map(([name, about]) => variable(name, about, place));
  const names = variables.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice === undefined) return variables;
  throw fault(
    place,
    ["variables", twice, twice],
    `the variable "${twice}" is there twice`,
  );
}

/** `feature`, `{name: feature, …}` or `{feature: …}`. */
function pairOf(entry: unknown, place: Place): [string, unknown] {
  if (typeof entry === "string") return [entry, null];
  const name = field(entry, "name");
  if (typeof name === "string") return [name, entry];
  const pairs = isFields(entry) ? Object.entries(entry) : [];
  if (pairs.length === 1) return pairs[0]!;
  throw fault(place, ["variables"], "a variable has no name");
}

function variable(name: string, about: unknown, place: Place): Variable {
  if (!NAME.test(name)) {
    throw fault(place, ["variables", name], `"${name}" cannot name a variable`);
  }
  const isText = typeof about === "string" && about !== "";
  if (about !== null && typeof about !== "string" && !isFields(about)) {
    const words = `"${name}" must be text or fields, it is a ${kindOf(about)}`;
    throw fault(place, ["variables", name], words);
  }
  const own = (key: string) => textIn(about, ["variables", name, key], place);
  const value = isText ? about : own("default");
  const required = own("required");
  if (required !== undefined && !/^(?:true|false|yes|no)$/.test(required)) {
    throw fault(
      place,
      ["variables", name, "required"],
      '"required" must be true or false',
    );
  }
  return {
    name,
    description: own("description") ?? "",
    required: value === undefined &&
      (required === undefined || /^(?:true|yes)$/.test(required)),
    default: value,
  };
}
