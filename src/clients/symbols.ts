/** The maximum number of names to keep from one change. */
const MOST = 8;

/** The most lines of a change to look at, and the longest line. */
const MOST_LINES = 400;
const LONGEST = 300;

/** Matches a word before the name of a definition, in many languages. */
const DEFINED =
  /\b(?:function\*?|class|def|fn|func|interface|type|struct|enum|trait|impl|const|let|var|val|module|namespace|record|object|protocol|extension|macro_rules!)\s+(?:\([^)]*\)\s*)?([A-Za-z_$][\w$]{2,60})/g;

/** Matches a method: a name, its parameters, and the start of its body. */
const METHOD =
  /^\s*(?:(?:public|private|protected|internal|static|async|export|override|final|virtual|abstract|get|set)\s+)*(?:[\w<>[\],.?]+\s+)?([A-Za-z_$][\w$]{2,60})\s*\([^;]*\)[^;=]*\{\s*$/;

/** Matches the heading after the line numbers of a hunk. */
const HEADING = /^@@[^@]*@@(.*)$/;

const NAME = /[A-Za-z_$][\w$]{3,60}/g;

/** Matches a name made of several words, which is rarely prose or a keyword. */
const COMPOUND = /[a-z0-9][A-Z]|[A-Za-z0-9]_[A-Za-z0-9]|^[A-Z][a-z]+[A-Z]/;

const KEYWORDS = new Set(
  ("if for while switch catch return function constructor else elif match with" +
    " async await yield throw import export from this self super").split(" "),
);

/**
 * Returns the names that a change is about. Names defined in its changed lines
 * come first, then names around them, then other compound names in the change.
 * Lines begin with `+`, `-` or a blank, as in a diff.
 */
export function symbolsIn(lines: readonly string[]): string[] {
  const looked = lines.slice(0, MOST_LINES)
    .map((line) => line.slice(0, LONGEST));
  const changed = looked.filter((line) => /^[+-]/.test(line));
  const around = looked.filter((line) => !/^[+-]/.test(line));
  const names = new Set([
    ...changed.flatMap(definedIn),
    ...around.flatMap(definedIn),
    ...changed.flatMap((line) => codeOf(line).match(NAME) ?? [])
      .filter((name) => COMPOUND.test(name)),
  ]);
  return [...names].filter((name) => !KEYWORDS.has(name)).slice(0, MOST);
}

const COMMENT = /(?:^|\s)(?:\/\/|#\s|--\s|\/\*|\*\s).*$/;
const QUOTED = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g;

function codeOf(line: string): string {
  return line.slice(1).replaceAll(QUOTED, '""').replace(COMMENT, "");
}

function definedIn(line: string): string[] {
  const text = HEADING.exec(line)?.[1] ?? line.slice(1);
  if (/^\s*(?:\/\/|#|\*|\/\*|--)/.test(text)) return [];
  const names = [...text.matchAll(DEFINED)].map(([, name]) => name!);
  const method = METHOD.exec(text)?.[1];
  return method === undefined ? names : [...names, method];
}
