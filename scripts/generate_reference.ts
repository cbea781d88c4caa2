import type { AnyCommand } from "../src/cli/command.ts";
import { commandHelp, overview } from "../src/cli/help.ts";
import { commandSections } from "../src/app/help/names.ts";
import { type Topic, topicText } from "../src/cli/topic.ts";

/** `docs/cli.md`: what `mpm help` prints of everything. */
export function reference(
  commands: readonly AnyCommand[],
  topics: readonly Topic[],
): string {
  const block = (text: string) => `\`\`\`text\n${text}\`\`\``;
  const summaries = Object.fromEntries(
    commands.map(({ name, summary }) => [name, summary]),
  );
  const pages = topics.map(({ name, summary }) => [name, summary] as const);
  return [
    "# Command reference",
    "This page is the help of every command; `deno task generate` writes it.",
    `## mpm\n\n${block(overview(commandSections(summaries), pages))}`,
    ...commands.map((command) =>
      `## mpm ${command.name}\n\n${block(commandHelp(command))}`
    ),
    ...topics.map((topic) =>
      `## mpm help ${topic.name}\n\n${block(topicText(topic))}`
    ),
  ].join("\n\n") + "\n";
}
