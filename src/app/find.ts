import { spelled } from "./spellings.ts";
import { type AnyCommand, leadingWords } from "../cli/mod.ts";
import { getOwn } from "../base/own.ts";
import { COMMANDS } from "./table.ts";
import { MpmError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";

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
export async function commandNamed(
  name: string,
): Promise<AnyCommand | undefined> {
  const load = getOwn(COMMANDS, name);
  return await (load ? load() : spelled(name));
}

/** The error that says what was probably meant by words that name nothing. */
export function unknownCommand(words: readonly string[]): MpmError {
  const [first = "", second] = words;
  const names = Object.keys(COMMANDS);
  const group = names.filter((name) => name.startsWith(`${first} `));
  if (group.length > 0 && second === undefined) {
    return new MpmError("USAGE", `"mpm ${first}" needs one more word`, {
      hint: `One of ${
        group.map((name) => name.slice(first.length + 1)).join(", ")
      }; "mpm help ${first}" says what each does`,
    });
  }
  const typed = group.length > 0 ? `${first} ${second}` : first;
  const firsts = new Set(names.map((name) => name.split(" ")[0]!));
  const near = nearest(words.slice(0, 2).join(" "), names) ??
    nearest(first, firsts);
  const list = group.length > 0
    ? `There are ${
      group.map((name) => name.slice(first.length + 1)).join(", ")
    }; "mpm help ${first}" says what each does`
    : '"mpm help" lists the commands';
  return new MpmError("USAGE", `Unknown command "${typed}"`, {
    hint: near === undefined || near === typed
      ? list
      : `Did you mean "mpm ${near}"?`,
  });
}
