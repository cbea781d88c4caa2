import { dirname, join } from "@std/path";
import { pathToFileURL } from "node:url";
import { behindDoor } from "./build_doors.ts";
import type { JsonSchema } from "../src/app/help/json_schema.ts";

/** The doc comments in the source for the fields of a schema. */
export type Fields = ReadonlyMap<string, Field>;

export interface Field {
  readonly doc: string | undefined;
  readonly fields: Fields;
}

/** The comments of all schemas in a folder. */
export interface Comments {
  /** The fields of an exported schema; `undefined` for other names. */
  of(schema: unknown): Fields | undefined;
}

/** A constant or a field as written, and the names that it refers to. */
interface Written {
  readonly doc: string | undefined;
  readonly fields: Map<string, Written>;
  readonly refers: Set<string>;
}

/** A file of schemas. */
interface Source {
  readonly constants: Map<string, Written>;
  /** The file that each imported name is from. */
  readonly imports: ReadonlyMap<string, string>;
}

const KEY = /^( +)(?:"([^"]+)"|([a-z]\w*))(?::\s*(.*)|,)$/;
const CONST = /^(?:export )?const (\w+) = (.*)$/;

/**
 * Reads the doc comments of the schemas below `folder`, which validation does
 * not need. The files are formatted by `deno fmt`: each field is on its own
 * line, indented by its depth, below its comment.
 */
export async function readComments(folder: string): Promise<Comments> {
  const sources = new Map<string, Source>();
  for (const path of filesBelow(folder)) {
    const text = await Deno.readTextFile(path);
    if (!/from "(?:zod\/mini|[./]*\/base\/(?:shape|schema)\.ts)"/.test(text)) {
      continue;
    }
    sources.set(path, {
      constants: constantsIn(text),
      imports: importsIn(path, text),
    });
  }
  const known = new Map<unknown, Fields>();
  for (const [file, { constants }] of sources) {
    const values = await import(pathToFileURL(file).href);
    for (const [name, value] of Object.entries(values)) {
      const written = constants.get(name);
      if (written) known.set(value, resolved(written, file, sources));
    }
  }
  return { of: (schema) => known.get(schema) };
}

/** The code in `folder` and in the folders below it, without tests. */
function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    if (isDirectory) return filesBelow(path);
    return /(?<!_test)\.ts$/.test(name) ? [path] : [];
  });
}

function importsIn(path: string, text: string): Map<string, string> {
  const found = new Map<string, string>();
  const pattern = /^import \{([^}]*)\} from "(\.[^"]+\.ts)";$/gm;
  for (const [, names, file] of text.matchAll(pattern)) {
    const from = join(dirname(path), file!);
    const behind = from.endsWith("mod.ts")
      ? behindDoor(Deno.readTextFileSync(from))
      : new Map<string, string>();
    for (const name of namesIn(names!)) {
      const there = behind.get(name);
      found.set(name, there ? join(dirname(from), there) : from);
    }
  }
  return found;
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
    // A statement ends before the next line that is not indented.
    if (/^\S/.test(line)) open = [];
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
      `/** ${
        inner.replace(/^\*\s*/, "").replaceAll(/\s*\n\s*\*?\s*/g, " ")
      } */`,
  ).split("\n");
}

function writtenOf(doc: string | undefined, value: string): Written {
  return { doc, fields: new Map(), refers: new Set(namesIn(value)) };
}

function namesIn(text: string): string[] {
  return text.match(/\b[A-Z]\w+\b/g) ?? [];
}

/**
 * The fields of the schemas in `file`, including those in other files that it
 * refers to.
 */
function resolved(
  written: Written,
  file: string,
  sources: ReadonlyMap<string, Source>,
  above: readonly Written[] = [],
): Fields {
  const found = new Map<string, Field>();
  const within = [...above, written];
  for (const name of written.refers) {
    const here = sources.get(file)?.constants.get(name);
    const from = here ? file : sources.get(file)?.imports.get(name) ?? "";
    const other = here ?? sources.get(from)?.constants.get(name);
    if (!other || within.includes(other)) continue;
    const fields = resolved(other, from, sources, within);
    for (const [key, field] of fields) found.set(key, field);
  }
  for (const [key, field] of written.fields) {
    const fields = resolved(field, file, sources, within);
    found.set(key, { doc: field.doc, fields });
  }
  return found;
}

/** The schema with the comments of its fields as descriptions. */
export function described(schema: JsonSchema, fields: Fields): JsonSchema {
  const inner = (part: JsonSchema) => described(part, fields);
  const { properties, items, anyOf, oneOf, additionalProperties } = schema;
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
    ...oneOf && { oneOf: oneOf.map(inner) },
    ...isSchema(additionalProperties) && {
      additionalProperties: inner(additionalProperties),
    },
  };
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null;
}

/** Links in doc comments have no meaning in a schema. */
function plain(doc: string): string {
  return doc.replaceAll(/\{@link ([^}]*)\}/g, "`$1`").replaceAll("**", "");
}
