import { once } from "../../base/remembered.ts";
import { isAscii } from "../../base/words.ts";

/** Words that occur in texts about any kind of work. */
const COMMON = new Set(
  ("a about actually add added after again all also always an and any anymore " +
    "are as at back be been begin begun but by can change check code commit " +
    "complete completed continue create did do does done each edit ensure " +
    "everything file files finish finished first fix fixed for from get go " +
    "has have how if implement implemented in into is it its keep lack lacks " +
    "last later let longer made make may missing more must need needs never " +
    "new next no not now of on one only open or our out part pending please " +
    "push put remain remaining remains run set should so some sorry start " +
    "started step still sure take task test tests than that the their them " +
    "then there these they this to todo too touch under until up update " +
    "updated use used using want was we were what when which while will with " +
    "work works write written yes yet you your").split(" "),
);

/** The forms of words in lower case. */
interface Forms {
  readonly word: RegExp;
  readonly long: RegExp;
  readonly plural: RegExp;
}

const ASCII: Forms = {
  word: /[a-z\d_$](?:[\w$./-]*[\w$])?/g,
  long: /^[a-z]{5,}$/,
  plural: /^([a-z]{3,})s$/,
};

/** Does the same for all letters, which takes V8 much longer to compile. */
const anyLetters = once((): Forms => ({
  word: /[\p{L}\p{N}_$](?:[\p{L}\p{N}_$./-]*[\p{L}\p{N}_$])?/gu,
  long: /^\p{L}{5,}$/u,
  plural: /^(\p{L}{3,})s$/u,
}));

function formsFor(text: string): Forms {
  return isAscii(text) ? ASCII : anyLetters();
}

/** Returns the words that identify a text's subject, without endings. */
export function significantWords(text: string): string[] {
  const lower = text.toLowerCase();
  const found = lower.match(formsFor(lower).word) ?? [];
  return [...new Set(found.filter((word) => !COMMON.has(word)).map(stemOf))];
}

/** Returns a word without its ending; names from code are unchanged. */
export function stemOf(word: string): string {
  const { long, plural } = formsFor(word);
  return long.test(word)
    ? word.replace(/(?:ies|y)$/, "i").replace(/(?:ing|ed|e?s)$/, "")
      .replace(/e$/, "")
    : word.replace(plural, "$1");
}
