import {
  type Fields,
  isFields,
  jsonIn,
  textField,
} from "../../../base/parsed_values.ts";
import { answerId, linkOf, SKIPPED } from "../conversation/lines.ts";

/**
 * The ids of the lines that were withdrawn or rewound. Each line names the one
 * before it, and from the last one back they are the chain. A fork off the
 * chain is dead, unless a line on the chain has the same prompt id. Then the
 * model saw it, as it did results of parallel calls. The blocks of one answer,
 * a line each, live and die together. Memory grows with the number of forks,
 * not with that of lines.
 *
 * @param texts the lines of a transcript, the last one first
 */
export function deadLines(texts: Iterable<string>): Set<string> {
  const chain = new Chain();
  for (const text of texts) {
    if (SKIPPED.test(text)) continue;
    const quick = chain.begun ? quickLink(text) : undefined;
    const value = linkOf(text) ?? quick ?? jsonIn(text);
    if (isFields(value) && value.isSidechain !== true) chain.add(value);
  }
  return chain.dead();
}

/**
 * Returns the link of a line without parsing it, which would take most of the
 * time. In a text within the line each quote has a backslash before it, so what
 * stands once in the line stands where it counts. `undefined`: something stands
 * twice.
 */
function quickLink(text: string): Fields | undefined {
  const uuid = valueOnce(text, '"uuid":"');
  const parentUuid = valueOnce(text, '"parentUuid":"');
  const logicalParentUuid = valueOnce(text, '"logicalParentUuid":"');
  const promptId = valueOnce(text, '"promptId":"');
  const promptSource = valueOnce(text, '"promptSource":"');
  const answer = valueOnce(text, '"id":"msg_');
  // The answer may have an id of another form.
  if (answer === "" && text.includes('"type":"assistant"')) return undefined;
  const found = { uuid, parentUuid, logicalParentUuid, promptId, promptSource };
  const values = Object.entries(found).filter(([, value]) => value !== "");
  const twice = values.some(([, value]) => value === undefined);
  if (!uuid || answer === undefined || twice) return undefined;
  return {
    ...answer === ""
      ? { type: "user" }
      : { type: "assistant", message: { id: `msg_${answer}` } },
    isSidechain: text.includes('"isSidechain":true'),
    ...Object.fromEntries(values),
  };
}

/** The value behind a mark; "": it is not there, `undefined`: several are. */
function valueOnce(text: string, mark: string): string | undefined {
  const at = text.indexOf(mark);
  if (at < 0) return "";
  const start = at + mark.length;
  if (text.indexOf(mark, start) >= 0) return undefined;
  return text.slice(start, text.indexOf('"', start));
}

/**
 * A set of UUIDs that takes a few bytes for each. Of about a billion
 * beginnings, two equal ones count as the same.
 */
export class UuidSet {
  readonly #beginnings = new Set<number>();

  add(uuid: string): void {
    this.#beginnings.add(beginningOf(uuid));
  }

  has(uuid: string): boolean {
    return this.#beginnings.has(beginningOf(uuid));
  }
}

/** 30 bits, which the engine holds without an object. */
function beginningOf(uuid: string): number {
  return parseInt(uuid.slice(0, 8), 16) >>> 2;
}

/** A line as a link of the chain. */
interface Link {
  readonly uuid: string;
  readonly parent: string | undefined;
  readonly promptId: string | undefined;
  /** The answer of the model that the line has a block of. */
  readonly answer: string | undefined;
  /** True if a person, or a program instead of a person, sent it. */
  readonly sent: boolean;
}

/** A line off the chain. */
interface Fork {
  readonly uuid: string;
  /** The prompt id of the line, or of the nearest line above that has one. */
  node: string | undefined;
  /** The answer of the line, and of all above it so far. */
  answer: string | undefined;
}

const ZERO = /^[0-]*$/;

class Chain {
  /** The next line of the chain, once its end is known. */
  #wanted: string | undefined;
  /** True if the end of the chain is known. */
  begun = false;
  /** The end of the chain as a rewind or a withdrawn prompt left it. */
  #leaf: string | undefined;
  /** Lines after the end of the chain, as long as that is not known. */
  #after: Link[] = [];
  /** The lines of the chain: one may be written twice. */
  readonly #chain = new UuidSet();
  /** Prompt ids on the chain. */
  readonly #seen = new Set<string>();
  /** Lines that wait for the line above them. */
  readonly #waiting = new Map<string, Fork[]>();
  /** Forks off the chain, unless their prompt ids are seen later. */
  readonly #forked: Fork[] = [];
  /** Lines without a line above them. */
  readonly #rootless: Fork[] = [];
  /** The prompt id of the last prompt that follows a line. */
  readonly #followers = new Map<string, string | undefined>();

  add(value: Fields): void {
    const uuid = textField(value, "uuid");
    if (uuid === undefined) {
      if (!this.begun && value.type === "last-prompt" && value.explicit) {
        this.#leaf ??= textField(value, "leafUuid");
      }
      return;
    }
    const link = {
      uuid,
      parent: textField(value, "parentUuid") ??
        textField(value, "logicalParentUuid"),
      promptId: textField(value, "promptId"),
      answer: answerId(value),
      sent: value.type === "user" && value.promptSource !== undefined,
    };
    if (this.begun) return this.#take(link);
    this.#after.push(link);
    this.#wanted = this.#endAt(link, value.type);
    if (this.#wanted === undefined) return;
    this.begun = true;
    for (const one of this.#after) this.#take(one);
    this.#after = [];
  }

  /** The end of the chain, as far as this line tells it. */
  #endAt({ uuid, parent, sent }: Link, type: unknown): string | undefined {
    // The client's own additions may hang on anything.
    if (type !== "user" && type !== "assistant") return undefined;
    if (this.#leaf === undefined) return uuid;
    if (!ZERO.test(this.#leaf)) return this.#leaf;
    // A prompt was withdrawn: the line before it is the end, if nothing was
    // answered to it.
    if (type === "assistant") return uuid;
    return sent ? parent ?? uuid : undefined;
  }

  #take(link: Link): void {
    const { uuid, parent, promptId, answer, sent } = link;
    const below = this.#waiting.get(uuid) ?? [];
    this.#waiting.delete(uuid);
    const replaced = sent && this.#isReplaced(link);
    if (uuid === this.#wanted) {
      this.#wanted = parent;
      this.#chain.add(uuid);
      if (promptId !== undefined) this.#seen.add(promptId);
      this.#fork(
        below.filter((fork) => !fork.answer || fork.answer !== answer),
      );
      return;
    }
    if (this.#chain.has(uuid)) return;
    for (const fork of below) {
      fork.node ??= promptId;
      if (fork.answer !== answer) fork.answer = undefined;
    }
    below.push({ uuid, node: promptId, answer });
    if (replaced) this.#fork(below);
    else if (parent === undefined) this.#rootless.push(...below);
    else this.#wait(parent, below);
  }

  #wait(parent: string, forks: Fork[]): void {
    const others = this.#waiting.get(parent);
    if (others) others.push(...forks);
    else this.#waiting.set(parent, forks);
  }

  #fork(forks: readonly Fork[]): void {
    for (const fork of forks) {
      if (!this.#isSeen(fork)) this.#forked.push(fork);
    }
  }

  #isSeen({ node }: Fork): boolean {
    return node !== undefined && this.#seen.has(node);
  }

  /** Returns whether another prompt replaced this one, after the same line. */
  #isReplaced({ parent, promptId }: Link): boolean {
    if (parent === undefined) return false;
    const known = this.#followers.has(parent);
    const other = known && this.#followers.get(parent) !== promptId;
    this.#followers.set(parent, promptId);
    return other;
  }

  dead(): Set<string> {
    // A chain that goes back to the beginning leaves no other beginning alive.
    const whole = this.begun && this.#wanted === undefined &&
      this.#seen.size > 0;
    const forks = [...this.#forked, ...whole ? this.#rootless : []];
    return new Set(
      forks.filter((fork) => !this.#isSeen(fork)).map(({ uuid }) => uuid),
    );
  }
}
