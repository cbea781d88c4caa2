import type { Handoff, Item, ItemKind } from "../items/mod.ts";
import { setOwn } from "../base/own.ts";
import { plainText } from "../base/words.ts";
import type { Content } from "./content.ts";

/** The lists in a save that claude-mpm and older versions of mpm read. */
export interface LegacyLists {
  /** The purpose of the work on one line, if it is known. */
  readonly goal: string | undefined;
  readonly nextSteps: string[];
  readonly decisions: string[];
  readonly blockers: string[];
  readonly questions: string[];
}

/**
 * Returns these lists: the entries of the pause, then the open items of each
 * kind. Items in `listed`, the todos and tasks of the save, are left out.
 */
export function legacyLists(
  content: Content,
  handoff: Handoff | undefined,
  listed: readonly string[],
): LegacyLists {
  const open = (handoff?.items ?? []).filter(({ state }) =>
    state === "open" || state === "doing"
  );
  const of = (kind: ItemKind) => open.filter((item) => item.kind === kind);
  const todos = new Set(listed.map(plainText));
  const next = of("next").filter(({ text }) => !todos.has(plainText(text)));
  return {
    goal: of("goal").at(-1)?.text.replaceAll(/\s+/g, " "),
    nextSteps: both(content.next_steps, next),
    decisions: both(content.decisions, of("decision")),
    blockers: both(content.blockers, of("blocker")),
    questions: both(content.open_questions, of("question")),
  };
}

function both(given: readonly string[], items: readonly Item[]): string[] {
  const named = given.filter((text, at) =>
    given.findIndex((one) => plainText(one) === plainText(text)) === at
  );
  const known = new Set(given.map(plainText));
  const more = items.filter(({ text }) => !known.has(plainText(text)));
  const texts = more.map(({ text, why }) => why ? `${text} (${why})` : text);
  return [...named, ...texts];
}

/** The maximum number of verification commands that a save names. */
const VERIFYING = 5;

/** Returns the verification commands, for `resume_instructions`. */
export function verifying(
  content: Content,
  handoff: Handoff | undefined,
): Record<string, string> {
  const ran = (handoff?.runs ?? []).filter(({ kind }) => kind !== "other")
    .map(({ command }) => command);
  const commands = new Set([...content.verify, ...ran]);
  const found: Record<string, string> = {};
  [...commands].slice(0, VERIFYING).forEach((command, at) =>
    setOwn(found, `verify_${at + 1}`, command)
  );
  return found;
}
