import {
  CONFIG_FILES,
  GIT_FILES,
  PROJECT_FILES,
  USER_FILES,
} from "../src/app/help/file_places.ts";
import { STORED } from "../src/app/help/schemas.ts";
import { marked, table } from "./generate_markdown.ts";

/** `docs/formats.md` with new lists of files and schemas. */
export function formatsPage(page: string): string {
  const rows = STORED.map(({ name, summary }) => [
    `[${name}](../schemas/${name}.json)`,
    summary,
  ]);
  return marked(
    marked(page, "places", files()),
    "schemas",
    table(["schema", "format"], rows),
  );
}

/** The table of all files, folders and refs, with the limit of each. */
function files(): string {
  const groups = [
    [".claude-mpm/", PROJECT_FILES],
    ["", GIT_FILES],
    ["~/.local/state/mpm/", USER_FILES],
    ["~/.config/mpm/", CONFIG_FILES],
  ] as const;
  return table(
    ["path", "contents", "limit", "removed by or when"],
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
