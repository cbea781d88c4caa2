import { dirname, join } from "node:path";
import type { AnyCommand } from "../src/cli/command.ts";
import { commandHelp, overview } from "../src/cli/help.ts";
import { COMMANDS } from "../src/commands/mod.ts";
import { ERRORS, EXIT_BUG, EXIT_FOUND } from "../src/errors.ts";
import { configurationPage } from "./generate_configuration.ts";
import { pluginFiles } from "./generate_plugin.ts";

/** The project this script is part of. */
const ROOT = dirname(import.meta.dirname!);

/**
 * Everything that is derived from the command table, by path below `root`, as
 * it should read. A test compares it with what is there.
 */
export async function generated(root = ROOT): Promise<Map<string, string>> {
  const commands = await Promise.all(
    Object.values(COMMANDS).map((load) => load()),
  );
  const readme = await Deno.readTextFile(join(root, "README.md"));
  return new Map([
    ...pluginFiles(),
    ["docs/cli.md", reference(commands)],
    ["docs/configuration.md", configurationPage(table)],
    [
      "README.md",
      marked(
        marked(readme, "commands", commandTable(commands)),
        "exit",
        exitTable(),
      ),
    ],
  ]);
}

function reference(commands: readonly AnyCommand[]): string {
  const block = (text: string) => `\`\`\`text\n${text}\`\`\``;
  return [
    "# Command reference",
    "This page is the help of every command; `deno task generate` writes it.",
    `## mpm\n\n${block(overview(commands))}`,
    ...commands.map((command) =>
      `## mpm ${command.name}\n\n${block(commandHelp(command))}`
    ),
  ].join("\n\n") + "\n";
}

function commandTable(commands: readonly AnyCommand[]): string {
  return table(
    ["command", "does"],
    commands.map(({ name, summary }) => [
      `\`mpm ${name}\``,
      summary,
    ]),
  );
}

function exitTable(): string {
  const meanings = new Map<number, string[]>([[0, ["it worked"]]]);
  for (const { exit, meaning } of Object.values(ERRORS)) {
    meanings.set(exit, [...meanings.get(exit) ?? [], meaning]);
  }
  meanings.get(EXIT_FOUND)!.push("mpm scan found a secret");
  meanings.set(EXIT_BUG, ["a bug in mpm"]);
  meanings.set(130, ["interrupted"]);
  const rows = [...meanings].sort(([a], [b]) => a - b);
  return table(
    ["status", "meaning"],
    rows.map(([status, texts]) => [
      String(status),
      texts.join("; "),
    ]),
  );
}

/** A Markdown table as `deno fmt` leaves it. */
function table(heads: string[], rows: string[][]): string {
  const widths = heads.map((head, at) =>
    Math.max(head.length, ...rows.map((row) => row[at]!.length))
  );
  const line = (cells: string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(" | ")} |`;
  return [
    line(heads),
    `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`,
    ...rows.map(line),
  ].join("\n");
}

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`. */
function marked(text: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [start, end] = [text.indexOf(open), text.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`README.md lacks ${open}`);
  return `${text.slice(0, start + open.length)}\n\n${content}\n\n${
    text.slice(end)
  }`;
}

if (import.meta.main) {
  for (const [path, text] of await generated()) {
    await Deno.writeTextFile(join(ROOT, path), text);
  }
}
