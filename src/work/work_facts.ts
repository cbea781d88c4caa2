import { escapeText } from "../base/escape.ts";
import { phasesOf } from "./checklist.ts";
import type { Work } from "./work.ts";
import { fullTitle } from "./work_title.ts";

/** Items that an agent is told of. */
const LISTED = 30;

/**
 * What an agent is told of the session that its worktree is at, and of those it
 * is a detour of, the nearest first; nothing where there is none.
 */
export function stackLines(
  chain: readonly Work[],
  problem: string | undefined,
): string[] {
  const lines = chain.map((work, at) => {
    const { checklist } = work;
    const done = checklist.filter((item) => item.done).length;
    const progress = checklist.length === 0
      ? ""
      : `, ${done} of ${checklist.length} items done`;
    const kind = at === 0 ? "This worktree is at" : "It is a detour of";
    return `${kind}: ${escapeText(fullTitle(work))} (${work.state}${progress})`;
  });
  return problem === undefined
    ? lines
    : [...lines, `Note: ${escapeText(problem)}`];
}

/** The open items of its checklist by their phases. */
export function openLines(work: Work | undefined): string[] {
  if (!work) return [];
  const open = work.checklist.filter(({ done }) => !done);
  const more = open.length - LISTED;
  const lines = phasesOf(open.slice(0, LISTED)).flatMap(({ name, items }) => [
    ...name === "" ? [] : [`${escapeText(name)}:`],
    ...items.map(({ text }) => `- [ ] ${escapeText(text)}`),
  ]);
  return more > 0 ? [...lines, `… and ${more} more`] : lines;
}
