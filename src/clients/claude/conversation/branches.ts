import {
  type Fields,
  isFields,
  jsonIn,
  textField,
} from "../../../base/parsed_values.ts";

/** Lines outside the conversation, some of them very long. */
export const SKIPPED =
  /^\s*\{\s*"type"\s*:\s*"(?:api-request[\w-]*|prompt[_-]snapshot|tools-used|atis-latch|file-history-\w+|progress)"/;

/** Types of lines that belong to a conversation. */
const TYPES = new Set([
  "user",
  "assistant",
  "system",
  "attachment",
  "progress",
]);

/**
 * Returns whether a line is part of the conversation in a way that mpm does not
 * know. The client also writes about 40 types of lines that only describe the
 * conversation. Such lines have no place in the conversation and no message.
 */
export function isUnknown({ type, uuid, message }: Fields): boolean {
  return (uuid !== undefined || message !== undefined) &&
    !TYPES.has(String(type));
}

/**
 * Returns the IDs of the lines that were withdrawn or rewound, see
 * {@link Branches}. @param texts the lines of a transcript, the last line first
 */
export function deadLines(texts: Iterable<string>): Set<string> {
  const branches = new Branches();
  for (const text of texts) {
    if (SKIPPED.test(text)) continue;
    const value = quickLink(text) ?? jsonIn(text);
    if (isFields(value) && value.isSidechain !== true) branches.add(value);
  }
  return branches.dead();
}

/** Attachments that contain useful text. */
export const TELLING =
  /^(?:queued_command|edited_text_file|max_turns_reached|plan_mode_exit|task_reminder)$/;

/** The start of a line in the client's format, up to its kind. */
const START =
  /^\{"parentUuid":"([\w-]{1,64})","isSidechain":(true|false),(?:"attachment":\{"type":"(\w+)"|"message":\{(?:"model":"[^"\\]{0,99}",)?"id":"(msg_\w{1,64})"|(?:"promptId":"([\w-]{1,64})",)?"type":"user",)/;

/** The key after the texts of a line, and the end of its value. */
const UUID = '"uuid":"';
const THEN = '","timestamp":"';

/**
 * Returns the link of a line without parsing the line, since parsing would take
 * most of the time. Quotes within a text have a backslash, so a key that occurs
 * once is the real key. `undefined`: the line has another format, or a key
 * occurs twice.
 */
export function quickLink(text: string): Fields | undefined {
  const found = START.exec(text);
  if (!found) return undefined;
  const [head, parentUuid, side, attachment, answer, promptId] = found;
  const at = text.indexOf(UUID, head.length) + UUID.length;
  const end = text.indexOf('"', at);
  const timestamp = end + THEN.length;
  if (at < UUID.length || !text.startsWith(THEN, end)) return undefined;
  if (text.includes(UUID, timestamp)) return undefined;
  const uuid = text.slice(at, end);
  const isSidechain = side === "true";
  if (attachment !== undefined) {
    return { type: "link", parentUuid, isSidechain, uuid };
  }
  if (answer !== undefined) {
    const message = { id: answer };
    return { type: "assistant", parentUuid, isSidechain, uuid, message };
  }
  return text.includes('"promptSource"', head.length)
    ? undefined
    : { type: "user", parentUuid, isSidechain, uuid, promptId };
}

/** Returns a line as a link; half of the lines need no parsing. */
export function linkOf(text: string): Fields | undefined {
  const type = START.exec(text)?.[3];
  return type === undefined || TELLING.test(type) ? undefined : quickLink(text);
}

export const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;

/** A set of UUIDs in a few bytes each; equal prefixes count as equal. */
export class UuidSet {
  readonly #beginnings = new Set<number | string>();

  add(uuid: string): void {
    this.#beginnings.add(beginningOf(uuid));
  }

  has(uuid: string): boolean {
    return this.#beginnings.has(beginningOf(uuid));
  }
}

/** Returns 30 bits, which the engine stores without an object. */
function beginningOf(uuid: string): number | string {
  const bits = uuid.length === 36 ? parseInt(uuid.slice(0, 8), 16) : NaN;
  return Number.isNaN(bits) ? uuid : bits >>> 2;
}

/** A line as a link in the chain. */
interface Link {
  readonly type: unknown;
  /** Empty: the line only states where the conversation ends, in `leaf`. */
  readonly uuid: string;
  readonly leaf: string | undefined;
  readonly parent: string | undefined;
  readonly promptId: string | undefined;
  /** The model's answer that contains the line as a block. */
  readonly answer: string | undefined;
  /** True if a person, or a program acting as one, sent the line. */
  readonly sent: boolean;
}

/** Returns whether a link is a message, not an addition of the client. */
function isMessage({ type }: Link): boolean {
  return type === "user" || type === "assistant";
}

/** A line that is not on the chain. */
interface Fork {
  readonly uuid: string;
  /** The prompt ID of the line, or of the nearest line above that has one. */
  node: string | undefined;
  /** The answer of the line and of all lines above it, as far as read. */
  answer: string | undefined;
}

const ZERO = /^[0-]*$/;

/** The most lines between a line and its predecessor out of order. */
const REORDERED = 8;

/**
 * Separates the lines of the conversation from withdrawn and rewound lines.
 * Each line names its predecessor, and the chain goes back from the last line.
 * A fork off the chain is dead, unless a line on the chain has the same prompt
 * ID. In that case the model saw the fork, as with results of parallel calls
 * and prompts that joined a running turn. The blocks of one answer, one line
 * each, live and die together. Memory use grows with the number of forks, and
 * by a few bytes for each line.
 */
export class Branches {
  /** The lines that were added last and have not been processed yet. */
  readonly #window: Link[] = [];
  /** The next line of the chain, once its end is known. */
  #wanted: string | undefined;
  /** True if the end of the chain is known. */
  #begun = false;
  /** The last message, unless the client names another line as the end. */
  #end: string | undefined;
  /** The end of the chain after a rewind or after a prompt was withdrawn. */
  #leaf: string | undefined;
  /** Lines after the end of the chain, until the end is known. */
  #after: Link[] = [];
  /** The lines of the chain, since a line may be written twice. */
  readonly #chain = new UuidSet();
  /** Prompt ids on the chain. */
  readonly #seen = new Set<string>();
  /** Lines that wait for the line above them. */
  readonly #waiting = new Map<string, Fork[]>();
  /** Forks off the chain, unless their prompt IDs appear on it later. */
  readonly #forked: Fork[] = [];
  /** Lines without a predecessor. */
  readonly #rootless: Fork[] = [];
  /** The prompt ID of the last prompt after a line. */
  readonly #followers = new Map<string, string | undefined>();

  /** Adds a line; the last line of the transcript is added first. */
  add(value: Fields): void {
    const { type, explicit } = value;
    const uuid = textField(value, "uuid") ?? "";
    const leaf = type === "last-prompt" && explicit === true
      ? textField(value, "leafUuid")
      : undefined;
    if (uuid === "" && leaf === undefined) return;
    const window = this.#window;
    const parent = textField(value, "parentUuid") ??
      textField(value, "logicalParentUuid");
    const before = parent === undefined
      ? -1
      : window.findIndex((one) => one.uuid === parent);
    window.splice(before < 0 ? window.length : before, 0, {
      ...{ type, uuid, leaf, parent },
      promptId: textField(value, "promptId"),
      answer: type === "assistant" ? textField(value.message, "id") : undefined,
      sent: type === "user" && value.promptSource !== undefined,
    });
    if (window.length > REORDERED) this.#next(window.shift()!);
  }

  #next(link: Link): void {
    if (link.uuid === "") {
      if (!this.#begun) this.#leaf ??= link.leaf;
      return;
    }
    if (this.#begun) return this.#take(link);
    this.#after.push(link);
    const end = this.#endAt(link);
    if (end !== undefined) this.#begin(end);
  }

  #begin(end: string | undefined): void {
    this.#wanted = end;
    if (this.#leaf === undefined) this.#end = end;
    this.#begun = true;
    for (const one of this.#after) this.#take(one);
    this.#after = [];
  }

  /** Returns the end of the chain, if this line shows it. */
  #endAt(link: Link): string | undefined {
    const { type, uuid, parent, sent } = link;
    if (this.#leaf !== undefined && !ZERO.test(this.#leaf)) return this.#leaf;
    if (!isMessage(link)) return undefined;
    if (this.#leaf === undefined) return uuid;
    // A prompt was withdrawn: if there was no answer, the end is the line
    // before the prompt.
    if (type === "assistant") return this.#after.find(isMessage)?.uuid;
    return sent ? parent ?? uuid : undefined;
  }

  #take(link: Link): void {
    const { uuid, parent, promptId, answer, sent } = link;
    const below = this.#waiting.get(uuid) ?? [];
    if (below.length > 0) this.#waiting.delete(uuid);
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

  /** Returns whether another prompt after the same line replaced this one. */
  #isReplaced({ parent, promptId }: Link): boolean {
    if (parent === undefined) return false;
    const known = this.#followers.has(parent);
    const other = known && this.#followers.get(parent) !== promptId;
    this.#followers.set(parent, promptId);
    return other;
  }

  /** The last line's ID after {@link dead}; `undefined`: it may change. */
  get end(): string | undefined {
    return this.#seen.size > 0 ? this.#end : undefined;
  }

  /** Returns the IDs of the lines that no longer belong to the conversation. */
  dead(): Set<string> {
    for (const one of this.#window.splice(0)) this.#next(one);
    if (!this.#begun) this.#begin(this.#after.find(isMessage)?.uuid);
    // If a chain reaches the beginning, every other beginning is dead.
    const whole = this.#begun && this.#wanted === undefined &&
      this.#seen.size > 0;
    const forks = [...this.#forked, ...whole ? this.#rootless : []];
    return new Set(
      forks.filter((fork) => !this.#isSeen(fork)).map(({ uuid }) => uuid),
    );
  }
}
