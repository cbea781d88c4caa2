import { sha256 } from "../../base/digest.ts";
import { plainText } from "../../base/words.ts";
import type { Item } from "../item.ts";
import { onlyContinues, type Reply, replyTo } from "./cues.ts";
import { significantWords } from "./telling_words.ts";

/** Ways in which a question comes from a conversation. */
const ASKED = new Set(["last message", "message", "question"]);

/** Matches a command for the client, which answers nothing. */
const COMMAND = /^\s*[/!]/;

/** Matches an answer that approves a plan. */
const APPROVES =
  /^\W*(?:yes|yeah|yep|ok|okay|sure|correct|agreed|approved|go ahead|do it|looks? good|please do)\b/i;

/** A question that was answered, and the items with the answer. */
interface Answered {
  readonly question: Item;
  readonly items: readonly Item[];
}

/**
 * Joins the first words of a person in an agent session with the question that
 * ended the agent session before. `asked`: the items of the saves before.
 * Returns the items with a decision for the answer, and with the question as
 * closed. `undefined`: nothing was answered.
 */
export function withAnswer(
  items: readonly Item[],
  asked: readonly Item[],
): Answered | undefined {
  const prompts = items.filter(({ kind }) => kind === "prompt")
    .toSorted((a, b) => a.at < b.at ? -1 : 1);
  const [first] = prompts;
  if (!first) return undefined;
  const before = asked.filter((one) =>
    one.state === "open" && one.agent !== undefined &&
    one.agent !== first.agent && one.at < first.at
  );
  const questions = before.filter(({ kind, via }) =>
    kind === "question" && ASKED.has(via)
  );
  if (questions.length === 0) return undefined;
  for (const prompt of prompts) {
    const found = joined(prompt, before, questions);
    if (found) {
      return {
        question: found.asked,
        items: [
          ...without(items, found),
          ...added(found),
          ...closed(found, asked),
        ],
      };
    }
    if (!onlyContinues(prompt.text) && !COMMAND.test(prompt.text)) break;
  }
  return undefined;
}

interface Joined {
  readonly prompt: Item;
  readonly asked: Item;
  /** The question, perhaps with the sentences after it. */
  readonly question: string;
  readonly answer: string;
}

function joined(
  prompt: Item,
  before: readonly Item[],
  questions: readonly Item[],
): Joined | undefined {
  const said = before.filter(({ kind }) => kind === "message");
  for (const asked of questions.toReversed()) {
    const message = said.findLast(({ text }) => text.includes(asked.text));
    const reply = (message && replyTo(message.text, prompt.text)) ??
      replyTo(withChoices(asked), prompt.text);
    if (!reply || !isAbout(reply)) continue;
    const { answer } = reply;
    const isIt = reply.question.startsWith(asked.text);
    return {
      prompt,
      asked,
      answer,
      question: isIt ? reply.question : asked.text,
    };
  }
  return undefined;
}

/** Matches the start of a request, which may be about anything. */
const REQUEST =
  /^(?:go with|keep|use|do|don't|let's|rather|ok|okay|sure|please)\b/i;

/** Returns whether a sentence is about the question, or short enough. */
function isAbout({ question, answer }: Reply): boolean {
  if (!REQUEST.test(answer) || answer.split(/\s+/).length <= 2) return true;
  const words = significantWords(question);
  return significantWords(answer).some((word) => words.includes(word));
}

const CHOICES = "choices: ";

/** Returns the text of a question with its choices. */
function withChoices({ text, why = "" }: Item): string {
  if (!why.startsWith(CHOICES)) return text;
  const choices = why.slice(CHOICES.length).split(", ").join(" or ");
  return `${text.replace(/\?\s*$/, "")} (${choices})?`;
}

/** Leaves out the items that only repeat the answer. */
function without(
  items: readonly Item[],
  { prompt, answer }: Joined,
): Item[] {
  return items.flatMap((item) => {
    const isOf = item.via === "prompt" && item.at === prompt.at;
    if (!isOf || item.kind === "prompt") return [item];
    if (item.kind !== "goal") return item.text === answer ? [] : [item];
    if (!item.text.startsWith(answer)) return [item];
    const text = item.text.slice(answer.length).trim();
    return text === "" || onlyContinues(text) ? [] : [{ ...item, text }];
  });
}

function added({ prompt, asked, question, answer }: Joined): Item[] {
  const { agent, at, key = "" } = prompt;
  const item = (kind: Item["kind"], text: string, via: string): Item => {
    const own = key.replace(" prompt ", ` ${kind} `);
    return {
      // The same in every save of the conversation.
      id: sha256(`${at} ${own}`).slice(0, 12),
      ...{ kind, text, state: "open", source: "user", via, at, save: null },
      ...agent === undefined ? {} : { agent },
      key: own,
    };
  };
  const isPlan = asked.text.startsWith("Approve the plan") &&
    asked.why !== undefined && APPROVES.test(answer);
  return [
    item("decision", `${question} ${answer}`, "prompt"),
    ...isPlan ? [item("plan", asked.why!, "plan")] : [],
  ];
}

/**
 * Returns the answered question as closed. A question of the last message is in
 * no later save anyway, but the agent may have added the same one with a
 * command. No other question that was added with a command is closed: nothing
 * shows that the person saw it.
 */
function closed({ asked, prompt }: Joined, all: readonly Item[]): Item[] {
  const same = plainText(asked.text);
  const open = asked.via !== "last message"
    ? [asked]
    : all.filter((one) =>
      one.kind === "question" && one.via !== asked.via &&
      one.state === "open" && one.at < prompt.at && plainText(one.text) === same
    );
  return open.map((one) => ({ ...one, state: "superseded" }));
}
