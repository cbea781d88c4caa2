import { MpmError } from "../base/errors.ts";
import { escapeText } from "../base/escape.ts";
import {
  type AnyCommand,
  type Candidate,
  type Context,
  fuzzyFinder,
  type Named,
  Picker,
  type Positional,
  showScreen,
  wanted,
} from "../cli/mod.ts";
import { lookOnly } from "../ops/mod.ts";
import { candidatesFor } from "./completion/values.ts";

/** Kinds of names that a person can choose from a list, with their nouns. */
const CHOSEN: ReadonlyMap<Named, string> = new Map<Named, string>([
  ["session", "save"],
  ["work", "session"],
  ["item", "item"],
  ["open-item", "item"],
  ["checkpoint", "checkpoint"],
  ["handoff", "hand-off"],
  ["partition", "partition"],
  ["removed", "worktree"],
  ["template", "template"],
  ["var", "variable"],
  ["setting", "setting"],
  ["shell-hook", "shell hook"],
  ["operation", "operation"],
]);

/** Kinds whose values are numbers in other lists. */
const NUMBERED: readonly Named[] = ["item", "open-item", "operation"];

/**
 * Returns the command line with its missing name, which the user chooses from a
 * list on the terminal. Returns the line unchanged if no name is missing, or if
 * there is nothing to choose from. Throws CANCELLED.
 */
export async function withMissingName(
  context: Context,
  command: AnyCommand,
  rest: readonly string[],
): Promise<readonly string[]> {
  const place = wanted({ before: rest, current: "" }, { command, rest }, {});
  const positional = (command.positionals as Positional[])[place.words.length];
  const lacks = positional !== undefined &&
    (positional.asked === true || !positional.optional && !positional.rest);
  const { named } = place;
  const noun = named && CHOSEN.get(named);
  if (!lacks || named !== positional.names || !noun) return rest;
  const { system } = context;
  const found = await candidatesFor(named, place, lookOnly(system));
  const offered = found.filter(({ value }) => isOffered(named, value));
  if (offered.length === 0) return rest;
  const chosen = await choose(context, { named, noun, offered });
  return [...rest, chosen.value];
}

/** Returns whether a value is offered. Others would duplicate IDs. */
function isOffered(named: Named, value: string): boolean {
  if (named === "session") return /^session-[\d-]+$/.test(value);
  return value !== "latest";
}

async function choose(
  context: Context,
  { named, noun, offered }: {
    named: Named;
    noun: string;
    offered: readonly Candidate[];
  },
): Promise<Candidate> {
  const numbers = offered.map(({ value }, at) =>
    NUMBERED.includes(named) ? Number(value) : at
  );
  const texts = offered.map(({ value, summary }) => `${value} ${summary}`);
  const picker = new Picker({
    title: `Choose ${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`,
    choices: offered.map(({ value, summary }, at) => ({
      cells: [String(numbers[at]), escapeText(value), escapeText(summary)],
      number: numbers[at],
      detail: escapeText(value),
    })),
    style: context.style,
    find: fuzzyFinder(texts),
  });
  const picked = await showScreen(context.system, picker);
  if (picked === "cancelled") throw cancelled(noun);
  if (picked !== undefined) return offered[picked]!;
  const rows = texts.map((text, at) => `  ${numbers[at]}  ${escapeText(text)}`);
  const answer = context.ask(`${rows.join("\n")}\nNumber or name: `)?.trim();
  const at = numbers.indexOf(Number(answer || NaN));
  const byName = offered.find(({ value }) => value === answer);
  if (at < 0 && !byName) throw cancelled(noun);
  return byName ?? offered[at]!;
}

function cancelled(noun: string): MpmError {
  return new MpmError("CANCELLED", `No ${noun} was chosen`, {
    hint: `Name the ${noun} on the command line`,
  });
}
