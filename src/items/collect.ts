import { sha256 } from "../base/digest.ts";
import {
  type Conversation,
  cutMiddle,
  type Planned,
  type Said,
} from "../clients/mod.ts";
import { runsOf, unresolved } from "./collect_runs.ts";
import { type Statement, statementsOf } from "./prose/agent_items.ts";
import { continuesWithIt, openAtEnd, personSentences } from "./prose/cues.ts";
import type { Collected } from "./handoff.ts";
import { filesOf, seenFiles } from "./collect_files.ts";
import { type Item, type ItemKind, soundKey } from "./item.ts";
import { overrides, takesOther } from "./prose/overrides.ts";
import {
  goalIn,
  repliesIn,
  statementsIn,
  withCorrections,
  withdrawals,
} from "./prose/withdrawn.ts";

/** The maximum length of a text to keep, in UTF-16 units. */
const LONG = 4000;
const SHORT = 1500;

/** The maximum length of each list. */
const MOST = {
  ...{ said: 40, found: 20, end: 12, told: 12 },
  ...{ reports: 6, summaries: 2, searches: 10 },
};

/** The place and the agent session of a conversation. */
export interface Setting {
  /** False to leave out errors, including those of commands. */
  readonly errors: boolean;
  /** The agent session. */
  readonly agent: string | undefined;
  /** The worktree's top folder, absolute. */
  readonly folder: string;
  newId(): string;
}

/**
 * Converts a conversation to the items that the next one needs. A person's
 * words have the source `user`, and items from the agent's prose `transcript`.
 * Items that are only valid at the end come from the last message.
 */
export function collected(talk: Conversation, setting: Setting): Collected {
  const maker = new Maker(setting);
  const runs = runsOf(talk.commands);
  maker.prompts(talk);
  maker.questions(talk);
  maker.plans(talk.plans);
  maker.todos(talk);
  maker.messages(talk);
  maker.rest(talk);
  const files = filesOf(talk.files, setting.folder);
  return {
    items: maker.items,
    withdrawn: withdrawals(talk.prompts),
    files,
    runs,
    searches: talk.searches.slice(-MOST.searches),
    seen: seenFiles(talk.seen, { files, folder: setting.folder }),
    unread: talk.unread,
  };
}

type Given =
  & Pick<Item, "text" | "source" | "via" | "at">
  & Partial<Pick<Item, "why" | "state" | "key">>;

class Maker {
  readonly items: Item[] = [];
  readonly #setting: Setting;

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  /** Adds an item. Without a `key`, the text identifies it. */
  #add(kind: ItemKind, { key, why, ...given }: Given): void {
    const { agent, newId } = this.#setting;
    const own = key ?? sha256(sameText(given.text)).slice(0, 16);
    this.items.push({
      id: newId(),
      kind,
      state: "open",
      ...given,
      ...why === undefined || why === "" ? {} : { why },
      save: null,
      ...agent === undefined ? {} : { agent },
      key: soundKey(`${agent ?? ""} ${kind} ${own}`),
    });
  }

  prompts(talk: Conversation): void {
    const { prompts } = talk;
    const by = { source: "user", via: "prompt" } as const;
    const goal = goalIn(prompts);
    if (goal) {
      const { text, prompt: { at } } = goal;
      this.#add("goal", { ...by, text, at, key: "first" });
    }
    const statements = statementsIn(prompts);
    for (const { at, text, key } of prompts.filter(saysSomething)) {
      const kept = cutMiddle(text, text === goal?.prompt.text ? LONG : SHORT);
      const gone = statements.filter((one) => one.key === key && one.isOver)
        .map(({ text }) => text);
      const why = gone.length === 0 ? "" : `withdrawn: ${gone.join(" ")}`;
      this.#add("prompt", { ...by, at, text: kept, key, why });
    }
    const replies = repliesIn(talk);
    for (const { question, asked, answer, then, at, key } of replies) {
      const said = { at, key };
      // The agent may also have added the question with a command.
      this.#add("question", {
        ...{ text: asked, at, state: "superseded" },
        ...{ source: "transcript", via: "message" },
      });
      const text = `${question} ${answer}${then}`;
      const isOver = statements.some((one) =>
        one.at > at && overrides(one.text, text)
      );
      const state = isOver ? "superseded" : "open";
      this.#add("decision", { ...by, ...said, text, state });
    }
    const items = statements.flatMap(({ cue, ...one }) =>
      cue === undefined ? [] : [{ ...one, cue }]
    );
    items.slice(-MOST.said).forEach((one, at_, last) => {
      const { cue, text, at, isOver, replaces } = one;
      if (replies.some((one) => one.at === at && one.answer === text)) return;
      const same = sameText(text);
      if (last.slice(at_ + 1).some((one) => sameText(one.text) === same)) {
        return;
      }
      const state = isOver ? "superseded" : "open";
      const why = replaces !== undefined
        ? `instead of: ${replaces}`
        : isOfOldPlan(talk.plans, one)
        ? "about an earlier plan"
        : "";
      this.#add(cue, { ...by, at, text, state, why });
    });
  }

  questions({ questions, prompts }: Conversation): void {
    const said = prompts.flatMap(({ text, at }) =>
      personSentences(text).map((one) => ({ text: one.text, at }))
    );
    for (const { text, answer, words, at, key, options } of questions) {
      const asked = cutMiddle(text, SHORT);
      // An answered question is no longer open.
      this.#add("question", {
        ...{ text: asked, at, key, source: "agent", via: "question" },
        state: answer === undefined ? "open" : "superseded",
        why: options.length > 0 ? `choices: ${options.join(", ")}` : "",
      });
      if (answer === undefined) continue;
      const other = options.filter((one) => !answer.includes(one)).join(", ");
      const by = { source: "user", via: "answer" } as const;
      const changed = said.findLast((one) =>
        one.at > at && takesOther(one.text, { answer, options })
      );
      this.#add("decision", {
        ...{ ...by, at, key, state: changed ? "superseded" : "open" },
        text: cutMiddle(`${asked} ${answer}`, SHORT),
        why: words === undefined && other !== "" ? `not chosen: ${other}` : "",
      });
      if (!changed) continue;
      this.#add("decision", {
        ...{ ...by, at: changed.at, key: `${key} changed` },
        text: cutMiddle(`${asked} ${changed.text}`, SHORT),
        why: `instead of: ${answer}`,
      });
    }
  }

  plans(plans: readonly Planned[]): void {
    const approved = plans.findLast(({ state }) => state === "approved");
    for (const { text, words, state, at, key } of plans) {
      const title = titleOf(text);
      if (state === "rejected" && words !== undefined) {
        this.#add("rejected", {
          ...{ at, key, source: "user", via: "plan" },
          text: `The plan "${title}"`,
          why: cutMiddle(words, SHORT),
        });
      }
      const waits = state === "open" && plans.at(-1)?.key === key;
      this.#add("question", {
        ...{ at, key, source: "agent", via: "question" },
        text: `Approve the plan "${title}"?`,
        why: cutMiddle(text, LONG),
        state: waits ? "open" : "superseded",
      });
    }
    if (!approved) return;
    const { text, at, key } = approved;
    this.#add("plan", {
      ...{ at, key, source: "user", via: "plan" },
      text: cutMiddle(text, 2 * LONG),
    });
  }

  todos({ todos }: Conversation): void {
    for (const { key, text, description, state, at, blockedBy } of todos) {
      const waits = blockedBy.map((one) => `"${one}"`).join(", ");
      const why = [
        description,
        waits === "" ? "" : `after ${waits}`,
      ].filter((one) => one !== "" && one !== text).join("; ");
      const via = key.startsWith("task ") ? "task" : "todo";
      this.#add("next", {
        ...{ text, state, at, key, via, source: "agent" },
        why: cutMiddle(why, SHORT),
      });
    }
  }

  messages({ messages, lastMessage, prompts, todos }: Conversation): void {
    const all = messages.flatMap(({ text, at, key }) =>
      statementsOf(text).map((one) => ({ ...one, at, key }))
    );
    const by = { source: "transcript", via: "message" } as const;
    const known = new Set(todos.map(({ text }) => sameText(text)));
    const found = all.filter(({ cue }) => cue !== undefined)
      .slice(-MOST.found);
    const back = withdrawals(prompts);
    const isOver = ({ text, at }: Pick<Said, "text" | "at">) =>
      back.some((one) => one.at > at && overrides(one.text, text));
    found.forEach(({ cue, text, at }, index) => {
      const isOld = isOver({ text, at }) ||
        found.slice(index + 1).some((one) => overrides(one.text, text));
      if (!isOld && isNew(known, text)) {
        this.#add(cue!, { ...by, text, at });
      }
    });
    // The last message is given as a whole.
    const told = all.filter(({ cue, key }) =>
      cue === undefined && key !== lastMessage?.key
    );
    for (const { text, at } of heaviest(told, MOST.told)) {
      if (!isOver({ text, at }) && isNew(known, text)) {
        this.#add("message", { ...by, text, at });
      }
    }
    if (!lastMessage) return;
    const { text, at, key } = lastMessage;
    const via = "last message";
    const kept = cutMiddle(text, LONG);
    this.#add("message", { text: kept, at, key, via, source: "agent" });
    const later = prompts.filter((one) => one.at > at);
    // A person's later message answers it, but may request the next step.
    if (!later.every((one) => continuesWithIt(one.text))) return;
    for (const { cue, text: one } of openAtEnd(text).slice(0, MOST.end)) {
      if ((later.length === 0 || cue === "next") && isNew(known, one)) {
        this.#add(cue, { ...by, via, text: one, at });
      }
    }
  }

  rest(
    { summaries, reports, errors, background, commands, prompts }: Conversation,
  ) {
    const failed = this.#setting.errors ? unresolved(commands) : [];
    for (const { text, at, key } of summaries.slice(-MOST.summaries)) {
      const kept = withCorrections(
        { text: cutMiddle(text, 2 * LONG), at },
        prompts,
      );
      this.#add("summary", {
        ...{ text: kept, at, key, source: "agent", via: "compaction" },
      });
    }
    for (const { text, task, type, at, key } of reports.slice(-MOST.reports)) {
      this.#add("report", {
        ...{ at, key, source: "agent", via: "sub-agent" },
        text: cutMiddle(text, 2 * SHORT),
        why: cutMiddle(`${type}: ${task}`, SHORT),
      });
    }
    for (const { text, at, key } of [...errors, ...failed]) {
      this.#add("error", {
        ...{ text: cutMiddle(text, SHORT), at, key },
        ...{ source: "transcript", via: "error" },
      });
    }
    for (const { text, at, key } of background) {
      this.#add("background", {
        ...{ text: cutMiddle(text, SHORT), at, key },
        ...{ source: "transcript", via: "command" },
      });
    }
  }
}

/** Returns whether a prompt contains more than a command for the client. */
function saysSomething({ text }: Said): boolean {
  return !/^\/[\w:-]+$/.test(text.trim());
}

/** Returns the statements that say the most, and of equal ones the last. */
function heaviest<T extends Statement>(all: readonly T[], most: number): T[] {
  const places = all.map((_, at) => at)
    .sort((a, b) => all[b]!.weight - all[a]!.weight || b - a);
  return places.slice(0, most).sort((a, b) => a - b).map((at) => all[at]!);
}

/** Returns whether the text is about a plan that has since been replaced. */
function isOfOldPlan(
  plans: readonly Planned[],
  { text, at }: Pick<Said, "text" | "at">,
): boolean {
  return /\bplan\b|\b(?:steps?|phase) \d/i.test(text) &&
    plans.some((plan) => plan.at < at) &&
    plans.some((plan) => plan.at > at && plan.state === "approved");
}

function sameText(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ").toLowerCase();
}

function isNew(known: Set<string>, text: string): boolean {
  const same = sameText(text);
  if (known.has(same)) return false;
  known.add(same);
  return true;
}

function titleOf(plan: string): string {
  const line = plan.split("\n").find((one) => one.trim() !== "") ?? "";
  return line.replace(/^\s*#+\s*/, "").trim().slice(0, 120);
}
