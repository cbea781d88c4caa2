import bugFix from "../../../templates/bug-fix.md" with { type: "text" };
import codeReview from "../../../templates/code-review.md" with {
  type: "text",
};
import feature from "../../../templates/feature-development.md" with {
  type: "text",
};
import incident from "../../../templates/incident.md" with { type: "text" };
import refactoring from "../../../templates/refactoring.md" with {
  type: "text",
};
import release from "../../../templates/release.md" with { type: "text" };
import { join } from "../../base/join.ts";
import { entriesOf } from "../store.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { didYouMean } from "../../base/nearest.ts";
import { getOwn } from "../../base/own.ts";
import {
  parseTemplate,
  type Template,
  type TemplateSource,
} from "./template.ts";
import type { System } from "../../system/system.ts";
import { checkPath, layout, userFolder } from "../../ops/mod.ts";

/** The maximum size of a template, in bytes. */
export const LARGEST_TEMPLATE = 256 * 1024;

/** The maximum number of templates in one folder. */
const MOST = 500;

/** An existing template that has not been read yet. */
export interface TemplateEntry {
  /** The name of its file without `.md`. */
  readonly name: string;
  readonly origin: "project" | "user" | "shipped";
  /**
   * The absolute path of the file; `undefined`: the template is part of mpm.
   */
  readonly path: string | undefined;
}

/** A template that has been read. */
interface FoundTemplate extends TemplateEntry {
  readonly template: Template;
}

/**
 * Lists the templates of the project, the user, and mpm, by name. If several
 * have the same name, the nearest wins. In the project's folder, only marked
 * files count. Throws CONFLICT if the project's folder is a link.
 */
export function listTemplates(system: System, root: string): TemplateEntry[] {
  const found = new Map<string, TemplateEntry>();
  const entries: TemplateEntry[] = [
    ...entriesIn(system, root, "project")
      .filter(({ path }) => isListed(system, path!)),
    ...entriesIn(system, root, "user"),
    ...Object.keys(SHIPPED)
      .map((name) => ({ name, origin: "shipped" as const, path: undefined })),
  ];
  for (const entry of entries) {
    const key = entry.name.toLowerCase();
    if (!found.has(key)) found.set(key, entry);
  }
  return [...found.values()].sort((a, b) => a.name < b.name ? -1 : 1);
}

/** Lists every file whose name allows it to be a template. */
function entriesIn(
  system: System,
  root: string,
  origin: "project" | "user",
): TemplateEntry[] {
  return filesIn(system, root, origin).flatMap(({ file, path }) => {
    const name = templateName(file);
    return name === undefined ? [] : [{ name, origin, path }];
  }).sort((a, b) => a.name < b.name ? -1 : 1).slice(0, MOST);
}

/**
 * Returns whether a file of the project is a template, and not a document that
 * claude-mpm keeps in the same folder. An unreadable file may be a template.
 */
function isListed(system: System, path: string): boolean {
  const bytes = attempt(() => system.files.readOwn(path, LARGEST_TEMPLATE));
  return bytes === undefined || isMarked(new TextDecoder().decode(bytes));
}

/**
 * Returns the folder of templates; `undefined` if the user does not have one.
 */
export function templateFolder(
  system: System,
  root: string,
  origin: "project" | "user",
): string | undefined {
  if (origin === "project") return join(layout(root).home, "templates");
  const folder = userFolder(system);
  return folder === undefined ? undefined : join(folder, "mpm", "templates");
}

/**
 * Lists the files next to the templates whose names make them invalid, except
 * hidden files. Throws the errors of {@link listTemplates}.
 */
export function strayTemplates(system: System, root: string): string[] {
  const strays = (origin: "project" | "user") =>
    filesIn(system, root, origin)
      .filter(({ file, kind }) =>
        kind !== "folder" && !file.startsWith(".") &&
        templateName(file) === undefined
      )
      .map(({ path }) => path).sort();
  return [
    ...strays("project").filter((path) => isListed(system, path)),
    ...strays("user"),
  ];
}

/**
 * Lists the files in a folder of templates. A project's folder must not be a
 * link.
 */
function filesIn(system: System, root: string, origin: "project" | "user") {
  const folder = templateFolder(system, root, origin);
  if (folder === undefined) return [];
  if (origin === "project") checkPath(system, folder, root);
  return entriesOf(system, folder)
    .map(({ name, kind }) => ({ file: name, path: join(folder, name), kind }));
}

function templateName(file: string): string | undefined {
  return /^([\p{L}\p{N}][\p{L}\p{N}._-]{0,99})\.md$/u.exec(file)?.[1];
}

/**
 * Reads a template. Throws UNREADABLE with the file and the line, or
 * FILE_FAILED.
 */
export async function readTemplate(
  system: System,
  entry: TemplateEntry,
): Promise<FoundTemplate> {
  const { name, origin, path } = entry;
  if (path === undefined) {
    const text = getOwn(SHIPPED, name)!;
    const source = { name, path: `${name} of mpm` };
    return { ...entry, template: await parseTemplate(text, source) };
  }
  const { files } = system;
  // The user's templates may be links. A project's templates may come from
  // anyone.
  const bytes = origin === "user"
    ? files.readUpTo(path, LARGEST_TEMPLATE)
    : files.readOwn(path, LARGEST_TEMPLATE);
  return { ...entry, template: await parsed(bytes, { name, path }) };
}

/** Parses a template from its bytes. Throws UNREADABLE. */
export async function parsed(
  bytes: Uint8Array,
  source: TemplateSource,
): Promise<Template> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
  } catch (error) {
    throw new MpmError(
      "UNREADABLE",
      `Cannot use "${source.path}": it is not UTF-8`,
      { cause: error },
    );
  }
  return await parseTemplate(text, source);
}

/**
 * Returns the template called `wanted`: by file name, or else by title,
 * ignoring case. Throws NOT_FOUND with the existing names.
 */
export async function findTemplate(
  system: System,
  root: string,
  wanted: string,
): Promise<FoundTemplate> {
  const entries = listTemplates(system, root);
  const files = entriesIn(system, root, "project");
  const key = wanted.trim().toLowerCase();
  const slug = key.replaceAll(/[\s_]+/g, "-");
  // A file without a mark is used only if it is requested by name.
  const named = [entries, files].flatMap((list) =>
    [key, slug].map((wanted) =>
      list.find(({ name }) => name.toLowerCase() === wanted)
    )
  ).find((entry) => entry !== undefined);
  if (named) return await readTemplate(system, named);
  for (const entry of entries) {
    // An unreadable template has no title.
    const found = await attempt(() => readTemplate(system, entry));
    if (found?.template.title.toLowerCase() === key) return found;
  }
  const names = entries.map(({ name }) => name);
  throw new MpmError("NOT_FOUND", `No template "${wanted}"`, {
    hint: didYouMean(key, names, `Available templates: ${names.join(", ")}`),
  });
}

/** The fields that the front matter of a template may have. */
const FIELDS: readonly string[] = ["name", "description", "variables"];

const FIELD = /^["']?([A-Za-z_][\w-]*)["']?[ \t]*:/;

/**
 * Returns whether a file looks like an mpm template: it has front matter with
 * only the fields of a template, or a first heading `# Template: …`. claude-mpm
 * keeps its own documents in the same folder.
 */
function isMarked(text: string): boolean {
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
  if (lines[0]?.trimEnd() !== "---") {
    const heading = lines.find((line) => /^#{1,6}\s/.test(line));
    return heading !== undefined && /^#\s+template:/i.test(heading);
  }
  for (const line of lines.slice(1)) {
    if (/^(?:---|\.\.\.)\s*$/.test(line)) break;
    const name = FIELD.exec(line)?.[1];
    if (name !== undefined && !FIELDS.includes(name)) return false;
  }
  return true;
}

/** The templates that come with mpm, by name. */
export const SHIPPED: Readonly<Record<string, string>> = {
  "bug-fix": bugFix,
  "code-review": codeReview,
  "feature-development": feature,
  incident,
  refactoring,
  release,
};
