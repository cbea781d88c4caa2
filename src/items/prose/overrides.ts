import { once } from "../../base/remembered.ts";
import { DAY, DEADLINE } from "./cues.ts";
import { significantWords, stemOf } from "./telling_words.ts";

/* Detects whether a later sentence of a person withdraws an earlier one. */

/** Words that say that something no longer applies. */
const OVER = "(?:any ?more|any longer|after all|no longer|again)";

/** Matches a phrase within one part of a sentence. */
const PHRASE = "([^,;:.!?()\\n]{2,120}(?:[.:][^\\s,;:.!?()]+)*)";

const VERB =
  "(?:forget|scrap|drop|ignore|skip|cancel|omit|leave out|never mind|postpone|shelve|abandon|put off|hold off on)";

/** Matches a word before "not" that makes it a statement and not a choice. */
const SENTENCE =
  "(?:is|are|was|were|am|be|do|does|did|has|have|had|will|would|can|could|shall|should|may|might|must|need|why|if|or|and|but|it|that|this|i|we|you|they|he|she|please|so|certainly|maybe|probably|definitely|hopefully|also|still|just|or|than)";

/** Matches a request for code with such behaviour, or a condition. */
const ASKED_FOR =
  "^(?:(?:please|now|then|next|also|and|so|ok|okay),?\\s+)*(?:if|when|unless|in case|(?:add|write|create|build|implement|support|make|test)\\b[^,;:.!?]{0,80}\\b(?:to|that|which|can|cannot))\\b.{0,80}";

/** Matches the start of a clause that says not to do something. */
const NOT_TO =
  "\\b(?:do not|don'?t|never|not|cannot|can'?t|won'?t) (?:(?!and |but |or )[\\p{L}']+ ){0,4}";

/** Patterns that withdraw whatever their phrase names. */
const TAKEN: readonly RegExp[] = [
  `\\b(?:instead of|rather than|in place of|no longer)\\s+${PHRASE}`,
  `[,;]\\s*(?:and |but )?not\\s+${PHRASE}`,
  `(?:^|[,;:]\\s*|\\b(?:and|use|using|with|as|in|to)\\s+)(?!${SENTENCE}\\b)[\\p{L}\\d_.-]+ not\\s+((?!(?:[\\p{L}]+ing|a|an|the|only|just|sure|so|yet|to|all|any|in|on|be|very|too)\\b)[\\p{L}\\d_-]+(?: [\\p{L}\\d_-]+)?)(?=[,;:.!?]|$)`,
  `^(?:(?:no|ok|okay|sorry|actually|so|wait)\\b,?\\s*)*not\\s+${PHRASE}`,
  `\\b(?=${VERB})(?<!${NOT_TO})(?<!${ASKED_FOR})${VERB}(?: about)?\\s+${PHRASE}`,
  `\\b(?:(?:do not|don'?t) (?:need|want)|no longer (?:needs?|wants?)|no need (?:for|of))\\s+${PHRASE}`,
  `^(?:(?:so|ok|okay|now),?\\s*)*(?:there(?:'s| is| are) )?no\\s+${PHRASE}`,
  `(?:^|[,;:]\\s*)${PHRASE}\\s+(?:is|are) (?:off\\b|gone\\b|cancell?ed|dropped|not (?:needed|necessary|required|wanted)|no longer )`,
].map((form) => new RegExp(form, "giu"));

/** Matches quoted words of another person or of a text. */
const QUOTED = /(?<!\p{L})["“«][^"“”«»\n]{4,300}["”»]/gu;

/** Someone other than the person and the agent. */
const OTHERS =
  "(?<![\\p{L}])(?:[Hh]e|[Ss]he|[Tt]hey|[Ss]ome(?:one|body)|[Oo]thers|(?:[Tt]he|[Mm]y|[Oo]ur) (?:(?!no |not |never )[\\p{L}-]+ ){1,3}?|(?!We |You )\\p{Lu}[\\p{L}-]+)";

/** Matches the verbs below, cheaply, before the slow patterns are compiled. */
const OF_OTHERS =
  /want|would|'d |like|prefer|think|thought|believe|hope|suggest|propose|vote|sa(?:y|id)|ask|tell|told|demand|insist/;

/** Matches another person's wishes, up to the end of the clause. */
const WISHED = new RegExp(
  `${OTHERS} ?(?:\\p{L}+ly |also |still |even )?(?:wants?|wanted|would|'d (?:like|rather|prefer)|likes?|liked|prefers?|preferred|thinks?|thought|believes?|hopes?|hoped|suggests?|suggested|proposes?|proposed|votes?|voted)\\b[^,;:.!?]*`,
  "gu",
);

/** Matches another person's requests that are refused in the same sentence. */
const REFUSED = new RegExp(
  `${OTHERS} ?(?:\\p{L}+ly |also |still |even )?(?:says?|said|asks?|asked|tells?|told|demands?|demanded|insists?|insisted)\\b[^.!?]*?(?=[,;:] ?(?:but|though|however)\\b|[,;:] ?(?:[Ii]|[Ww]e) (?:do not|don'?t|won'?t|will not|would not|wouldn'?t|disagree|refuse|keep|still)\\b)`,
  "gu",
);

/** Matches prohibitions, which withdraw a thing together with its verb. */
const PROHIBITED = new RegExp(`\\b(?:do not|don'?t)\\s+${PHRASE}`, "giu");

/** Patterns for sentences that only withdraw something. */
const ONLY: readonly RegExp[] = [
  /^(?:\w+,? ){0,2}(?:forget|scrap|cancel|never mind)\b/i,
  new RegExp(`^(?:\\w+,? ){0,2}not .{2,80}\\b${OVER}`, "i"),
  new RegExp(
    `^(?:\\w+,? ){0,3}(?:there(?:'s| is| are) )?(?:no|(?:do not|don'?t|no longer) (?:need|want)|no need (?:for|of)) .{2,80}\\b${OVER}`,
    "i",
  ),
  /^(?:\w+,? ){0,6}(?:is|are) (?:off|gone|cancell?ed|no longer (?:needed|necessary|required|wanted)|not (?:needed|necessary|required|wanted) (?:any ?more|after all))\W*$/i,
];

/** A clause that says what to do instead. */
const GOES_ON =
  /[,;:\u2013\u2014-]\s*(?:(?:but|and|so|just|please|rather|instead|let'?s|(?:we|i)(?:'ll| will)?)\s+)*(?:use|take|go with|switch to|do|make|keep|write|store|call|put|try|stay|stick)\s/i;

/** Matches permission for something that was forbidden. */
const ALLOWED =
  /\b(?:(?:you|we) (?:may|can)|(?:ok|okay|fine|allowed) to|feel free to)\s+([^,;:.!?()\n]{2,120})/iu;
const AGAIN = /\b(?:now|after all|again|any ?way)\b/i;

const NEGATED =
  /\b(?:do not|don'?t|never|not|no longer|avoid|without|instead of|rather than)\b/i;
const MOVED =
  /\b(?:moved|changed|now|new|extended|postponed|instead|actually)\b/i;

/** Matches the start of a sentence that only sets a time, cheaply. */
const TIME_BEGINS =
  /^(?:sorry|correction|nope|no|wait|actually|oops|oh|again|rather|i mean|make|the|our|my|new|deadline|due)\b/i;

/** Matches a sentence that only sets a different time. */
const OTHER_TIME = once(() => {
  const opener =
    "(?:sorry|correction|nope|no|wait|actually|oops|oh|again|rather|i meant?)\\b[\\s,.:;\u2013\u2014-]*";
  const what =
    "(?:make (?:it|that)|(?:(?:the|our|my|new) ){0,2}(?:deadline|due date)[:,]?)";
  const before = "(?:it'?s|it is|is|now|by|on|until|at|due|the|this|next)";
  const after =
    `[\\s,.!]|\\b(?:at|\\d{1,2}|[ap]m|noon|morning|afternoon|evening|instead|then|now|latest|not|by|on|${DAY})\\b`;
  return new RegExp(
    `^(?:(?:${opener}){0,4}${what}|(?:${opener}){1,4})(?:\\s*${before}\\b){0,4}\\s*(?:${DAY})(?:${after}){0,10}$`,
    "i",
  );
});

const NO_DEADLINE = new RegExp(
  `\\b(?:forget|scrap|drop|ignore|cancel|never mind|no)\\b.{0,40}\\b(?:deadline|due date)\\b|\\b(?:deadline|due date)\\b.{0,40}\\b(?:off|gone|dropped|lifted|cancell?ed|no longer|does(?: not|n'?t) (?:apply|hold|matter))\\b|\\bno (?:rush|hurry)\\b.{0,20}${OVER}`,
  "i",
);
const NOT_DEADLINE = /\b(?:do not|don'?t|never) (?:forget|ignore|drop)\b/i;

/** Matches the end of a phrase, where its purpose or another clause begins. */
const STOP =
  /\s+(?:for|in|on|at)\s+(?<about>.+)$|\s+(?:to|from|by|with|because|since|as|but|and|or|which|that|when|if|after|any|any ?more|now|no|instead|please|then|until|so|yet|is|are|was)\b.*$/iu;

/** Matches something together with its purpose. */
const USED =
  /\b(?:use|take|choose|prefer|go with|switch to)\s+(.{2,80}?)\s+for\s+([^,;:.!?()\n]{2,80})/iu;

/** Returns whether a later sentence replaces or withdraws an earlier one. */
export function overrides(said: string, earlier: string): boolean {
  const later = ownWords(said);
  return hasNoDeadline(later, earlier) || isAllowed(later, earlier) ||
    isOtherApproach(later, earlier) ||
    withdrawn(later).some((taken) => isTaken(taken, earlier));
}

/** Returns whether a sentence only withdraws an earlier statement. */
export function onlyWithdraws(said: string): boolean {
  const text = ownWords(said);
  if (hasNewTime(text)) return false;
  return ONLY.some((form) => form.test(text)) && !GOES_ON.test(text) ||
    ALLOWED.test(text) && AGAIN.test(text) ||
    NO_DEADLINE.test(text) && !NOT_DEADLINE.test(text);
}

/** Returns whether a sentence only sets another time, such as a deadline. */
export function onlySetsTime(said: string): boolean {
  return said.length < 120 &&
    (TIME_BEGINS.test(said) && OTHER_TIME().test(said) || hasNewTime(said));
}

/** A clause with the time that replaces a deadline. */
const NEW_TIME = once(() =>
  new RegExp(
    `[,;:\u2013\u2014-]\\s*(?:(?:but|and|so|because)\\s+)?(?:it'?s|it is|now|make it|the new one is)\\b.{0,40}\\b(?:${DAY})`,
    "i",
  )
);

/** Returns whether a sentence drops a deadline and sets another one. */
function hasNewTime(text: string): boolean {
  return NO_DEADLINE.test(text) && NEW_TIME().test(text);
}

/** Matches a statement that someone no longer wants what they asked for. */
const OTHER_MIND =
  /\b(?:chang(?:ed|e|ing) (?:my|our) minds?|change of plans?|(?:we|i|let's)(?:'ll| will| should)? (?:postpone|shelve|abandon|put off|hold off on))\b/i;

/** Returns whether a sentence says that the person changed their mind. */
export function changesMind(said: string): boolean {
  return OTHER_MIND.test(ownWords(said)) && !said.endsWith("?");
}

/** The start of a sentence that corrects an earlier one. */
const CORRECTS =
  /^\W*(?:(?:hmm|oh|ah|ok|and)\W+)*(?:actually|sorry|correction|no|wait|scratch that|on second thoughts?)\b/i;

/** Returns whether a later sentence selects another choice of a question. */
export function takesOther(
  said: string,
  { answer, options }: { answer: string; options: readonly string[] },
): boolean {
  const text = ownWords(said);
  const words = significantWords(text);
  const names = (one: string) => areIn(significantWords(one), words);
  return CORRECTS.test(text) && !text.endsWith("?") && !names(answer) &&
    options.some((one) => !answer.includes(one) && names(one));
}

/** Returns whether a sentence can replace an earlier one at all. */
export function mayOverride(said: string): boolean {
  const text = ownWords(said);
  return onlyWithdraws(text) || setsDeadline(text) ||
    USED.test(text) || withdrawn(text).length > 0;
}

/** Returns whether a sentence can select another choice of a question. */
export function mayTakeOther(said: string): boolean {
  return CORRECTS.test(ownWords(said)) && !said.endsWith("?");
}

/** Removes other people's wishes, and quoted words that withdraw something. */
function ownWords(said: string): string {
  const text = OF_OTHERS.test(said)
    ? said.replaceAll(WISHED, "").replaceAll(REFUSED, "")
    : said;
  return text.replaceAll(QUOTED, (quoted) => {
    const words = quoted.slice(1, -1);
    const takes = withdrawn(words).length > 0 || NO_DEADLINE.test(words);
    return takes ? '""' : quoted;
  });
}

/** Returns whether a sentence sets another deadline. */
function setsDeadline(text: string): boolean {
  return DEADLINE.test(text) && MOVED.test(text) || onlySetsTime(text);
}

function hasNoDeadline(later: string, earlier: string): boolean {
  if (!DEADLINE.test(earlier)) return false;
  if (setsDeadline(later)) return true;
  if (!NO_DEADLINE.test(later) || NOT_DEADLINE.test(later)) return false;
  const own = ofDeadlines();
  const named = significantWords(later).filter((word) => !own.has(word));
  const words = new Set(significantWords(earlier));
  return named.every((word) => words.has(word));
}

const ofDeadlines = once(() =>
  new Set(significantWords(
    "deadline due date forget scrap drop dropped ignore cancel cancelled " +
      "mind off gone lifted hold matter apply applies rush hurry there",
  ))
);

function isAllowed(later: string, earlier: string): boolean {
  const allowed = AGAIN.test(later) ? ALLOWED.exec(later)?.[1] : undefined;
  const at = NEGATED.exec(earlier)?.index;
  if (allowed === undefined || at === undefined) return false;
  return areIn(significantWords(allowed), significantWords(earlier.slice(at)));
}

function isOtherApproach(later: string, earlier: string): boolean {
  const [, way = "", goal = ""] = USED.exec(later) ?? [];
  const [, before = "", same = ""] = USED.exec(earlier) ?? [];
  if (way === "" || before === "" || NEGATED.test(later.split(way)[0]!)) {
    return false;
  }
  const [is, was] = [significantWords(goal), significantWords(same)];
  return areIn(is, was) && areIn(was, is) &&
    !areIn(significantWords(way), significantWords(before)) &&
    !/\b(?:also|too|both|as well)\b/i.test(later);
}

function areIn(words: readonly string[], others: readonly string[]): boolean {
  return words.length > 0 && words.every((word) => others.includes(word));
}

/** A thing that a sentence withdraws. */
interface Taken {
  readonly words: readonly string[];
  /** Words for the purpose; only a thing with the same purpose is withdrawn. */
  readonly about: readonly string[];
  /** The forbidden verb. */
  readonly verb?: string;
}

function withdrawn(text: string): Taken[] {
  const phrases = TAKEN.flatMap((form) => [...text.matchAll(form)])
    .map(([, phrase]) => takenIn(phrase!));
  const forbidden = [...text.matchAll(PROHIBITED)].map(([, phrase]) => ({
    ...takenIn(phrase!),
    verb: stemOf(phrase!.split(/\s/, 1)[0]!.toLowerCase()),
  }));
  return [...phrases, ...forbidden].filter(({ words }) => words.length > 0);
}

function takenIn(phrase: string): Taken {
  const stop = STOP.exec(phrase);
  return {
    words: significantWords(stop ? phrase.slice(0, stop.index) : phrase),
    about: significantWords(stop?.groups?.about ?? ""),
  };
}

function isTaken({ words, about, verb }: Taken, earlier: string): boolean {
  const end = NEGATED.exec(earlier)?.index ?? earlier.length;
  const wanted = earlier.slice(0, end);
  const said = significantWords(wanted);
  const purpose = significantWords(
    /\s(?:for|in|on|at)\s(.+)$/i.exec(wanted)?.[1] ?? "",
  );
  const isOther = about.length > 0 && purpose.length > 0 &&
    !about.some((word) => said.includes(word));
  if (isOther) return false;
  const verbs = wanted.toLowerCase().match(/\p{L}+/gu)?.map(stemOf) ?? [];
  return areIn(words.filter((word) => word !== verb), said) &&
    (verb === undefined || verbs.includes(verb));
}
