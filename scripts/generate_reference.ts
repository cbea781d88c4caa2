import type { AnyCommand } from "../src/cli/command.ts";
import { commandHelp, overview } from "../src/cli/help.ts";
import { commandSections } from "../src/app/help/names.ts";
import { type Topic, topicText } from "../src/cli/topic.ts";

/** Topics that a page of docs/ covers, so that only `mpm help` prints them. */
const ELSEWHERE = ["environment", "files", "hooks", "formats"];

/** `docs/cli.md`: what `mpm help` prints of each command. */
export function reference(
  commands: readonly AnyCommand[],
  topics: readonly Topic[],
): string {
  const block = (text: string) => `\`\`\`text\n${text.trimEnd()}\n\`\`\``;
  const summaries = Object.fromEntries(
    commands.map(({ name, summary }) => [name, summary]),
  );
  const pages = topics.map(({ name, summary }) => [name, summary] as const);
  return [
    "# Command reference",
    HEAD,
    `## mpm\n\n${block(overview(commandSections(summaries), pages))}`,
    ...commands.map((command) =>
      `## mpm ${command.name}\n\n${block(ownHelp(command))}`
    ),
    ...topics.filter(({ name }) => !ELSEWHERE.includes(name)).map((topic) =>
      `## mpm help ${topic.name}\n\n${block(topicText(topic))}`
    ),
  ].join("\n\n") + "\n";
}

/** The help of a command without the options that all commands have. */
function ownHelp(command: AnyCommand): string {
  return commandHelp(command).replace(/^Global options:\n(?: .*\n)+\n?/m, "");
}

const HEAD =
  `This page contains the help of every command. The command \`deno task generate\`
writes this page. Every command takes the global options, so the page lists them
only once, below.

Other pages: [settings and variables](configuration.md),
[files and formats](formats.md), [hooks](hooks.md).`;
