/** A stiff wording and the plain English to write instead. */
export interface StiffPattern {
  readonly stiff: RegExp;
  readonly plain: string;
}

/** The pattern and its replacement, in two columns. */
const TABLE: readonly (readonly [RegExp, string])[] = [
  // A pronoun for a noun that was never named.
  [/\b(?:is|are|was|were|be|as|for) none\b/, "name it"],
  [/\bthe same as none\b/, "the same as no X"],
  [/\bthere (?:is|was) any\b/, "there is an X; if any"],
  [/\bwho(?:ever|soever|mever)\b/, "anyone; the user"],
  [/\bwhichever\b/, "any; the one that"],
  [/\bthose there are\b/, "the Xs"],
  [/\bsuch (?:as are|ones?|as (?:is|was|has|have))\b/, "these Xs"],
  [/\b(?:that|those) which\b/, "the X that"],
  [/\bof one that\b/, "of an X that"],
  [/\b(?:the former|the latter)\b/, "repeat the noun"],
  [/\b(?:another|the other|the one|somebody|nobody)'s\b/, "X of another Y"],
  [/\bsomebody\b/, "someone"],
  [/\bnobody\b/, "no one"],
  [/\bof (?:yours|theirs|ours)\b/, "your X"],
  [/\bof (?:its|their|his|your|our) own\b/, "its own X"],

  // A possessive of a program.
  [
    /\bof (?:mpm|git|Deno|Claude Code|zod)'s(?= ?(?:[.,;:)]|$)| (?:that|are|is|and|or|in|which|for|has|was|were|on|from|to|with|as|into|at|by|below)\b)/,
    "mpm operations",
  ],
  [/\bmpm's own\b/, "mpm's; created by mpm"],

  // A clause as the subject.
  // Upper case alone: "what" within a sentence may ask a question.
  [/(?:^|[.;] )Wh(?:at|o) (?:[^.?!]|[.?!]\w)+(?:[.!]|$)/g, "the X that"],
  [/\b(?:of|with|from|for|by|to|as) what (?:is|was|are|were)\b/, "of the X"],
  [/\bwhat (?:is|was|are|were) (?:no|not|there|left|kept)\b/, "the X that"],
  [/\bwhat there (?:is|are|was|were)\b/, "the Xs"],
  [/\ball (?:that|of what) (?:is|was|are|it|mpm|a|the|there)\b/, "everything"],

  // Negation at the noun.
  [
    /(?<!\bthere )\b(?:is|are|was|were|be|been) no (?!longer\b|more\b|less\b|fewer\b|later\b|larger\b|one\b|different\b)[a-z]+/,
    "is not a",
  ],
  [/\bas no [a-z]+ (?:is|are|was|were)\b/, "since there is no"],
  [/\bnothing of (?!the sort\b)[a-z]+/, "no part of"],
  [/\bof which (?:nothing|none|it|no)\b/, "that has no"],
  [/\bof no use\b/, "useless"],
  [/\b(?:hold|has|have|holds) nothing (?:any more|that)\b/, "is empty"],
  [/\b(?:no|nothing|not|none)(?: \w+){1,4} any more\b/, "no longer"],
  [/\bno such (?!file\b)/, "not found"],
  [/\bhardly (?:any|ever|a)\b/, "few; rarely"],
  [/\bin vain\b/, "without success"],

  // A report without a speaker.
  [/\b(?:tell|tells|told|telling) (?:\w+ ){0,2}of\b/, "report; list; show"],
  [/\b(?:is|are|was|be) said (?:of|to|so|there|here)\b/, "mpm reports"],
  [/\b(?:nothing|it|that|this) is said\b/, "mpm reports nothing"],
  [/\bsaid of (?:it|them|a|the)\b/, "reported about"],
  [/\b(?:is|are|was|be) asked for\b/, "requested"],
  [/\b(?:know|knows|knew) (?:nothing |\w+ )?of\b/, "know"],
  [/\bknown of\b/, "known about"],
  [/\bis (?:well|as good as|had)\b/, "works"],
  [/\b(?:can|cannot|could|to|may) be had\b/, "available"],

  // A verb whose particle is at the end.
  [/\b(?:take|takes|took|taken|taking) (?:\w+ ){1,4}back\b/, "undo"],
  [/\btaken? back\b/, "undo"],
  [/\b(?:give|gives|gave|given) (?:\w+ ){1,4}up\b/, "cancel; drop"],
  [/\b(?:put|puts|putting) (?:\w+ ){1,3}(?:away|aside|back)\b/, "archive"],
  [/\bbrought (?:\w+ ){0,4}back\b/, "restore"],
  [/\b(?:set|sets) (?:\w+ ){1,4}aside\b/, "move; rename"],

  // Found in help and docs, read sentence by sentence.
  [/\bwork sessions?\b/, "session"],
  [/\b(?:was|were|is|been) cut short\b/, "was interrupted"],
  [
    /\b(?:lock|command|cleanup|return|pause|restore) is under way\b/,
    "is running",
  ],
  [/\bat work (?:here|now|in)\b/, "running"],
  [/\bcould (?:not )?be looked at\b/, "could be read"],
  [/\bis (?:said|told) by\b/, "mpm reports"],
  [/\bset right\b/, "repair"],
  [/\bas (?:at|in) the pause\b/, "unchanged since the pause"],
  [/\bstays so\b/, "cannot be undone; stays"],

  // Words that a manual does not use.
  [/\banew\b/, "again; new"],
  [/\bmend(?:s|ed|ing)?\b/, "fix; repair"],
  [/\b(?:its|their) kin\b/, "related"],
  [/\b(?:hence|thereof|thereby|whereby|wherein|therein|whence)\b/, "so; in it"],
  [/\b(?:thus|likewise|henceforth|whilst|lest)\b/, "so; also; while"],
  [/\bupon\b/, "on"],
  [/\b(?:shall|ought to)\b/, "must; does"],
  [/\bmeanwhile\b/, "in the meantime; since then"],
  [/\bbesides\b/, "also; except"],
  [/\b(?:or|and) the like\b/, "or similar"],
  [/\bof (?:the|this) kind\b/, "like this"],
  [/\bby (?:its|their) kind\b/, "by type"],
  [/\bso to speak\b/, "leave it out"],
  [/\bodd(?:ly)?\b(?! number)/, "invalid; unusual"],
  [/\bin (?:the )?place of\b/, "instead of"],
  [/\bby way of\b/, "through"],
  [/\b(?:is|are|was|were|be) taken for\b/, "treated as"],
  [/\bpass(?:es|ed|ing)? over\b/, "skip"],
  [/\b(?:go|goes|going|gone|went) on\b/, "continue"],
  [/\b(?:do|does|done|doing) without\b/, "does not need"],
  [/\b(?:is|are|was|were|be) let\b/, "is allowed to"],
  [/\b(?:is|are|was|were) to be\b/, "must be"],
  [/\bkept apart\b/, "kept separately"],
  [
    /\b(?:lie|lies|lay|stands?|stood) (?:there|beside|behind|below|under|between|in(?! for\b))\b/,
    "is in",
  ],
  [/\bthe course of (?:its|the|a|an) (?:context|session)\b/, "how it grew"],
  [/\bmay be given several times\b/, "can be repeated"],
  [/\bunless told otherwise\b/, "the default is"],
  [/\bas it is (?:told|said)\b/, "as mpm prints it"],
  [/\b(?:be|is|are) given (?:the|its|their) [a-z]+ (?:back|again)\b/, "gets"],

  [/\bknows for one\b/, "may run one"],
  [/\bfor (?:its|their) part\b/, "leave it out"],
  [/\bcomes? to (?:its|an|their) end\b/, "ends"],
  [/\b(?:its|their) end with\b/, "ends with"],
  [/\b(?:first|last) of all\b/, "first"],
  [/\b(?:makes?|made|making) (?:sure|certain) of\b/, "checks"],
  [/\btakes? care of\b/, "handles"],
  [/\b(?:in|with) (?:respect|regard) to\b/, "about; for"],
  [/\bin order to\b/, "to"],
  [/\bdue to the fact\b/, "because"],
  [/\bas (?:it|they) (?:stands?|lies?|lay|stood)\b/, "unchanged"],
  [/\b(?:as|than) (?:was|were|is) (?:asked|said|told)\b/, "requested"],

  // Found in comments and names of tests, read one by one.
  [/\bThrows [A-Z_, ]+ where\b/, "Throws X if"],
  [/\bwhere (?:there is|it has|they have) (?:no|none)\b/, "if there is no"],
  [/\bas asked for\b/, "as requested"],
  [/\ba (?:line|sentence|pass|file) each\b/, "one line each"],
  [/\bgone through\b/, "read; checked"],
  [/\bin whatever\b/, "in any"],
  [/\bto the (?:byte|letter)\b/, "exactly; byte for byte"],
  [/\bapart(?=[.;:])/, "except X"],
  [/\bbut for\b/, "except"],
  [/\b(?:is|are) told (?:by|from)\b/, "is recognized by"],
  [/\b(?:is|are) said\b/, "is reported"],
  [/\bat hand\b/, "current; available"],
  [/\bgoes by\b/, "uses; depends on"],
  [/\bunless given\b/, "by default"],
  [/\bnothing but\b/, "only"],
  [/\bheld against\b/, "compared with"],
  [/\bfor good\b/, "permanently"],
  [/\bcame of\b/, "the result of"],
  [/\bno one's\b/, "X of no one"],
  [/\b(?:written|removed|kept|left|there) whole\b/, "completely"],
  [
    /\bso (?:many|much) (?:bytes|characters|tokens|minutes|days|saves|writes|steps|calls|levels|files)\b/,
    "the given number of",
  ],
];

/** The stiff wordings that texts of the project avoid. */
export const STIFF: readonly StiffPattern[] = TABLE.map(([stiff, plain]) => ({
  stiff: stiff.global ? stiff : new RegExp(stiff, "gi"),
  plain,
}));
