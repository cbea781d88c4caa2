import { cutText, firstLine } from "../../base/words.ts";
import { type Fields, textField } from "../../base/parsed_values.ts";

/** The facts in one line of a headless run's output. */
export interface News {
  /** A whole message of the agent. */
  readonly said?: string;
  /** The next part of a message. */
  readonly part?: string;
  /** A tool call, in one line. */
  readonly call?: string;
  /** The client's reason for a failure; the agent may explain more. */
  readonly error?: string;
  /** True if the error is a usage limit, however it is worded. */
  readonly isLimit?: boolean;
  /** The time at which a limit ends, in milliseconds since the epoch. */
  readonly until?: number;
  /** True if the run ends because the model used all its turns. */
  readonly outOfTurns?: boolean;
}

/** Reads one line of a client's headless run. */
export type NewsReader = (line: Fields) => readonly News[];

/** The maximum number of characters of a call to show. */
const CALL = 200;

/** Tool arguments that describe a call best. */
const TELLING = ["command", "cmd", "file_path", "path", "pattern", "query"];

/** Returns a tool call in one line. */
export function callText(name: string, input: unknown): string {
  const told = TELLING.map((one) => textField(input, one))
    .find((text) => text !== undefined);
  return cutText(`> ${name} ${firstLine(told ?? "", CALL)}`.trimEnd(), CALL);
}
