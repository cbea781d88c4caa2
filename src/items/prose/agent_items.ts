import {
  type Cue,
  type Cued,
  fits,
  NAMES,
  type Rule,
  underHeading,
} from "./cues.ts";
import { type Sentence, sentencesOf } from "./sentences.ts";

/** Cues in any message of the agent. */
const FOUND: readonly Rule[] = [
  {
    cue: "rejected",
    is:
      /\b(?:tried|attempted|tested|experimented with)\b.{3,200}\b(?:but|however|did ?n[o']t|did not|fail(?:s|ed)?|without success|turned out|caused|broke|made it worse|no (?:effect|improvement|luck))\b|\b(?:(?:does|do|did|will|would|could|can) ?(?:not|n'?t)|can'?t) (?:work|help|apply|scale|use|be used)\b.{0,120}\b(?:because|since|as|due|when|so)\b|\b(?:i|we)(?:'ve| have)? (?:considered|thought (?:of|about)|started (?:out )?with|first (?:used|wrote|built))\b.{3,200}\b(?:but|however)\b|\b(?:fell|falling) back (?:to|on)\b|\bwon'?t work\b|\b(?:reverted|rolled back|backed out|undid)\b(?! (?:back )?to\b).{3,}|\bdead end\b|\b(?:ruled out|rejected|discarded|abandoned|gave up on|decided against|not an option|not viable)\b/i,
    not: /\b(?:want|should i|shall i|if you)\b|\?$/i,
  },
  {
    cue: "decision",
    is:
      /\b(?:i|we)(?:'ve| have)? (?:decided|chose|picked(?! up)|opted|settled|went with|agreed)\b|\bdecision:|(?:^|[,;:–—-] ?(?:and |so )?|\band )(?:decided|opted|chose) (?:to|for|on|that|against)\b|(?:^|[,;:–—-] ?(?:and |so )?|\b(?:i|we|and|have|'ve) )(?:settled on|went with)\b|\b(?:i|we)(?:'m| am|'re| are) (?:going|sticking|staying) with\b|\b(?:i|we)(?:'ve| have)? (?:left|kept|put|stored|named|built|based|avoided|used)\b.{2,160}\b(?:so that|instead of|rather than)\b|\b(?:i|we)(?:'ll| will|'m| am|'re| are)? (?:use|using|keep|keeping|chose|store|storing|go with|going with)\b.{2,160}\b(?:because|since|so that|instead of|rather than)\b|\b(?:now uses?|uses? now|using|stored?|kept|made|implemented|switched to)\b.{2,160}\b(?:instead of|rather than)\b|\bthe reason (?:is|for)\b/i,
    not: /\?$|\bif you\b|\b(?:could|might|may|should i|shall i|would you)\b/i,
  },
];

/** The start of a sentence, possibly after an adverb. */
const BEGIN = "^(?:(?:so|then|now|ok(?:ay)?|and|also|finally),? ){0,2}";

/** A cause that follows in the same sentence. */
const REASON = "(?::|;| [\u2013\u2014-] |,? (?:because|since|as|due to)\\b)";

/** Words for an approach that no one can use. */
const UNUSABLE =
  /(?:out|off the table|out of the question|ruled out|a no-?go|no good|a dead end|unusable|unworkable|impractical|infeasible|unsuitable)/;

/** Verbs with which someone chooses. */
const CHOSE =
  /(?:opt(?:ed|ing)?|settl(?:ed?|ing)|chose|choosing|picked|picking|decid(?:ed|ing)|going|sticking|staying|stay|stick|ended up) (?:for|on|with|to (?:keep|use|make|have|let|store|put|do))/;

/** Forms of a verdict on an approach, in addition to the cues above. */
const VERDICTS: readonly Rule[] = [
  {
    cue: "rejected",
    is: new RegExp(
      [
        // The verb comes first, as in notes, or after "I".
        `${BEGIN}(?:(?:i|we)(?:'ve| have)? )?(?:dropp|scrapp|discard|abandon|ditch|reject|shelv|avoid)(?:ed|ing)\\b.{2,120}?${REASON}`,
        `${BEGIN}(?:(?:i|we)(?:'ve| have)? )?(?:(?:removed|undid|reverted|backed out|took out) .{2,80} again|took .{2,80} out again)${REASON}`,
        /[;,\u2013\u2014] ?(?:so |and |then )?(?:(?:i|we) )?(?:reverted|rolled back|undid|backed out|scrapped|dropped|abandoned)(?: (?:it|that|this|everything|the change))?(?: back| again)?[.!]?$/
          .source,
        `\\b(?:is|are|was|were|seems?|proved|turned out)(?: to be)? ${UNUSABLE.source}(?: for now| here| then)?(?:${REASON}|$| with\\b)`,
        /\b(?:is|are|was|were|seems?|proved)(?:n'?t| not) (?:really |actually )?(?:usable|viable|feasible|workable|practical|an option|worth it)\b/
          .source,
        /\b(?:look|seem|sound|appear)(?:ed|s)? (?:like )?(?:\w+ )?(?:promising|good|tempting|attractive|simpler?|easier|easy|nice|right|fine|fast|faster|cleaner|obvious)\b.{0,60}\b(?:but|however|yet)\b/
          .source,
        `\\b(?:stay|keep|steer) (?:well )?(?:away|clear) (?:from|of)\\b.{4,}`,
        /\b(?:first|second|initial|earlier|original) (?:attempt|try|version|approach|idea|design)\b.{3,160}\b(?:fail(?:s|ed)|broke|breaks|leak(?:s|ed)|lost|loses|crash(?:es|ed)|hung|hangs|did(?:n'?t| not) work|too \w+)\b/
          .source,
        /\b(?:that|this|the|such an) (?:approach|way|idea|design|route|path) (?:is|was|will|would|does|did|can)(?:n[o']t|n'?t| not| never)\b/
          .source,
      ].join("|"),
      "i",
    ),
    not:
      /\b(?:want|should i|shall i|if you|avoid(?:ed|ing)? (?:a|the) (?:error|crash|warning))\b|\?$|^if\b/i,
  },
  {
    cue: "decision",
    is: new RegExp(
      [
        /^(?:(?:my|our|the|a|one|main|key|final|design) ){0,3}(?:decision|choice|conclusion|verdict|resolution|outcome|approach|trade-?off|rule|settled|decided|agreed|resolved)(?: here| now| so far)?: ?\S/
          .source,
        `${BEGIN}(?:(?:i|we)(?:'m| am|'re| are|'ll| will|'ve| have)? )?${CHOSE.source}\\b`,
        `${BEGIN}(?:chose|picked|took) (?!an? (?:close |quick )?look|care\\b|over\\b|me\\b|up\\b|out\\b|it\\b)\\S+`,
        /(?:^|\bso |, )(?!(?:what|how|as|since|because|when|that|this)\b)[^,;:.!?]{2,60} it is(?:[,;.!]|$| (?:for|then|here)\b)/
          .source,
        /\b(?:wins|(?:is|was|looks|seems) the (?:better|best|simplest|safest|cleanest|cheapest|right|most \w+) (?:fit|choice|option|way|approach|solution|design)|fits? (?:better|best))\b/
          .source,
        /\b(?:i|we)(?:'ll| will) (?:use|do|take|make|keep|put|store|write|build|let|go)\b.{2,160}(?:,? (?:as|because|since|so that) |\binstead of\b|\brather than\b|[:;] )/
          .source,
        /\b(?:is|are) now (?:built|based|implemented|stored|kept|written|modell?ed|split|done|handled|cached|computed) (?:on|as|in|with|by|through|via|into|from|behind)\b.{2,160}\b(?:so|because|since|as|to (?:keep|avoid|make|allow))\b/
          .source,
        /^(?:in order )?to (?:keep|avoid|prevent|save|spare)\b.{3,120}, (?!(?:i|we|you|let|run|use|try|check|please)\b).{2,160}/
          .source,
      ].join("|"),
      "i",
    ),
    not:
      /\?$|\bif you\b|\b(?:could|might|may|should i|shall i|would you)\b|^(?:that|this|it|which)\b/i,
  },
];

/** Sentences about something unsuitable or broken. */
const UNFIT =
  /\b(?:did|does|do|will|would|could|can|is|was|are|were)(?: ?n[o']t| not)\b.{0,30}\b(?:work|help|scale|fit|apply|support|possible|viable|enough|suitable)\b|\bwon'?t\b|(?<!\b(?:i|we) )\b(?:cannot|can'?t)\b|\btoo (?:slow|fragile|brittle|flaky|complex|complicated|expensive|risky|strict|coarse|large|big|heavy|noisy)\b|\bwould (?:have to|need|require|break|deadlock|lose|leak|double|block|mean)\b/i;
const BREAKS =
  /\b(?:fails?|failed|breaks?|broke|deadlocks?|deadlocked|crash(?:es|ed)|times? out|timed out|leaks?|leaked|loses?|lost|conflicts?|conflicted|worse)\b/i;

/** A cost or a drawback, which counts only if another approach follows. */
const COSTS =
  /\b(?:doubl|tripl|bloat|block|rac|corrupt|exceed|slow|hid|reject|refus|violat|overflow|duplicat|truncat)(?:e?s|ed|ing|d(?:en)?|led)\b|\b(?:hangs?|hung|miss(?:es|ed)|(?:has|had|have|needs?|needed|takes?|took|allows?|uses?|used) (?:to |no |only |all |\d)|the (?:problem|trouble|issue|catch|downside|drawback) (?:with|of|is)|un\w+able)/i;

/** Matches sentences about another approach that the agent is taking. */
const TURNS =
  /\b(?:i|we)(?:'m| am|'re| are|'ve| have|'ll| will)?\b.{1,120}\binstead(?=[.,;!)]|$)|\b(?:i|we)(?:'m| am|'re| are|'ve| have|'ll| will)? (?:now )?(?:went|going|go|switch(?:ed|ing)?|fell|fall(?:ing)?|moved) (?:back to|over to|back on|with)\b|\bso (?:i|we)(?:'m| am|'re| are|'ve| have)? (?:now )?switch(?:ed|ing)? to\b/i;

/** Matches such a sentence without a subject. */
const TURNS_TO =
  /^(?:(?:so|now|ok(?:ay)?|instead),? )?(?:(?:switching|moving|going|falling|back|over) (?:back |over )?(?:to|on|with|for) \S|trying (?!to\b|it\b|again\b)|using .{2,80}\binstead\b)/i;

/** Matches a consequence that implies that something was unsuitable. */
const SO =
  /[,;:–—-] ?(?:so|that'?s why|therefore) (?:i|we)(?:'m| am|'re| are|'ve| have)? (?:now )?(?:use|used|using|keep|kept|took|take|write|wrote|build|built|do|did)\b/i;

/** Matches an approach that was tried or considered and then dropped. */
const NO_USE =
  /^(?:only |just )?\w+ing\b.{3,160}\b(?:(?:did|does)(?: ?n[o']t| not) (?:work|help|fix|change|solve|make a difference)|(?:had|has|made|makes) (?:no (?:effect|difference)|(?:it|things) worse)|(?:is|was) not (?:possible|viable|enough|supported|an option))\b|\b(?:i|we) looked (?:at|into)\b.{3,160}\bbut\b.{1,80}\b(?:not|cannot|can'?t|too)\b/i;

/**
 * Sentences that name no approach, ask a question, or only consider something.
 */
const VAGUE =
  /^(?:that|this|it|which|there|hmm|so|nothing)\b(?! (?:approach|way|idea|version|design|solution)\b)|\?["')*]*$|\bif\b|\b(?:could|might|may)\b/i;

/**
 * Returns whether a sentence reports a dropped approach, possibly together with
 * the next sentence.
 */
function isLeft(text: string, next = ""): boolean {
  if (VAGUE.test(text) || text.split(" ", 5).length < 5) return false;
  const turns = TURNS.test(text) || TURNS.test(next) && !VAGUE.test(next);
  const isUnfit = UNFIT.test(text) || BREAKS.test(text);
  return NO_USE.test(text) || turns && isUnfit ||
    TURNS_TO.test(next) && (isUnfit || COSTS.test(text)) ||
    SO.test(text) && UNFIT.test(text);
}

/** Returns the cue of a sentence of the agent, if it settles something. */
function cueOf({ text }: Sentence, next: string | undefined): Cue | undefined {
  const rules = [...FOUND, ...VERDICTS];
  return isLeft(text, next)
    ? "rejected"
    : rules.find((rule) => fits(rule, text))?.cue;
}

/** A sentence of the agent that settles, explains or judges something. */
export interface Statement {
  /** Undefined: it only explains or judges something. */
  readonly cue: Cue | undefined;
  readonly text: string;
  /** The more it says, the higher. */
  readonly weight: number;
}

/** Matches sentences about the next moves of the agent, or polite ones. */
const NARRATES =
  /^(?:(?:ok(?:ay)?|now|next|first|then|so|and|also|good|great|perfect|alright|right|hmm|wait|actually|finally),? ){0,3}(?:(?:let me|let's|let us|i'll|i will|i'm going to|i am going to|i need to|i want to|i should|we should|i can|i have to|i'm (?:about|ready)) |(?:look|check|read|runn?|start|continu|updat|add|creat|search|verify|test|fix|mak|writ|edit|open|explor|investigat|examin|build|commit|install|mov)(?:t)?ing\b(?!.{3,}\b(?:is|was|are|were|would|fail\w*|break\w*|took|takes|needs?)\b))|^(?:done|perfect|great|good|excellent|thanks?|sure|yes|no|sorry)\b|\b(?:all (?:the )?(?:tests|checks) pass|let me know|as requested)\b|^(?:see|take a look|you can)\b/i;

/** Signs that a sentence explains or judges something. */
const TELLS: readonly (readonly [weight: number, form: RegExp])[] = [
  [
    3,
    /^(?:note|important|careful|beware|caution)\b|\b(?:because|due to|caused? by|comes? from|stems? from|so that|which means|therefore|otherwise|the (?:reason|cause|problem|trouble|issue|bug|catch|root cause|culprit)|turns? out|turned out)\b/i,
  ],
  [1, /\S[:;] \S|\S [–—-] \S|, (?:so|as|since|which|and then)\b/],
  [
    1,
    /\b(?:but|however|although|though|instead|rather|except|despite|yet|without|only|unless|until)\b/i,
  ],
  [
    2,
    /\b(?:not|never|no|nothing|none|cannot)\b|n't\b|\b(?:fail|break|broke|crash|leak|los[et]|race|hang|hung|wrong|too|worse|slow|unsafe|un(?:usable|stable|supported)|miss|deadlock|conflict|corrupt|hid|block|refus|reject|drop)/i,
  ],
  [
    2,
    /\b(?:use[sd]?|using|take[sn]?|keeps?|kept|prefer|opt|choos|chose|pick|settle|decid|built on|based on|go(?:es|ing)? with|stick|belongs?|owns?|must|has to|have to|needs? to|should|depends? on|requires?|wins|better|best|safer|simpler|only works|works only)\b/i,
  ],
];

/** The weight that a sentence needs at least. */
const ENOUGH = 3;

/**
 * Returns the sentences of a message of the agent that the next session needs:
 * decisions, rejected approaches, and explanations that are in no file.
 */
export function statementsOf(text: string): Statement[] {
  return sentencesOf(text).flatMap((sentence, at, all): Statement[] => {
    const { text } = sentence;
    const heading = underHeading(sentence);
    const cue = heading === "rejected" || heading === "decision"
      ? heading
      : cueOf(sentence, all[at + 1]?.text);
    if (cue !== undefined) return [{ cue, text, weight: ENOUGH }];
    const weight = heading === undefined ? weightOf(sentence) : 0;
    return weight >= ENOUGH ? [{ cue, text, weight }] : [];
  });
}

/** Returns decisions and rejected approaches in a message of the agent. */
export function agentItems(text: string): Cued[] {
  return statementsOf(text).flatMap(({ cue, text }) =>
    cue === undefined ? [] : [{ cue, text }]
  );
}

/** Returns how much a sentence says; 0: it only tells what the agent does. */
function weightOf({ text, mark, heading }: Sentence): number {
  const words = text.split(" ").length;
  const isOther = words < 5 || words > 60 || /[?:]["')*]*$/.test(text) ||
    mark === "todo" || mark === "done" || NARRATES.test(text) ||
    /^(?:summary|changes|files)\b/.test(heading);
  if (isOther) return 0;
  return TELLS.reduce(
    (sum, [more, form]) => form.test(text) ? sum + more : sum,
    NAMES.test(text) ? 1 : 0,
  );
}
