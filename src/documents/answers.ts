import { compareText } from "../base/words.ts";
import { sha256 } from "../base/digest.ts";
import {
  type Fitting,
  FLAG,
  list,
  object,
  optional,
  type Shape,
  TEXT,
  text,
} from "../base/shape.ts";

/**
 * Answers to a hand-off document. Each answer is a file that never changes and
 * names the answers that it follows. A merge of two branches therefore keeps
 * all answers, in any order, and no clock decides.
 */

export const ANSWER_STATES = ["accepted", "done", "rejected"] as const;

/** An answer in its file. */
export const ANSWER = object({
  schema: { is: "version" } as Shape<1>,
  /** 12 hex digits computed from the content: the same in every copy. */
  id: text({ pattern: /^[0-9a-f]{12}$/ }),
  /** The id of the document. */
  document: TEXT,
  state: text<typeof ANSWER_STATES[number]>({ choices: ANSWER_STATES }),
  /** Why it was rejected, or what was done. */
  reason: optional(TEXT),
  /** The name of the agent or person. */
  by: TEXT,
  person: FLAG,
  /** ISO 8601, UTC. */
  at: TEXT,
  /** IDs of the answers that it follows. */
  after: list(TEXT),
});

export type Answer = Fitting<typeof ANSWER>;

/** Returns an answer that follows no other answer yet. */
export function newAnswer(
  facts: Pick<Answer, "document" | "state" | "reason" | "by" | "person" | "at">,
): Answer {
  const id = sha256(JSON.stringify(facts)).slice(0, 12);
  return { schema: 1, id, ...facts, after: [] };
}

export const DOCUMENT_STATES = [
  "waiting",
  ...ANSWER_STATES,
  "disputed",
] as const;

/** `waiting`: no answer yet. `disputed`: independent answers differ. */
export type DocumentState = typeof DOCUMENT_STATES[number];

/** The state of a document, and the answers that lead to it. */
export interface Standing {
  readonly state: DocumentState;
  /** Answers that no other answer follows. */
  readonly last: readonly Answer[];
  /** All answers, each after the answers it follows. */
  readonly history: readonly Answer[];
}

/** Returns the state of a document. */
export function standingOf(answers: readonly Answer[]): Standing {
  const all = [...new Map(answers.map((one) => [one.id, one])).values()]
    .sort((a, b) => compareText(a.at, b.at) || compareText(a.id, b.id));
  const followed = new Set(all.flatMap(({ after }) => after));
  const open = all.filter(({ id }) => !followed.has(id));
  // Answers that follow each other in a cycle were forged or damaged.
  const last = open.length > 0 ? open : all;
  const states = new Set(last.map(({ state }) => state));
  // An agent that finished the work must have accepted it.
  if (states.has("done")) states.delete("accepted");
  const [state = "waiting", ...more] = states;
  return {
    state: more.length > 0 ? "disputed" : state,
    last,
    history: inOrder(all),
  };
}

function inOrder(all: readonly Answer[]): Answer[] {
  const known = new Map(all.map((one) => [one.id, one]));
  const placed = new Set<Answer>();
  const begun = new Set<Answer>();
  // Not recursive: a chain of answers may be long.
  const stack = all.toReversed();
  while (stack.length > 0) {
    const one = stack.at(-1)!;
    const before = one.after.flatMap((id) => known.get(id) ?? [])
      .filter((earlier) => !begun.has(earlier));
    if (begun.has(one) || before.length === 0) placed.add(stack.pop()!);
    else stack.push(...before);
    begun.add(one);
  }
  return [...placed];
}
