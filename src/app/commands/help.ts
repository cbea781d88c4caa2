import {
  commandHelp,
  commandInfo,
  dailyHelp,
  defineCommand,
  flag,
  flagInfo,
  GLOBAL_FLAGS,
  groupHelp,
  overview,
  reflowPage,
  topicText,
  withHeadings,
} from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import { getOwn } from "../../base/own.ts";
import type { HelpResult } from "./results.ts";
import { commandNamed, findCommand, unknownCommand } from "../find.ts";
import { currentName } from "../spellings.ts";
import {
  commandSections,
  dailySections,
  pages,
  topicNamed,
  TOPICS,
} from "../help/names.ts";
import { COMMANDS, loadCommand } from "../table.ts";
import { SUMMARIES } from "../summaries.ts";
import { schemaList } from "../help/schemas.ts";

export const help = defineCommand({
  name: "help",
  summary: "Show help for a command or a topic",
  description: `
Without arguments, mpm lists the everyday commands. With --all, mpm lists every command and page.
"mpm <command> --help" is the same as "mpm help <command>". Other pages: ${
    Object.keys(TOPICS).join(", ")
  }.
"mpm help formats <name>" prints a JSON Schema. With --json, mpm prints the page as data.`,
  positionals: [{
    name: "topic",
    summary: "A command, a group of commands, or a page",
    rest: true,
    names: "topic",
  }],
  flags: { all: flag("List every command and page") },
  examples: [
    "mpm help",
    "mpm help --all",
    "mpm help saves",
    "mpm help checkpoint restore",
    "mpm help exit-codes",
    "mpm help formats save",
  ],
  result: async () => (await import("./results.ts")).HelpResult,
  async run(_, { topic, all }): Promise<HelpResult> {
    const page = await pageOf(topic);
    return all && topic.length === 0 ? { ...page, text: allCommands() } : page;
  },
  // A schema is a document: it is written to a file unchanged.
  verbatim: ({ schema }) => schema !== null,
  render: ({ text, schema }, style) => {
    if (schema !== null) return text;
    const columns = style.piped ? PAGE : style.columns;
    return withHeadings(reflowPage(text, columns), style);
  },
});

/** The number of columns of a page for a pager or a file. */
const PAGE = 80;

type Page = Pick<HelpResult, "text"> & Partial<HelpResult>;

/** Returns the help page for these words. Throws USAGE. */
export async function pageOf(typed: readonly string[]): Promise<HelpResult> {
  const words = typed.map((word, at) => at === 0 ? currentName(word) : word);
  const page = await groupPage(words) ?? await topicPage(words) ??
    await commandPage(words);
  if (!page) throw await unknownTopic(words);
  return {
    topic: words.length === 0 ? null : words.join(" "),
    commands: [],
    global_options: Object.entries(GLOBAL_FLAGS).map(flagInfo),
    schema: null,
    ...page,
  };
}

/** Returns the page of everyday commands. */
export function shortHelp(): string {
  return dailyHelp(dailySections(SUMMARIES));
}

/** Returns the page with one line for each command. */
function allCommands(): string {
  return overview(commandSections(SUMMARIES), pages());
}

/** Returns all commands, or those of a group that is not a command. */
async function groupPage(words: readonly string[]): Promise<Page | undefined> {
  const begun = words.map((word) => `${word} `).join("");
  const name = words.join(" ");
  const found = Object.keys(COMMANDS)
    .filter((one) => one.startsWith(begun) && getOwn(SUMMARIES, one));
  const other = Object.hasOwn(COMMANDS, name) || Object.hasOwn(TOPICS, name);
  if (found.length === 0 || other) return undefined;
  const commands = await Promise.all(
    found.map(async (one) => (await loadCommand(one))!),
  );
  const rows = found.map((one) => [one, getOwn(SUMMARIES, one) ?? ""] as const);
  return {
    text: words.length === 0 ? shortHelp() : groupHelp(name, rows),
    commands: commands.map(commandInfo),
  };
}

async function commandPage(
  words: readonly string[],
): Promise<Page | undefined> {
  const { command, rest } = await findCommand(words);
  if (!command || rest.length > 0) return undefined;
  return { text: commandHelp(command), commands: [commandInfo(command)] };
}

async function topicPage(
  [name = "", ...more]: readonly string[],
): Promise<Page | undefined> {
  const topic = topicNamed(name, SUMMARIES);
  if (!topic) return undefined;
  if (more.length === 0) return { text: topicText(topic) };
  return name === "formats" ? await schemaPage(more.join("-")) : undefined;
}

async function schemaPage(name: string): Promise<Page> {
  const { jsonSchema } = await import("../help/json_schema.ts");
  const list = schemaList(SUMMARIES);
  const found = list.find((one) => one.name === name);
  if (!found) {
    const near = nearest(name, list.map((one) => one.name));
    throw new MpmError("NOT_FOUND", `No format "${name}"`, {
      hint: near === undefined
        ? '"mpm help formats" lists them'
        : `Did you mean "mpm help formats ${near}"?`,
    });
  }
  const schema = jsonSchema(await found.load(), found);
  return { text: `${JSON.stringify(schema, null, 2)}\n`, schema };
}

async function unknownTopic(words: readonly string[]): Promise<MpmError> {
  const [first = "", ...more] = words;
  if (more.length > 0 && await commandNamed(first)) {
    return new MpmError("USAGE", `Unknown command "${words.join(" ")}"`, {
      hint: `"mpm help ${first}" shows one command at a time`,
    });
  }
  const near = nearest(words.join(" "), Object.keys(TOPICS));
  return near === undefined
    ? unknownCommand(words)
    : new MpmError("USAGE", `Unknown topic "${words.join(" ")}"`, {
      hint: `Did you mean "mpm help ${near}"?`,
    });
}
