import { dirname, join } from "@std/path";
import { topicNamed, TOPICS } from "../src/app/help/names.ts";
import { configurationPage } from "./generate_configuration.ts";
import { formatsPage } from "./generate_formats.ts";
import { manPages } from "./generate_man.ts";
import { table } from "./generate_markdown.ts";
import { pluginFiles } from "./generate_plugin.ts";
import { reference } from "./generate_reference.ts";
import { schemaFiles } from "./generate_schemas.ts";
import { commandTable } from "./generate_table.ts";
import { undoPage } from "./generate_undo.ts";
import { typesFile } from "./generate_types.ts";

/** The project this script is part of. */
const ROOT = dirname(import.meta.dirname!);

/** The table of commands. */
const TABLE = "src/app/table.ts";

/** Folders that hold only generated files. */
export const GENERATED_FOLDERS = ["man", "schemas"] as const;

/**
 * Everything that is derived from the command table, the schemas and other
 * tables, by path below `root`. A test compares it with the existing files.
 */
export async function generated(root = ROOT): Promise<Map<string, string>> {
  const read = (path: string) => Deno.readTextFile(join(root, path));
  const { text: commandsFile, commands: all } = await commandTable(
    root,
    await read(TABLE),
  );
  const commands = all.filter(({ hidden }) => !hidden);
  const summaries = Object.fromEntries(
    commands.map(({ name, summary }) => [name, summary]),
  );
  const topics = Object.keys(TOPICS)
    .map((name) => topicNamed(name, summaries)!);
  const schemas = await schemaFiles(root, summaries);
  return new Map([
    ...pluginFiles(),
    ...manPages(commands, topics),
    ...schemas,
    ["schemas/types.ts", await typesFile(schemas)],
    [TABLE, commandsFile],
    ["src/app/summaries.ts", summaryTable(summaries)],
    ["docs/cli.md", reference(commands, topics)],
    ["docs/configuration.md", configurationPage(table)],
    ["docs/formats.md", formatsPage(await read("docs/formats.md"))],
    ["docs/undo.md", undoPage(await read("docs/undo.md"))],
  ]);
}

/** `src/app/summaries.ts` as `deno fmt` leaves it. */
function summaryTable(summaries: Readonly<Record<string, string>>): string {
  const rows = Object.entries(summaries).map(([name, summary]) => {
    const row = `  ${JSON.stringify(name)}: ${JSON.stringify(summary)},`;
    return row.length <= 80 ? row : row.replace(": ", ":\n    ");
  });
  return [
    "/** What each command does, without loading it; `deno task generate` writes it. */",
    "export const SUMMARIES: Readonly<Record<string, string>> = {",
    ...rows,
    "};",
    "",
  ].join("\n");
}

/**
 * Writes the table of commands, from which the rest is made; returns whether it
 * changed.
 */
async function renewTable(root: string): Promise<boolean> {
  const path = join(root, TABLE);
  const before = await Deno.readTextFile(path);
  const { text } = await commandTable(root, before);
  if (text !== before) await Deno.writeTextFile(path, text);
  return text !== before;
}

if (import.meta.main) {
  if (await renewTable(ROOT)) {
    // This process has loaded the old table.
    const again = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", import.meta.filename!],
    });
    Deno.exit((await again.spawn().status).code);
  }
  const files = await generated();
  for (const folder of GENERATED_FOLDERS) {
    await Deno.mkdir(join(ROOT, folder), { recursive: true });
    for await (const { name } of Deno.readDir(join(ROOT, folder))) {
      if (!files.has(`${folder}/${name}`)) {
        await Deno.remove(join(ROOT, folder, name));
      }
    }
  }
  for (const [path, text] of files) {
    const full = join(ROOT, path);
    const old = await Deno.readTextFile(full).catch(() => undefined);
    // A newer time of a source would be enough to build the binary again.
    if (old !== text) await Deno.writeTextFile(full, text);
  }
}
