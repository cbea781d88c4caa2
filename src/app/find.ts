import type { AnyCommand } from "../cli/command.ts";
import { leadingWords } from "../cli/parse.ts";
import { getOwn } from "../base/own.ts";
import { COMMANDS } from "./table.ts";

/** The command of a line, and the line without the words of its name. */
export interface FoundCommand {
  readonly command: AnyCommand | undefined;
  readonly rest: readonly string[];
}

/** The command whose words `argv` starts with; the longest wins. */
export async function findCommand(
  argv: readonly string[],
): Promise<FoundCommand> {
  const { words, at } = leadingWords(argv);
  for (let count = Math.min(words.length, 2); count > 0; count--) {
    const command = await commandNamed(words.slice(0, count).join(" "));
    if (!command) continue;
    const own = new Set(at.slice(0, count));
    return { command, rest: argv.filter((_, index) => !own.has(index)) };
  }
  return { command: undefined, rest: argv };
}

/** The command of exactly that name, or of one of claude-mpm's. */
async function commandNamed(name: string): Promise<AnyCommand | undefined> {
  const load = getOwn(COMMANDS, name);
  if (load) return await load();
  // Loaded here: those are rarely typed.
  const { spelled } = await import("./spellings.ts");
  return await spelled(name);
}
