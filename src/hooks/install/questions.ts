import { MpmError } from "../../base/errors.ts";
import type { Context } from "../../cli/mod.ts";

type Asking = Pick<Context, "ask" | "note">;

/** Asks a question for which Enter means yes. Throws CANCELLED. */
export function agreed(context: Asking, question: string): boolean {
  return answered(context, `${question} [Y/n]: `) ?? true;
}

/** Asks a question for which Enter means no. Throws CANCELLED. */
export function accepted(context: Asking, question: string): boolean {
  return answered(context, `${question} [y/N]: `) ?? false;
}

/** Returns undefined for Enter; asks again after any other word. */
function answered(
  { ask, note }: Asking,
  question: string,
): boolean | undefined {
  while (true) {
    const answer = ask(question);
    if (answer === undefined) throw nothingChanged();
    const word = answer.trim();
    if (word === "") return undefined;
    if (/^y(es)?$/i.test(word)) return true;
    if (/^no?$/i.test(word)) return false;
    note("Please answer yes or no.");
  }
}

/** Returns the error for a setup that someone stopped. */
export function nothingChanged(): MpmError {
  return new MpmError("CANCELLED", "Nothing was changed");
}
