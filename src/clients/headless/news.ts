import { cutText, firstLine } from "../../base/words.ts";
import { field, type Fields, textField } from "../../base/parsed_values.ts";

/** The facts in one line of a headless run. */
export interface News {
  /** A whole message of the agent. */
  readonly said?: string;
  /** The next part of a message. */
  readonly part?: string;
  /** A call of a tool, in one line. */
  readonly call?: string;
  /** Why it fails, as the client words it, unless the agent says more later. */
  readonly error?: string;
  /** True if the error is a usage limit, however it is worded. */
  readonly isLimit?: boolean;
  /** The time at which a limit ends, milliseconds since the epoch. */
  readonly until?: number;
  /** True if the run ends since the model took all its turns. */
  readonly outOfTurns?: boolean;
}

/** Reads a line of a headless run of a client. */
export type NewsReader = (line: Fields) => readonly News[];

/** Characters of a call that is shown. */
const CALL = 200;

/** Arguments of tools that tell best about a call. */
const TELLING = ["command", "cmd", "file_path", "path", "pattern", "query"];

/** Returns a call of a tool in one line. */
export function callText(name: string, input: unknown): string {
  const told = TELLING.map((one) => textField(input, one))
    .find((text) => text !== undefined);
  return cutText(`> ${name} ${firstLine(told ?? "", CALL)}`.trimEnd(), CALL);
}

/** Returns the list in a field; an empty one if it is missing. */
export function listIn(value: unknown, name: string): readonly unknown[] {
  const list = field(value, name);
  return Array.isArray(list) ? list : [];
}
