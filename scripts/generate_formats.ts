import { PROJECT_FILES } from "../src/app/help/file_places.ts";
import {
  CONFIG_FILES,
  GIT_FILES,
  USER_FILES,
} from "../src/app/help/other_places.ts";
import type { JsonSchema } from "../src/app/help/json_schema.ts";
import { marked, table } from "./generate_markdown.ts";

/** The stored formats whose fields the page lists. */
const STORED = ["save", "work-session", "checkpoint-record"];

/**
 * `docs/formats.md` with its lists of files and fields made again; what stands
 * between them is written by hand.
 */
export function formatsPage(
  page: string,
  schemas: readonly (readonly [path: string, text: string])[],
): string {
  let text = marked(page, "places", files());
  for (const name of STORED) {
    const [, json] = schemas.find(([path]) => path === `schemas/${name}.json`)!;
    text = marked(text, name, fields(JSON.parse(json)));
  }
  const rows = schemas.map(([path, json]) => [
    `[${path.slice("schemas/".length, -".json".length)}](../${path})`,
    JSON.parse(json).description as string,
  ]);
  return marked(text, "schemas", table(["schema", "of"], rows));
}

/** The table of all files, folders and refs, with what bounds each. */
function files(): string {
  const groups = [
    [".claude-mpm/", PROJECT_FILES],
    ["", GIT_FILES],
    ["~/.local/state/mpm/", USER_FILES],
    ["~/.config/mpm/", CONFIG_FILES],
  ] as const;
  return table(
    ["path", "holds", "at most", "removed by"],
    groups.flatMap(([folder, places]) =>
      places.map(({ path, holds, bound, removal }) => [
        pathsIn(folder, path),
        holds,
        bound,
        removal,
      ])
    ),
  );
}

function pathsIn(folder: string, paths: string): string {
  const place = (path: string) => path.startsWith("mpm/") ? ".git/" : folder;
  return paths.split(", ").map((path) => `\`${place(path)}${path}\``)
    .join(", ");
}

function fields(schema: JsonSchema): string {
  return table(["field", "type", "holds"], rowsOf(schema, ""));
}

function rowsOf(schema: JsonSchema, above: string): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const optional = !schema.required?.includes(name);
    const types = typesOf(field);
    const { inner, list } = innerOf(field);
    const path = `${above}${name}`;
    return [
      [
        `\`${path}\``,
        [...types, ...optional ? ["or absent"] : []].join(", ")
          .replace(", or absent", " or absent"),
        (field.description ?? "").replace(/\.$/, ""),
      ],
      ...inner && !isSave(inner)
        ? rowsOf(inner, `${path}${list ? "[]" : ""}.`)
        : [],
    ];
  });
}

/** A save within something else is listed once, by itself. */
function isSave({ properties }: JsonSchema): boolean {
  return properties !== undefined && "git_context" in properties;
}

function typesOf(field: JsonSchema): string[] {
  if (field.anyOf) return [...new Set(field.anyOf.flatMap(typesOf))];
  const { type } = field as { type?: string | string[] };
  if (Array.isArray(type)) return type;
  if (type === "array") {
    const of = field.items ? typesOf(field.items).join(" or ") : "";
    return [of === "" || of === "any" ? "list" : `list of ${of}`];
  }
  if ("const" in field) return [JSON.stringify(field.const)];
  return [type ?? "any"];
}

/** The object whose fields are listed below a field. */
function innerOf(
  field: JsonSchema,
  list = false,
): { inner: JsonSchema | undefined; list: boolean } {
  if (field.properties) return { inner: field, list };
  if (field.items) return innerOf(field.items, true);
  for (const part of field.anyOf ?? []) {
    const found = innerOf(part, list);
    if (found.inner) return found;
  }
  return { inner: undefined, list };
}
