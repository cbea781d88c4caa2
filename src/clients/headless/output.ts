import { isFields, jsonIn } from "../../base/parsed_values.ts";
import type { News, NewsReader } from "./news.ts";

/** The outcome of a client's headless run. */
export interface HeadlessEnd {
  readonly outcome: "done" | "failed" | "limited";
  /** The agent's last message, which may be empty if the run failed. */
  readonly answer: string;
  /** Why the run failed, in the client's words; null: not reported. */
  readonly reason: string | null;
  /** When a limit ends, ISO 8601; null: no limit, or an unknown time. */
  readonly until: string | null;
}

/** The longest line to read, in UTF-16 units; results can be large. */
const LONGEST = 4 * 1024 * 1024;

/** The maximum length of an answer to keep, in UTF-16 units. */
const ANSWER = 256 * 1024;

/** Matches the words for a usage limit that is reached. */
const LIMIT =
  /\busage limit\b|\bhit your (?:[\w-]+ )?limit\b|\b(?:exhausted|exceeded) your (?:\w+ )*quota\b/i;

/** Reads the output of a client that runs with `lines`. */
export class HeadlessOutput {
  readonly #news: NewsReader;
  readonly #decoder = new TextDecoder();
  /** The start of a line; `undefined`: the rest of the line is skipped. */
  #rest: string | undefined = "";
  #answer = "";
  /** True within a message that comes in parts. */
  #isOpen = false;
  #error: string | undefined;
  #isLimit = false;
  #outOfTurns = false;
  #until: number | undefined;

  /** @param news reads the client's lines */
  constructor(news: NewsReader) {
    this.#news = news;
  }

  /** Processes the next bytes, and returns them as text for people. */
  add(bytes: Uint8Array): string {
    const text = this.#decoder.decode(bytes, { stream: true });
    const [first, ...more] = text.split("\n");
    if (more.length === 0) {
      this.#keep(first!);
      return "";
    }
    const last = more.pop()!;
    this.#keep(first!);
    const lines = [...this.#rest === undefined ? [] : [this.#rest], ...more];
    this.#rest = "";
    this.#keep(last);
    return lines.map((line) => this.#take(line)).join("");
  }

  #keep(text: string): void {
    if (this.#rest === undefined) return;
    this.#rest += text;
    if (this.#rest.length > LONGEST) this.#rest = undefined;
  }

  /** A line that is not JSON is already text for people. */
  #take(line: string): string {
    if (line.trim() === "") return "";
    const value = jsonIn(line);
    if (!isFields(value)) return `${line}\n`;
    return this.#news(value).map((news) => this.#learn(news)).join("");
  }

  #learn(news: News): string {
    const { said, part, call, error, until } = news;
    if (until !== undefined) this.#until = until;
    if (news.outOfTurns) this.#outOfTurns = true;
    if (error !== undefined) {
      this.#error = error;
      this.#isLimit = news.isLimit === true || LIMIT.test(error);
      return `${error}\n`;
    }
    if (part !== undefined) {
      this.#answer = `${this.#isOpen ? this.#answer : ""}${part}`
        .slice(0, ANSWER);
      this.#isOpen = true;
    } else if (said !== undefined || call !== undefined) this.#isOpen = false;
    if (said === undefined) return part ?? (call ? `${call}\n` : "");
    // An error before an answer no longer matters.
    this.#error = undefined;
    const isKnown = said === this.#answer;
    this.#answer = said.slice(0, ANSWER);
    return isKnown ? "" : `${said}\n`;
  }

  /** Processes the last line, which may lack a line end. */
  close(): string {
    const text = this.#take(this.#rest ?? "");
    this.#rest = "";
    return text;
  }

  /** Returns how the run ended; `exit` is null without a status. */
  end(exit: number | null, now: Date): HeadlessEnd {
    const answer = this.#answer.trim();
    if (exit === 0 && this.#error === undefined) {
      return { outcome: "done", answer, reason: null, until: null };
    }
    if (this.#error === undefined || this.#outOfTurns || !this.#isLimit) {
      const reason = this.#outOfTurns
        ? "the agent used all its turns"
        : this.#error ?? null;
      return { outcome: "failed", answer, reason, until: null };
    }
    const until = this.#until ?? timeIn(this.#error, now);
    return {
      ...{ outcome: "limited", answer, reason: this.#error },
      until: until === undefined ? null : isoOf(until),
    };
  }
}

function isoOf(milliseconds: number): string | null {
  const time = new Date(milliseconds);
  return Number.isFinite(time.getTime()) ? time.toISOString() : null;
}

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Returns when the minute ends that Codex names in local time. */
function timeIn(text: string, now: Date): number | undefined {
  const [, date = "", hour, minute, half] =
    /[Tt]ry again at ([A-Z][a-z]{2} \d{1,2}(?:st|nd|rd|th), \d{4} )?(\d{1,2}):(\d\d) ([AP]M)/
      .exec(text) ?? [];
  if (hour === undefined) return undefined;
  const day = date.replace(/(?<=\d)[a-z]+/, "") || now.toDateString();
  const time = Date.parse(`${day} ${hour}:${minute} ${half}`) + MINUTE;
  if (!Number.isFinite(time)) return undefined;
  // Without a date, it is the next occurrence of that time of day.
  return date === "" && time < now.getTime() ? time + DAY : time;
}
