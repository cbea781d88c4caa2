import { extname } from "@std/path";

/**
 * The purpose of a file, as far as it matters for values that look like
 * secrets.
 */
export type SourceKind =
  | "product source"
  | "source about tokens"
  | "minified or generated"
  | "tests and examples"
  | "data and pages";

/** The kinds in which a finding is most likely a mistake. */
export const ORDINARY: readonly SourceKind[] = [
  "product source",
  "source about tokens",
];

const TESTS =
  /(?:^|\/)(?:__)?(?:tests?|e2e|specs?|testdata|testing|test-?utils?|testkit|fixtures?|mocks?|examples?|samples?|demos?|bench(?:marks?)?)(?:__)?\/|[._-](?:tests?|specs?|mock|stories)\.\w+$|(?:^|\/)(?:test_[^/]*|conftest|tests?)\.\w+$/i;

const PAGES = new Set(
  (".json .jsonl .md .mdx .txt .rst .adoc .html .htm .xml .xsd .svg .csv .tsv " +
    ".po .pot .pem .crt .key .lock .plist .log .ipynb .1 .3 .5 .7 .gz .css .pod " +
    ".changes .dat .sql .xhtml .xlf .gmi .info .texi")
    .split(" "),
);

const MINIFIED = /[.-](?:min|bundle|prod|umd)\.\w+$|\.map$/;

/** UTF-16 units of an average line, above which no person wrote the file. */
const LONG_LINES = 160;

/** Number of lines in which the longest one is searched. */
const MOST_LINES = 10_000;

/** Names of secrets in a kilobyte, above which a source is about them. */
const MANY_NAMES = 3;

const NAMES =
  /token|passw|secret|credential|cookie|api_?key|access_?key|authoriz|oauth/gi;

/** Returns the kind of a file by its path and text. */
export function kindOf(path: string, text: string): SourceKind {
  if (TESTS.test(path)) return "tests and examples";
  const end = extname(path).toLowerCase();
  if (PAGES.has(end)) return "data and pages";
  if (MINIFIED.test(path) || isMinified(text)) return "minified or generated";
  if (end === "") return /^#!/.test(text) ? "product source" : "data and pages";
  const names = text.match(NAMES)?.length ?? 0;
  return names * 1024 > MANY_NAMES * text.length
    ? "source about tokens"
    : "product source";
}

function isMinified(text: string): boolean {
  if (text.length < 1024) return false;
  const lines = text.split("\n");
  const longest = Math.max(
    ...lines.slice(0, MOST_LINES).map(({ length }) => length),
  );
  return text.length / lines.length > LONG_LINES || longest * 2 > text.length;
}
