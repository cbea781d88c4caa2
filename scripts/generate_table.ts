import { join, relative } from "@std/path";
import { pathToFileURL } from "node:url";
import type { AnyCommand } from "../src/cli/command.ts";

/** A command and where it is declared. */
interface Declared {
  readonly command: AnyCommand;
  /** The path below `src/`, with `/`. */
  readonly path: string;
}

/**
 * `src/app/table.ts` with every command of a `commands/` folder below `src/`,
 * as `deno fmt` leaves it. `before` is the present file. The order of its rows,
 * which is that of the help, stays. A new command comes after those that begin
 * with its first word.
 */
export async function commandTable(
  root: string,
  before: string,
): Promise<{ text: string; commands: AnyCommand[] }> {
  const declared = await commandsBelow(join(root, "src"));
  const order = [...before.matchAll(/^ {2}"([a-z -]+)": \(\)/gm)]
    .map(([, name]) => name!);
  for (const { command: { name } } of declared) {
    if (order.includes(name)) continue;
    const first = name.split(" ")[0]!;
    const after = order.findLastIndex((one) => one.split(" ")[0] === first);
    order.splice(after < 0 ? order.length : after + 1, 0, name);
  }
  const inOrder = order.flatMap((name) =>
    declared.filter(({ command }) => command.name === name)
  );
  const text = before.replace(
    /(export const COMMANDS[^]*? = \{\n)[^]*?^\};$/m,
    (_, head: string) => `${head}${inOrder.map(row).join("\n")}\n};`,
  );
  return { text, commands: inOrder.map(({ command }) => command) };
}

function row({ command: { name }, path }: Declared): string {
  const from = path.startsWith("app/")
    ? `./${path.slice("app/".length)}`
    : `../${path}`;
  const whole = `  "${name}": () => import("${from}"),`;
  return whole.length <= 80 ? whole : whole.replace("=> ", "=>\n    ");
}

async function commandsBelow(source: string): Promise<Declared[]> {
  const found: Declared[] = [];
  for (const path of commandFiles(source)) {
    const values = await import(pathToFileURL(path).href);
    const below = relative(source, path).replaceAll("\\", "/");
    const commands = Object.values(values).filter(isCommand);
    if (commands.length > 1) throw new Error(`${path} exports two commands`);
    found.push(...commands.map((command) => ({ command, path: below })));
  }
  return found;
}

/** The files of all folders named `commands`. */
function commandFiles(folder: string): string[] {
  return [...Deno.readDirSync(folder)].sort(byName).flatMap((
    { name, ...one },
  ) =>
    !one.isDirectory
      ? []
      : name === "commands"
      ? filesIn(join(folder, name))
      : commandFiles(join(folder, name))
  );
}

function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].sort(byName)
    .filter(({ name }) => /(?<!_test)\.ts$/.test(name))
    .map(({ name }) => join(folder, name));
}

function byName(one: Deno.DirEntry, other: Deno.DirEntry): number {
  return one.name < other.name ? -1 : 1;
}

function isCommand(value: unknown): value is AnyCommand {
  return typeof value === "object" && value !== null && "run" in value &&
    "render" in value && "flags" in value;
}
