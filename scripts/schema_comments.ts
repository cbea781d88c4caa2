import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { JsonSchema } from "../src/session/json_schema.ts";

/** What the doc comments in the source say of the fields of a schema. */
export type Fields = ReadonlyMap<string, Field>;

export interface Field {
  readonly doc: string | undefined;
  readonly fields: Fields;
}

/** The comments of all schemas in a folder. */
export interface Comments {
  /** Those of an exported schema; `undefined`: it is none of these. */
  of(schema: unknown): Fields | undefined;
}

/** A constant or a field as it is written, what it refers to by name. */
interface Written {
  doc: string | undefined;
  readonly fields: Map<string, Written>;
  readonly refers: Set<string>;
}

const KEY = /^( +)(?:"([^"]+)"|(\w+))(?::\s*(.*)|,)$/;
const CONST = /^(?:export )?const (\w+) = (.*)$/;

/**
 * Reads the doc comments of the schemas in `folder`, which validation has no
 * use for. The files are as `deno fmt` leaves them: a field on a line of its
 * own, indented by its depth, its comment right above it.
 */
export async function readComments(folder: string): Promise<Comments> {
  const known = new Map<unknown, Fields>();
  const all = new Map<string, Written>();
  const files: { url: string; constants: Map<string, Written> }[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".ts")) continue;
    const path = join(folder, name);
    const text = await Deno.readTextFile(path);
    if (!text.includes('from "zod/mini"')) continue;
    const constants = constantsIn(text);
    for (const [name, written] of constants) all.set(name, written);
    files.push({ url: pathToFileURL(path).href, constants });
  }
  for (const { url, constants } of files) {
    const scope = new Map([...all, ...constants]);
    for (const [name, value] of Object.entries(await import(url))) {
      const written = constants.get(name);
      if (written) known.set(value, resolved(written, scope, new Set()));
    }
  }
  return { of: (schema) => known.get(schema) };
}

function constantsIn(text: string): Map<string, Written> {
  const constants = new Map<string, Written>();
  let open: { indent: number; written: Written }[] = [];
  let doc: string | undefined;
  for (const line of joinedComments(text)) {
    const comment = /^ *\/\*\* (.*) \*\/$/.exec(line)?.[1];
    if (comment !== undefined) {
      doc = comment;
      continue;
    }
    const [, name, value] = CONST.exec(line) ?? [];
    const [, space, quoted, bare, rest] = KEY.exec(line) ?? [];
    const key = quoted ?? bare;
    if (name !== undefined) {
      const written = writtenOf(doc, value!);
      constants.set(name, written);
      open = [{ indent: -1, written }];
    } else if (key !== undefined && open.length > 0) {
      const indent = space!.length;
      open = open.filter((outer) => outer.indent < indent);
      const written = writtenOf(doc, rest ?? key);
      open.at(-1)?.written.fields.set(key, written);
      open.push({ indent, written });
    } else if (open.length > 0) {
      const indent = line.search(/\S/);
      const outer = open.filter((one) => one.indent < indent).at(-1) ??
        open[0]!;
      for (const word of namesIn(line)) outer.written.refers.add(word);
    }
    doc = undefined;
  }
  return constants;
}

/** The lines of a file, each doc comment on one. */
function joinedComments(text: string): string[] {
  return text.replaceAll(
    /\/\*\*\s*([^]*?)\s*\*\//g,
    (_, inner: string) =>
      `/** ${inner.replaceAll(/\s*\n\s*\*?\s*/g, " ").trim()} */`,
  ).split("\n");
}

function writtenOf(doc: string | undefined, value: string): Written {
  return { doc, fields: new Map(), refers: new Set(namesIn(value)) };
}

function namesIn(text: string): string[] {
  return text.match(/\b[A-Z]\w+\b/g) ?? [];
}

function resolved(
  { fields, refers }: Written,
  scope: ReadonlyMap<string, Written>,
  above: ReadonlySet<Written>,
): Fields {
  const found = new Map<string, Field>();
  for (const name of refers) {
    const other = scope.get(name);
    if (!other || above.has(other)) continue;
    const inner = resolved(other, scope, new Set([...above, other]));
    for (const [key, field] of inner) found.set(key, field);
  }
  for (const [key, written] of fields) {
    const inner = resolved(written, scope, above);
    found.set(key, { doc: written.doc, fields: inner });
  }
  return found;
}

/** The schema with the comments of its fields as descriptions. */
export function described(schema: JsonSchema, fields: Fields): JsonSchema {
  const inner = (part: JsonSchema) => described(part, fields);
  const { properties, items, anyOf, additionalProperties } = schema;
  return {
    ...schema,
    ...properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, part]) => {
          const field = fields.get(name);
          const whole = field ? described(part, field.fields) : part;
          return [
            name,
            field?.doc === undefined
              ? whole
              : { description: plain(field.doc), ...whole },
          ];
        }),
      ),
    },
    ...items && { items: inner(items) },
    ...anyOf && { anyOf: anyOf.map(inner) },
    ...isSchema(additionalProperties) && {
      additionalProperties: inner(additionalProperties),
    },
  };
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null;
}

/** Links of doc comments mean nothing in a schema. */
function plain(doc: string): string {
  return doc.replaceAll(/\{@link ([^}]*)\}/g, "`$1`").replaceAll("**", "");
}
