import type { Candidate } from "../../cli/completion.ts";
import { nextWords } from "../../cli/completion.ts";
import { SUMMARIES } from "../summaries.ts";
import type { Topic } from "../../cli/topic.ts";

/** What each command does, by its name. */
export type Summaries = Readonly<Record<string, string>>;

interface Page {
  readonly summary: string;
  readonly load: (summaries: Summaries) => Promise<Topic>;
}

/** The pages that belong to no one command, by the word after `mpm help`. */
export const TOPICS: Readonly<Record<string, Page>> = {
  "exit-codes": {
    summary: "What the exit status of mpm says",
    load: async () => (await import("./topic_tables.ts")).exitCodes(),
  },
  "environment": {
    summary: "The environment variables that mpm looks at",
    load: async () => (await import("./topic_tables.ts")).environment(),
  },
  "files": {
    summary: "Where mpm keeps what, and what it reads of others",
    load: async () => (await import("./topic_tables.ts")).files(),
  },
  "hooks": {
    summary: "What mpm does at the events of Claude Code",
    load: async (summaries) =>
      (await import("./topic_hooks.ts")).hooks(summaries),
  },
  "privacy": {
    summary: "What mpm writes down, who sees it, and what never leaves",
    load: async () => (await import("./topic_privacy.ts")).PRIVACY,
  },
  "formats": {
    summary: "The JSON that mpm prints and stores, and its schemas",
    load: async (summaries) =>
      (await import("./topic_formats.ts")).formats(summaries),
  },
};

/** The pages with what each is about. */
export function pages(): [name: string, summary: string][] {
  return Object.entries(TOPICS).map(([name, { summary }]) => [name, summary]);
}

/** What can follow the words of `mpm help` so far. */
export async function helpNames(
  words: readonly string[],
): Promise<Candidate[]> {
  if (words[0] === "formats") {
    if (words.length > 1) return [];
    const { schemaList } = await import("./schemas.ts");
    return schemaList(SUMMARIES).map(({ name, summary }) => ({
      value: name,
      summary,
    }));
  }
  const topics = pages().map(([value, summary]) => ({ value, summary }));
  const commands = nextWords(words, SUMMARIES);
  if (words.length > 0) return commands;
  const named = new Set(topics.map(({ value }) => value));
  return [...commands.filter(({ value }) => !named.has(value)), ...topics];
}
