import { sha256 } from "../../base/digest.ts";
import type { Conversation, Said } from "../../clients/mod.ts";
import {
  type Cue,
  onlyContinues,
  personSentences,
  type Reply,
  replyTo,
} from "./cues.ts";
import type { Item } from "../item.ts";
import {
  changesMind,
  mayOverride,
  mayTakeOther,
  onlySetsTime,
  onlyWithdraws,
  overrides,
  takesOther,
} from "./overrides.ts";
import { firstSentences, sentencesOf } from "./sentences.ts";

/** A person's sentence, and when it was said. */
export interface Sentence {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly text: string;
  /** True if the sentence is an item, or only withdraws something. */
  readonly isWhole: boolean;
}

/** A sentence of a prompt and its meaning. */
interface Statement extends Said {
  readonly cue: Cue | undefined;
  /** True if a later sentence withdraws it. */
  readonly isOver: boolean;
  /** The earlier sentence that it replaces, which shows the subject. */
  readonly replaces: string | undefined;
}

/**
 * Returns the sentences of prompts. A sentence that replaces an earlier
 * statement gets the same kind, unless it only withdraws that statement.
 */
export function statementsIn(prompts: readonly Said[]): Statement[] {
  const all = prompts.flatMap(({ text, at, key }) =>
    personSentences(text).map((one) => ({ ...one, at, key }))
  );
  const later = all.flatMap((one, place) =>
    mayOverride(one.text) ? [{ ...one, place }] : []
  );
  const found: Statement[] = [];
  all.forEach((one, place) => {
    const taken = found.find(({ cue, text }) =>
      cue !== undefined && overrides(one.text, text)
    );
    const cue = onlyWithdraws(one.text) ? undefined : one.cue ?? taken?.cue;
    const isOver = cue !== undefined &&
      later.some((other) =>
        other.place > place && overrides(other.text, one.text)
      );
    const replaces = one.cue === undefined ? taken?.text : undefined;
    found.push({ ...one, cue, isOver, replaces });
  });
  return found;
}

interface Replied extends Reply, Pick<Said, "at" | "key"> {
  /** The agent's reply to an answer that only points to something. */
  readonly then: string;
}

/** Returns the questions that ended a turn, with the person's replies. */
export function repliesIn(
  { prompts, messages }: Pick<Conversation, "prompts" | "messages">,
): Replied[] {
  return prompts.flatMap(({ text, at, key }, index) => {
    const since = prompts[index - 1]?.at ?? "";
    const last = messages.findLast((one) => one.at >= since && one.at <= at);
    const reply = last && replyTo(last.text, text);
    if (!reply) return [];
    const until = prompts[index + 1]?.at ?? "~";
    const next = messages.find((one) => one.at > at && one.at < until);
    const taken = reply.points && next ? sentencesOf(next.text)[0] : undefined;
    const then = taken ? ` (the agent then said: ${taken.text})` : "";
    return [{ ...reply, at, key, then }];
  });
}

/** The maximum number of sentences to compare with earlier items. */
const MOST = 40;

/** Returns the sentences of prompts that may replace earlier items. */
export function withdrawals(prompts: readonly Said[]): Sentence[] {
  const counts = ({ text }: Statement) =>
    mayOverride(text) || mayTakeOther(text) || changesMind(text);
  return statementsIn(prompts).filter(counts).slice(-MOST)
    .map(({ at, text, cue }) => ({
      ...{ at, text },
      isWhole: cue !== undefined || onlyWithdraws(text),
    }));
}

/** Matches an answer to a question from an earlier conversation. */
const REPLIES = /^(?:yes|yeah|yep|yup|no|nope)\b/i;

/** Returns whether a prompt only corrects or answers an earlier statement. */
function isCorrection(prompt: string): boolean {
  const sentences = personSentences(prompt);
  return sentences.length > 0 &&
    sentences.every(({ text }, at) =>
      onlyWithdraws(text) || onlySetsTime(text) ||
      at === 0 && REPLIES.test(text) ||
      mayTakeOther(text) && mayOverride(text)
    );
}

/** Matches a question that a person asks before the work begins. */
const ASIDE =
  /^\W*(?:(?:hi|hello|hey)\b\W*)?(?:(?:just|a|one|first)\W+){0,3}(?:quick|short|small) question\b/i;

/** Returns the prompt that says what the work is about, and the goal. */
export function goalIn(
  prompts: readonly Said[],
): { prompt: Said; text: string } | undefined {
  const asks = prompts.filter(({ text }) =>
    !onlyContinues(text) && !isCorrection(text)
  );
  const prompt = asks.find(({ text }) => !ASIDE.test(text)) ?? asks[0];
  if (!prompt) return undefined;
  const words = prompt.text.trim();
  const [first] = sentencesOf(words);
  const greets = first !== undefined && onlyContinues(first.text) &&
    words.startsWith(first.text);
  const rest = greets ? words.slice(first.text.length).trim() : "";
  return { prompt, text: firstSentences(rest === "" ? words : rest) };
}

/** Matches the ends of sentences within a line. */
const ENDS = /(?<=[.!?])(?=\s+[^a-z\s])|(?<=;)(?=\s)/;

/** Returns the client's summary, with marks where a person corrected it. */
export function withCorrections(
  { text, at }: Pick<Said, "text" | "at">,
  prompts: readonly Said[],
): string {
  const later = prompts.filter((one) => one.at > at)
    .flatMap((one) => personSentences(one.text))
    .filter((one) => mayOverride(one.text));
  if (later.length === 0) return text;
  const marked = (sentence: string) =>
    later.some((one) => overrides(one.text, sentence))
      ? sentence.trimEnd()
        .replace(/[.!?;]*$/, (stop) => ` (the user corrected this)${stop}`)
      : sentence;
  return text.split("\n")
    .map((line) => line.split(ENDS).map(marked).join("")).join("\n");
}

/** The text of an item after later sentences, and the time of the change. */
type Left = Pick<Item, "text" | "at"> & Partial<Pick<Item, "why">>;

/** Kinds of items that a person can withdraw with a sentence. */
const KINDS: readonly string[] = ["goal", "constraint", "decision", "next"];

/**
 * Returns the rest of an item after later sentences. `over`: nothing;
 * `undefined`: everything. A sentence that is not an item itself replaces the
 * text. A todo follows the list of its agent session. An item that the person
 * added with a command stays. A plan or a goal also stays, and gets the words
 * of a person who changed their mind.
 */
export function leftOf(
  { kind, text, why, via, source, at, agent: by }: Item,
  sentences: readonly Sentence[],
  agent: string | undefined,
): Left | "over" | undefined {
  const later = sentences.filter((one) => one.at > at);
  if (kind === "plan") return withMind(text, at, later);
  const isTodo = via === "todo" || via === "task";
  if (isTyped({ source, via }) || !KINDS.includes(kind)) return;
  if (isTodo && (agent === undefined || by === agent)) return;
  const other = otherChoice({ via, text, why, at }, later);
  if (other) return other;
  const over = (said: string) => later.find((one) => overrides(one.text, said));
  if (kind !== "goal") {
    const by = over(text);
    const whole = isTodo || by?.isWhole;
    return by && (whole ? "over" : { text: by.text, at: by.at });
  }
  const all = sentencesOf(text).map((one) => one.text);
  const left = all.filter((one) => !over(one));
  const isSame = left.length === 0 || left.length === all.length;
  const now = isSame ? text : without(text, all.filter(over));
  return withMind(now, at, later) ?? (isSame ? undefined : { text: now, at });
}

const SAID_LATER = "(The user said later: ";
const MIND = /\s+\(The user said later: [^\n]*\)$/;

/** Returns a plan or a goal with the words of a change of mind. */
function withMind(
  text: string,
  at: string,
  later: readonly Sentence[],
): Left | undefined {
  const by = later.findLast((one) => changesMind(one.text));
  if (!by || text.includes(by.text)) return undefined;
  const before = text.replace(MIND, "");
  const gap = before.includes("\n") ? "\n\n" : " ";
  return { text: `${before}${gap}${SAID_LATER}${by.text})`, at };
}

/** The reason in an answer lists the choices that were not taken. */
const NOT_CHOSEN = /^not chosen: (.+)$/s;

/** Returns a decision with the choice that a person made later instead. */
function otherChoice(
  { via, text, why = "", at }: Pick<Item, "via" | "text" | "why" | "at">,
  later: readonly Sentence[],
): Left | undefined {
  const options = NOT_CHOSEN.exec(why)?.[1]?.split(", ");
  const [, question, answer] = /^(.*\?) (.+)$/s.exec(text) ?? [];
  if (via !== "answer" || !options || answer === undefined) return undefined;
  const by = later.findLast((one) =>
    one.at > at && takesOther(one.text, { answer, options })
  );
  return by && {
    text: `${question} ${by.text}`,
    why: `instead of: ${answer}`,
    at: by.at,
  };
}

/** Returns a goal without some of its sentences. */
function without(text: string, sentences: readonly string[]): string {
  return sentences.reduce((left, one) => left.replace(one, () => ""), text)
    .replaceAll(/ {2,}/g, " ").replaceAll(/\n-? *(?=\n|$)/g, "").trim();
}

/** Returns whether a person added an item with a command. */
function isTyped({ source, via }: Pick<Item, "source" | "via">): boolean {
  return source === "user" && via !== "prompt" && via !== "answer";
}

/**
 * Returns an item for a sentence that contradicts an item typed by a person, if
 * the sentence is not an item itself. Both items are kept.
 */
export function besideOf(
  { kind, text, via, source, at }: Item,
  sentences: readonly Sentence[],
  agent: string | undefined,
): Item | undefined {
  if (!isTyped({ source, via }) || !KINDS.includes(kind)) return undefined;
  const by = sentences.find((one) =>
    !one.isWhole && one.at > at && overrides(one.text, text)
  );
  if (by === undefined) return undefined;
  const as = kind === "constraint" ? kind : "decision";
  const key = `${agent ?? ""} ${as} ${sha256(by.text).slice(0, 16)}`;
  return {
    // The ID is the same in every save of the conversation.
    id: sha256(`${by.at} ${key}`).slice(0, 12),
    ...{ kind: as, text: by.text, state: "open", source: "user" },
    ...{ via: "prompt", at: by.at, save: null, key },
    ...agent === undefined ? {} : { agent },
  };
}
