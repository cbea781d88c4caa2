import type { JsonSchema } from "../src/app/help/json_schema.ts";

/** Parts of formats that get their own type: name, format, path, doc. */
const PARTS = [
  ["ResumeReport", "resume", "anyOf/0", "A save and what changed since."],
  ["StatusReport", "status", "anyOf/1", "The session, and where git stands."],
  ["StackResult", "status", "anyOf/0", "All sessions as a tree."],
  ["HooksReport", "hooks-status", "anyOf/0", "A place of installed hooks."],
  ["HooksListResult", "hooks-status", "anyOf/1", "The shell hooks."],
  ["HooksInstallReport", "hooks-install", "anyOf/0", "Claude Code's hooks."],
  ["HooksUninstallReport", "hooks-uninstall", "anyOf/0", "The hooks removed."],
  ["ClientFilesResult", "hooks-install", "anyOf/1", "Files of a client."],
  ["HookChecks", "hooks-test", "anyOf/0", "The result of each hook."],
  ["SetupReport", "setup", "anyOf/0", "The parts that were set up."],
  ["SetupRemoveResult", "setup", "anyOf/1", "The parts that were removed."],
  ["HooksProfileResult", "hooks-test", "anyOf/1", "The cost of each hook."],
  ["HooksRunResult", "hooks-test", "anyOf/2", "The result of a script."],
  ["MigrateReport", "migrate", "oneOf/0", "Files that a migration moved."],
  ["RollbackReport", "migrate", "oneOf/1", "Files that a rollback restored."],
  [
    "Changes",
    "resume",
    "anyOf/0/properties/changes/anyOf/0",
    "Changes in the repository since a save.",
  ],
  [
    "Commit",
    "return",
    "properties/commits/items",
    "A commit, as reports list it.",
  ],
  ["SessionInfo", "complete", "properties/session", "A session."],
  [
    "ChecklistItem",
    "status",
    "anyOf/1/properties/checklist/items",
    "An item of a session's checklist.",
  ],
  [
    "SaveRow",
    "saves-list",
    "properties/sessions/items",
    "A save in the list.",
  ],
  [
    "WorktreeRow",
    "worktrees-list",
    "properties/worktrees/items",
    "A worktree in the list.",
  ],
  [
    "ContextUsage",
    "context",
    "properties/gauge",
    "The use of an agent session's context.",
  ],
  [
    "OptionInfo",
    "help",
    "properties/global_options/items",
    "An option of a command.",
  ],
] as const;

const HEADER = `/**
 * Types of what mpm prints with --json and of the files it writes. "deno task
 * generate" makes them from the JSON Schemas beside this file. An index signature
 * marks where a file may hold fields that mpm does not know.
 */`;

interface Definition {
  readonly name: string;
  readonly doc: string;
  readonly schema: JsonSchema;
}

/** The names of types by the shape of what they describe. */
type Names = ReadonlyMap<string, string>;

/**
 * Returns `schemas/types.ts`: a TypeScript type for each JSON Schema. Parts of
 * the same shape share one type.
 */
export async function typesFile(
  schemas: readonly (readonly [path: string, text: string])[],
): Promise<string> {
  const formats = schemas.map(([, text]) => JSON.parse(text) as JsonSchema);
  const definitions = [
    ...formats.map(formatType),
    ...PARTS.map(([name, format, path, doc]) => ({
      name,
      doc,
      schema: partOf(formats, format, path),
    })),
  ];
  const names = new Map<string, string>();
  for (const { name, schema } of definitions) {
    const shape = shapeOf(schema);
    if (!names.has(shape)) names.set(shape, name);
  }
  return await formatted([
    HEADER,
    ...definitions.map((one) => declaration(one, names)),
  ].join("\n\n"));
}

/** An answer is named after its command, a stored format after itself. */
function formatType(schema: JsonSchema): Definition {
  const { title = "", description = "" } = schema;
  const pascal = title.split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  const answers = title === "error" || description.startsWith("mpm ");
  return {
    name: answers ? `${pascal}Result` : pascal,
    doc: `${description}.`,
    schema,
  };
}

function partOf(
  formats: readonly JsonSchema[],
  format: string,
  path: string,
): JsonSchema {
  let part: unknown = formats.find(({ title }) => title === format);
  for (const word of path.split("/")) {
    part = new Map(Object.entries(part ?? {})).get(word);
  }
  if (part === undefined) throw new Error(`No ${path} in the schema ${format}`);
  return part as JsonSchema;
}

/** A schema without its descriptions, for comparison. */
function shapeOf(schema: JsonSchema): string {
  const prose = ["$schema", "title", "description"];
  return JSON.stringify(
    schema,
    // A property may have one of these names: its value is an object.
    (key, value) =>
      prose.includes(key) && typeof value === "string" ? undefined : value,
  );
}

function declaration({ name, doc, schema }: Definition, names: Names): string {
  const comment = docComment(doc, "");
  const same = names.get(shapeOf(schema));
  if (same !== name) return `${comment}export type ${name} = ${same};`;
  const type = shapeType(schema, names, "");
  return schema.properties
    ? `${comment}export interface ${name} ${type}`
    : `${comment}export type ${name} = ${type};`;
}

/** The type of a part of a schema: the name of its shape, if it has one. */
export function typeOf(
  schema: JsonSchema,
  names: Names = new Map(),
  indent = "",
): string {
  return names.get(shapeOf(schema)) ?? shapeType(schema, names, indent);
}

function shapeType(schema: JsonSchema, names: Names, indent: string): string {
  const inner = (part: JsonSchema) => typeOf(part, names, indent);
  const { anyOf, oneOf, properties, items, additionalProperties } = schema;
  const choices = anyOf ?? oneOf;
  if (choices) return choices.map(inner).join(" | ");
  if ("const" in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) {
    return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  }
  if (properties) return objectType(schema, names, indent);
  if (items) return listType(items, inner(items));
  if (additionalProperties) {
    return `Record<string, ${inner(additionalProperties as JsonSchema)}>`;
  }
  const types: readonly unknown[] = [schema.type].flat();
  return types.map((type) => type === "integer" ? "number" : type ?? "unknown")
    .join(" | ");
}

function listType(items: JsonSchema, type: string): string {
  return items.properties || /^\w+$/.test(type) ? `${type}[]` : `(${type})[]`;
}

function objectType(schema: JsonSchema, names: Names, above: string): string {
  const indent = `${above}  `;
  const fields = Object.entries(schema.properties!).map(([name, field]) => {
    const key = /^[a-zA-Z_]\w*$/.test(name) ? name : JSON.stringify(name);
    const mark = schema.required?.includes(name) ? "" : "?";
    return docComment(field.description ?? "", indent) +
      `${indent}${key}${mark}: ${typeOf(field, names, indent)};`;
  });
  if (schema.additionalProperties) {
    fields.push(`${indent}[name: string]: unknown;`);
  }
  return `{\n${fields.join("\n")}\n${above}}`;
}

/** A doc comment of at most 80 columns; empty without a description. */
function docComment(text: string, indent: string): string {
  if (text === "") return "";
  const safe = text.replaceAll("*/", "*\\/");
  const line = `${indent}/** ${safe} */`;
  if (line.length <= 80) return `${line}\n`;
  const lines: string[] = [];
  for (const word of safe.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= 80) lines.splice(-1, 1, longer);
    else lines.push(`${indent} * ${word}`);
  }
  return [`${indent}/**`, ...lines, `${indent} */`, ""].join("\n");
}

/** The text as `deno fmt` leaves it. */
async function formatted(text: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--no-config", "--ext", "ts", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout } = await child.output();
  if (!success) throw new Error("deno fmt cannot read schemas/types.ts");
  return new TextDecoder().decode(stdout);
}
