import { type Sentence, sentencesOf } from "./sentences.ts";
import { significantWords } from "./telling_words.ts";

/** The kinds of sentences that the next session must know. */
export type Cue =
  | "constraint"
  | "decision"
  | "rejected"
  | "blocker"
  | "question"
  | "next"
  | "done";

export interface Rule {
  readonly cue: Cue;
  readonly is: RegExp;
  /** Sentences that only look similar. */
  readonly not?: RegExp;
}

/** A day, or a time of day. */
export const DAY =
  "(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|tonight|today|noon|midnight|eod|eow|end of (?:the )?(?:day|week|month|sprint|quarter|year)|next (?:week|month|release|sprint)|\\d{1,2}(?::\\d\\d)? ?(?:am|pm)\\b|\\d{1,2}:\\d\\d\\b|\\d{4}-\\d\\d-\\d\\d|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* \\d|\\d{1,2}(?:st|nd|rd|th)?(?: of)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|q[1-4]\\b";

/** Sentences about a deadline. */
export const DEADLINE = new RegExp(
  `\\b(?:deadline|due (?:on|by|date)|no later than|(?:by|before|until|till|due) (?:the |this |next |on )?(?:${DAY}))`,
  "i",
);

/** Matches sentences that describe behaviour and not a wish. */
const BEHAVES =
  /\b(?:it|this|that|they|which|i|we've|has|have|had|test|build|server|app|page|function|command)(?: has| have)? (?:always|never|only)\b|\bmust (?:have been|be (?:because|due|a bug|something|related))|\bnever mind\b|\balways (?:fails|crashes|hangs|been|did)\b/i;

/** Cues in a person's sentences; the first match counts. */
const SAID: readonly Rule[] = [
  {
    cue: "decision",
    is:
      /\b(?:we|i)(?:'ve| have)? (?:decided|agreed|chose|settled)\b|\bdecision:|\blet'?s (?:use|go with|switch|stick)\b|\b(?:use|using|take|choose|go with|switch to|prefer|want|write|call|name|store|return|do)\b.{1,160}\b(?:instead of|rather than|in place of|over)\b|\binstead of\b.{1,120}\b(?:use|take|do|go with|write)\b|\bgo with\b|\bgo back to\b|\bstick (?:to|with)\b|\bchange of plan|\bshould be \S+,? not \S|\b(?:is|are) (?:now )?\S*\d\S*?(?: now)?,? not \S*\d|\bno longer\b|\bnot .{2,60}\bany ?more\b|^use .{2,80}, not \b/i,
    not:
      /\b(?:fails?|crash|error|broken|bug)\b|\bno longer (?:works|compiles|builds|passes|starts|loads)\b/i,
  },
  { cue: "constraint", is: DEADLINE },
  {
    cue: "constraint",
    is:
      /\b(?:do not|don'?t|never|must not|mustn'?t|may not|should ?n[o']t|should not|cannot use|can'?t use|not allowed|forbidden|under no circumstances|avoid|hands off|leave .{2,80} (?:alone|untouched|as (?:it|they) (?:is|are)|as is)|without (?:touching|changing|breaking|using|adding|editing|modifying|new))\b/i,
    not:
      /\bi don'?t (?:know|think|see|get|understand|care|mind|remember|like|have|want to)\b|\b(?:they|it|these|those|tests?|why) (?:do not|don'?t|never|cannot)\b|\bdon'?t (?:worry|forget|you)\b|\bnever mind\b/i,
  },
  {
    cue: "constraint",
    is:
      /\b(?:must|shall|always|make sure|ensure|be sure to|has to (?:be|stay|work|support|run)|have to (?:be|stay|work|support|run)|needs? to (?:stay|remain|keep|support|be)|required?|requirement|constraint|mandatory|at (?:most|least) \S+|no more than|not more than|up to \d|don'?t forget|remember (?:to|that)|important:|note:|keep in mind)\b/i,
    not: BEHAVES,
  },
  {
    cue: "constraint",
    is:
      /(?:^|[,;:]\s*|\b(?:please|and|but|must|should|also|then) )keep\b(?! (?:going|working|on\b|at it|it up|trying))|\b(?:stay|remain)s? (?:compatible|backwards?|the same|unchanged|stable|green)\b|\bbackwards?[- ]compatib/i,
  },
  {
    cue: "constraint",
    is:
      /\bonly (?:use|change|touch|edit|modify|run|support|allow|accept|in|on|for|with|after|when|if|via|through|add|write|commit|work)\b|\b(?:use|change|touch|edit|modify|run|support|allow|accept|target|work|read|write|commit)\b.{1,80}\bonly\b|\bread-only\b|\buntil\b.{3,}/i,
    not: BEHAVES,
  },
  {
    cue: "constraint",
    is: /^(?:(?:and|but|also|please),? )*no [\p{L}-]+ [\p{L}-]/iu,
    not:
      /\bno (?:problem|worr|rush|hurry|need|idea|matter|doubt|wonder|luck|way|thanks|more|longer|it\b|that|this|i\b|we\b|you\b|one\b|reason)|\b(?:is|are|was|were|has|have|fails?|works?|found|yet|now|so far|any ?more|after all|again|please|left)\b/i,
  },
  {
    cue: "blocker",
    is:
      /\b(?:is|are|we'?re|i'?m|still) (?:blocked|waiting)\b|\bblocked (?:by|on|until)\b|\bwaiting (?:for|on)\b/i,
  },
  {
    cue: "decision",
    is:
      /^(?:(?:please|actually|no|ok|okay|then|so|now|and),? )*use \S+(?: \S+){0,8} for \S+/i,
  },
];

/** Questions that request nothing in particular. */
const POLITE =
  /\b(?:anything else|sounds? good|makes? sense|is there anything|what (?:would you like|do you think)|how does (?:that|this|it) look|(?:does|do|is|are|will|did) (?:that|this|it|these|those) (?:help|work|answer|clear|ok|okay|fine|right|enough|what you)|(?:how|what) (?:can|may) i (?:help|do)|anything unclear|(?:is|are) (?:you|we) (?:ready|happy|done|good))\b|\b(?:continue|proceed|go ahead|go on|keep going|next)(?: now| with (?:it|this|that|the (?:next|rest)\b[^?]*))?\?|\b(?:let me know|tell me)\b.{0,10}\bif (?:you|there|anything|something|that|this|it)\b/i;

/** Cues in the agent's last message, true only until someone continues. */
const ENDS: readonly Rule[] = [
  {
    cue: "blocker",
    is:
      /\bwaiting (?:for|on)\b|^block(?:ed|er):|\bblocked (?:by|on|until)\b|\bi need (?:the|an?) .{0,60}\b(?:credentials|secret|token|password|access|approval|permission|api key)\b|\b(?:cannot|can'?t|could ?n[o']t|unable to|not able to)\b.{3,160}\b(?:until|without|unless|before)\b|\bneeds? (?:you|your|access|credentials|approval|permission|a (?:token|key|password|decision|human)|an? api key)\b|\brequires? (?:your|manual|approval|credentials|access|permission|a human)\b|\bstuck (?:on|at|because)\b|\bsomebody (?:has|needs) to\b|\byou (?:need|have) to\b|\b(?:missing|no) (?:credentials|access|permission|api key|secret|token)\b/i,
    not: /\?$|\bno longer\b|\b(?:was|were) (?:blocked|waiting)\b|\bif you\b/i,
  },
  {
    cue: "next",
    is:
      /^(?:the )?next(?: steps?| up| thing| task)?(?:[:,]| is\b| are\b| comes\b| (?:i|we)\b)|^remaining(?: work| steps?| tasks?)?(?:[:,]| is\b| are\b)|^still (?:to do|open|missing|needs?|left|have|has)\b|^to-?do:|\b(?:is|are|remains?) (?:still )?(?:to be done|left to do|to do\b|not (?:yet )?(?:done|implemented|tested|migrated|covered|wired))\b|\bstill (?:needs?|has|have) to\b|\bstill need(?:s|ed)?\b|\b(?:i|we)(?:'ll| will)? (?:then|next|still need to)\b|\b(?:i|we)(?:'ll| will) .{3,160}\bnext\b[.!]?$|\bremains? to be\b|\b(?:is|are) (?:still )?(?:missing|left|unfinished|incomplete|outstanding)\b|\bnot (?:yet|done yet)\b/i,
    not: /\?$|^if\b|\bnothing\b|\bno (?:next|remaining|more|further)\b/i,
  },
  {
    cue: "question",
    is:
      /\b(?:you|your|should|shall|want|prefer|which|do we|may i|can i|is it ok|okay|question)\b.*\?["')*]*$|\b(?:please (?:confirm|decide|clarify|tell me|let me know)|let me know|tell me|i(?:'m| am) (?:not sure|unsure)|(?:it is|it's|is|remains) (?:unclear|undecided|not clear)|i (?:do not|don't) know)\b.{0,40}\b(?:whether|which|if|how)\b/i,
    not: POLITE,
  },
];

/** Cues given by the heading or the first word. */
const HEADINGS: readonly (readonly [Cue, RegExp])[] = [
  [
    "question",
    /\b(?:open )?questions?\b|\bneed(?:s|ed)? (?:your|a) (?:answer|decision|input)\b|\bto clarify\b/,
  ],
  ["blocker", /\bblock(?:er|ers|ed|ing)\b|\bwaiting\b|\bneeds a human\b/],
  [
    "next",
    /\b(?:next|remaining|to-?dos?|still (?:open|to do)|left to do|whats left|follow-?ups?|outstanding|pending|not (?:yet )?done|open (?:items|tasks|points|work)|unfinished|in progress)\b/,
  ],
  [
    "rejected",
    /\b(?:rejected|tried|does not work|didnt work|ruled out|not (?:an )?options?|alternatives? considered|dead ends?)\b/,
  ],
  ["decision", /\b(?:decisions?|decided|choices|design)\b/],
  [
    "done",
    /\b(?:done|completed|finished|accomplished|what i did|changes made|implemented)\b/,
  ],
  [
    "constraint",
    /\b(?:constraints?|requirements?|rules|must|conventions?|deadlines?)\b/,
  ],
];

const NOTHING = /^(?:none|nothing|n\/?a|no\b|-)|^\W*$/i;

/** A sentence and its meaning. */
export interface Cued {
  readonly cue: Cue;
  readonly text: string;
}

/** Returns the items in a person's prompt that apply to the whole work. */
export function personItems(text: string): Cued[] {
  return personSentences(text).filter((one) => one.cue !== undefined) as Cued[];
}

/** A sentence and its meaning for the whole work, if any. */
export interface Sentenced {
  readonly cue: Cue | undefined;
  readonly text: string;
}

/** Matches sentences that only consider something, or contradict it. */
const UNSURE =
  /\b(?:not (?:quite |really )?sure|no idea|i wonder|i guess|but (?:that|this|it)(?:'s| is) (?:wrong|not true|outdated|no longer (?:true|so)))\b/i;

/** Matches a log line that a person pasted. */
const LOGGED =
  /\b\w*(?:Error|Exception|Warning)(?:\[\w+\])?: |\bnpm (?:ERR|WARN)\b|\b(?:ERROR|WARN|WARNING|FATAL)\b|^(?:error|warning|fatal|panic)(?:\[\w+\])?: /;

/** Returns the sentences of a prompt that are not questions. */
export function personSentences(text: string): Sentenced[] {
  // A line that someone typed is a heading only if other lines follow it.
  const typed = text.trim().includes("\n")
    ? text
    : text.trim().replace(/^#{1,6}\s/, "");
  return sentencesOf(typed).flatMap((sentence) => {
    if (isQuestion(sentence.text)) return [];
    const heading = underHeading(sentence);
    const cue = heading === "constraint" || heading === "decision"
      ? heading
      : UNSURE.test(sentence.text) || LOGGED.test(sentence.text)
      ? undefined
      : SAID.find((rule) => fits(rule, sentence.text))?.cue;
    return [{ cue, text: sentence.text }];
  });
}

/** Returns whether a sentence is a question and not a request. */
function isQuestion(text: string): boolean {
  return text.endsWith("?") &&
    !/^(?:please |and |also )?(?:can|could|would|will) you\b/i.test(text);
}

/** Returns the open items at the end of the agent's last message. */
export function openAtEnd(text: string): Cued[] {
  const sentences = sentencesOf(text);
  // Only questions follow from here on, so the answer cannot be among them.
  const end = sentences.findLastIndex(({ text }) => !ASKS.test(text)) + 1;
  return sentences.flatMap((sentence, at) => {
    const { text, mark } = sentence;
    const heading = underHeading(sentence);
    const asks = at >= end && !POLITE.test(text) &&
      (NAMES.test(text) || significantWords(text).length > 1 ||
        /^(?:is|are|do|does|can|will|who|when|where)\b/i.test(text));
    const cue = mark === "todo"
      ? "next"
      : heading === "next" || heading === "blocker" || heading === "question"
      ? heading
      : heading === undefined
      ? ENDS.find((rule) => fits(rule, text))?.cue ??
        (asks ? "question" : undefined)
      : undefined;
    return cue === undefined ? [] : [{ cue, text }];
  });
}

const ASKS = /\?["')*]*$/;

/** Code, a number, or a name from code. */
export const NAMES = /`|\d|\w[_./]\w|[a-z][A-Z]|\b[A-Z]{3,}\b/;

/** The first words of an answer to a question. */
const ANSWER =
  /^(?:yes|yeah|yep|no|nope|ok|okay|sure|please|neither|both|correct|right|exactly|agreed|go with|keep|use|do|don't|let's|rather|the (?:first|second|third|last|former|latter)|option)\b/i;

/** The agent's final question, and the person's reply. */
export interface Reply {
  readonly question: string;
  /** The question without the sentences after it. */
  readonly asked: string;
  /** The first sentence of the prompt that followed. */
  readonly answer: string;
  /** True if the answer only points to a part of the question. */
  readonly points: boolean;
}

/** Matches answers that only point to a part of the question. */
const POINTS =
  /\b(?:other|first|second|third|last|former|latter|same|option|both|neither|that|this)\b/i;

/** The maximum length of a question with the sentences after it. */
const LONGEST_QUESTION = 400;

/** Returns the question in a message that a prompt answers. */
export function replyTo(message: string, prompt: string): Reply | undefined {
  const answer = sentencesOf(prompt)[0]?.text;
  if (answer === undefined || isQuestion(answer)) return undefined;
  const question = openAtEnd(message)
    .findLast(({ cue }) => cue === "question")?.text;
  if (question === undefined) return undefined;
  const answers = ANSWER.test(answer) || choosesIn(question, answer) ||
    WH.test(question) && FRAGMENT.test(answer) && !VERB.test(answer);
  if (!answers) return undefined;
  const reply = { answer, asked: question };
  if (!POINTS.test(answer)) return { ...reply, question, points: false };
  // The sentences after the question may say which choice is meant.
  const all = sentencesOf(message).map(({ text }) => text);
  const whole = all.slice(all.lastIndexOf(question)).join(" ");
  const given = whole.length <= LONGEST_QUESTION ? whole : question;
  return { ...reply, question: given, points: true };
}

/** Matches a question that yes or no does not answer. */
const WH =
  /\b(?:what|where|which|who|whom|whose|when|how (?:many|much|long))\b/i;

/** Matches a short answer that is not a sentence, and no request either. */
const FRAGMENT =
  /^(?:in|on|at|under|below|above|with|by|from|to|for|into|inside|behind|next to|the|an?|my|our|all|none|one|two|three|four|five|\d|`)(?=\W|\d)[^?]{0,80}$/i;
const VERB =
  /\b(?:is|are|was|were|has|have|had|does?|did|fails?|needs?|should|must|can|cannot|will|works?|breaks?|gets?|makes?)\b|n't\b/i;

/** Returns whether an answer begins with one of the choices in a question. */
function choosesIn(question: string, answer: string): boolean {
  if (!/\bor\b/i.test(question)) return false;
  const code = /^`[^`]{1,100}`/.exec(answer)?.[0];
  if (code !== undefined) return question.includes(code);
  const [word = ""] = significantWords(answer);
  const begins = significantWords(answer.split(/\s+/, 2).join(" "))[0] === word;
  return word !== "" && begins && significantWords(question).includes(word);
}

/** Returns the cue of the heading. Only list items inherit it. */
export function underHeading(
  { heading, mark, text }: Sentence,
): Cue | undefined {
  if (mark === "none" || heading === "") return undefined;
  const cue = HEADINGS.find(([, form]) => form.test(heading))?.[0];
  if (cue === undefined) return undefined;
  if (mark === "done") return "done";
  return NOTHING.test(text) ? undefined : cue;
}

/** Returns whether a rule applies to a sentence. */
export function fits({ is, not }: Rule, text: string): boolean {
  return text.length >= 8 && is.test(text) && !(not?.test(text) ?? false);
}

const ON =
  "(?:go on|continue|carry on|keep going|proceed|resume|go ahead|go|next|start|weiter|do it|finish|pick up|yes|no|y|n|ok|okay|sure|thanks?(?: you)?|hi|hello|hey|great|good|perfect|fine|again|retry|try again|what'?s next|what now|what(?: is|'?s) (?:left|missing|open|the status)|what remains|where (?:are|were) we|status|and finish)";
const GOES_ON = new RegExp(
  `^\\W*(?:(?:please|ok|okay|yes|now|then|and|so|just|great|hi|hello|let'?s)\\W+)*${ON}(?:\\W+(?:please|now|then|on|with (?:it|that|this|the (?:work|task|plan|rest|next (?:step|one|task)))|(?:from )?where (?:you|we) (?:left off|stopped)|from the (?:last )?(?:save|session)|working|again|the work|it))*\\W*$`,
  "i",
);

/** Returns whether a prompt only asks to continue, or is for the client. */
export function onlyContinues(prompt: string): boolean {
  const text = prompt.trim().slice(0, 1000);
  return GOES_ON.test(text) || continuesWithin(text) ||
    /^[!/](?!\S+\s+\S+\s+\S)/.test(text) ||
    /^\/mpm|^!/.test(text) ||
    !/\p{L}{2}/u.test(text.replaceAll(/\[[^\]]*\]/g, ""));
}

const ON_WITH =
  /^(?:please )?(?:go on|continue|carry on|keep going|proceed)(?: (?:with|on)\b.*)?[.!]?$/i;

/** Returns whether a prompt asks to continue the same work, perhaps with limits. */
export function continuesWithIt(prompt: string): boolean {
  if (onlyContinues(prompt)) return true;
  const goesOn = ({ text }: { text: string }) =>
    ON_WITH.test(text) || GOES_ON.test(text);
  const sentences = personSentences(prompt);
  return sentences.some(goesOn) &&
    sentences.every((one) => goesOn(one) || one.cue !== undefined);
}

/** Returns whether a prompt asks to continue, and adds only limits. */
function continuesWithin(prompt: string): boolean {
  const [first, ...others] = sentencesOf(prompt).map(({ text }) => text);
  if (others.length === 0 || !GOES_ON.test(first!)) return false;
  const fromPerson = new Set(personItems(prompt).map(({ text }) => text));
  return others.every((text) => fromPerson.has(text) || GOES_ON.test(text));
}
