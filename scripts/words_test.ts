import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { removeTree } from "../tests/helpers/remove.ts";
import { ROOT } from "../tests/helpers/tree.ts";
import { measure, projectTexts, rate } from "./words.ts";
import { badSubjects, newSubjects } from "./words_subjects.ts";
import { textsOf } from "./words_texts.ts";

/** The highest figures allowed: `stiff` is per 10,000 words. */
const LIMITS = { stiff: 2, long: 0, openings: 0 };

/** The stiff wordings, long sentences and openings of one file's text. */
function found(path: string, source: string): string[] {
  return [...measure(textsOf(path, source)).values()].flatMap((figures) => [
    ...figures.stiff.map(({ text, found }) => `${text.kind} ${found}`),
    ...figures.long.map(({ text, plain }) => `${text.kind} ${plain}`),
    ...figures.openings.map(({ text }) => `${text.kind} opening`),
  ]);
}

Deno.test("texts have few stiff wordings, and sentences are short", async () => {
  const figures = measure(await projectTexts());
  const all = [...figures.values()];
  const count = (key: "long" | "openings") =>
    all.reduce((sum, one) => sum + one[key].length, 0);
  const now = {
    stiff: rate(all),
    long: count("long"),
    openings: count("openings"),
  };
  const above = Object.entries(now).filter(([name, value]) =>
    value > LIMITS[name as keyof typeof LIMITS]
  );
  assertEquals(above, [], '"deno task words" shows the places');
  // Each kind of text is found, or the figures say nothing.
  for (const [kind, { words }] of figures) assert(words > 1000, kind);
});

Deno.test("a stiff wording is found in each kind of text", () => {
  assertEquals(
    found("src/a.ts", `// It is none of them.\nexport const a = "x is none";`),
    ["strings is none", "comments is none"],
  );
  assertEquals(
    found("src/a_test.ts", `Deno.test("the odd file is kept", () => {});`),
    ["test names odd"],
  );
  assertEquals(
    found("hooks/a.sh", '# It is none.\nsay "mpm mends the file"\n'),
    ["strings mends", "comments is none"],
  );
  assertEquals(found("README.md", "# T\n\nmpm\nmends it."), ["docs mends"]);
  assertEquals(found("docs/a.md", "```sh\nmend it\n```\n\n`mend`"), []);
});

Deno.test("a wording is found across lines and joined literals", () => {
  assertEquals(
    found("src/a.ts", `/**\n * Reads a file that is\n * none.\n */`),
    ["comments is none"],
  );
  assertEquals(
    found("src/a.ts", 'export const a = `file ${1} is ` +\n  "none of it";'),
    ["strings is none"],
  );
});

Deno.test("wordings of place and habit are found, and idioms are not", () => {
  for (
    const stiff of [
      "the file lies in the folder",
      "a mark stands between them",
      "the course of the session",
      "may be given several times",
      "unless told otherwise",
      "the text as it is told",
      "every place that git knows for one",
    ]
  ) assertEquals(found("docs/a.md", `${stiff}.`).length, 1, stiff);
  assertEquals(found("docs/a.md", "It stands in for the server."), []);
});

Deno.test("a sentence of 26 words is too long, code counts as one word", () => {
  const long = `${"word ".repeat(25)}end.`;
  assertEquals(found("docs/a.md", long), ["docs 26 words"]);
  assertEquals(found("docs/a.md", "word ".repeat(24) + "`a b c`."), []);
  const choices = `One (once; one of ${"a, ".repeat(25)}b).`;
  assertEquals(found("docs/a.md", choices), []);
  assertEquals(found("src/a.ts", `// ${long}`), ["comments 26 words"]);
  assertEquals(found("src/a.ts", `fail("${long}");`), ["strings 26 words"]);
});

Deno.test("a doc comment begins with a verb or a noun", () => {
  const of = (text: string) => found("src/a.ts", `/** ${text} */\nlet a;`);
  assertEquals(of("Whether it is set."), ["comments opening"]);
  assertEquals(of("Returns whether it is set."), []);
});

Deno.test("a commit subject is an area, a colon and a change", () => {
  const good = [
    "resume: report lost files",
    "save_index: bring back old entries",
  ];
  assertEquals(badSubjects(good), []);
  const bad = [
    "Report lost files",
    "resume, help: report lost files",
    "resume: Report lost files",
    "resume: report lost files.",
    "resume: reported lost files",
    "save index: keep 10 entries",
    "resume:",
    `resume: ${"long ".repeat(12)}`,
  ];
  assertEquals(badSubjects(bad), bad);
});

Deno.test("the new commits have such subjects", () => {
  assertEquals(badSubjects(newSubjects(ROOT)), []);
});

Deno.test("new commits are those that origin's main does not have", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const git = (at: string, ...args: string[]) =>
      new Deno.Command("git", {
        args: ["-c", "user.name=a", "-c", "user.email=a@example.org", ...args],
        cwd: at,
        stdin: "null",
        stdout: "piped",
        stderr: "null",
      }).outputSync();
    const commit = (at: string, subject: string) =>
      git(at, "commit", "-q", "--allow-empty", "-m", subject);
    const [hub, clone] = [join(folder, "hub"), join(folder, "clone")];
    const shallow = join(folder, "shallow");
    git(folder, "init", "-q", "-b", "main", hub);
    assertEquals(newSubjects(hub, ""), []);
    for (let n = 1; n <= 12; n++) commit(hub, `old: change ${n}`);
    git(folder, "clone", "-q", hub, clone);
    assertEquals(newSubjects(clone, "").length, 10);
    commit(clone, "new: change");
    assertEquals(newSubjects(clone, ""), ["new: change"]);
    // In CI all commits of a push are checked, however many.
    const { stdout } = git(hub, "rev-parse", "main~11");
    const first = new TextDecoder().decode(stdout).trim();
    assertEquals(newSubjects(clone, first).length, 12);
    assertEquals(newSubjects(hub, "0".repeat(40)).length, 10);
    assertThrows(() => newSubjects(clone, "1".repeat(40)), Error, "No commit");
    git(folder, "clone", "-q", "--depth=2", `file://${hub}`, shallow);
    assertEquals(newSubjects(shallow, ""), [
      "old: change 12",
      "old: change 11",
    ]);
    assertEquals(newSubjects(folder, ""), []);
  } finally {
    removeTree(folder);
  }
});
