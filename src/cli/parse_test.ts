import { assertEquals, assertThrows } from "@std/assert";
import { type AnyCommand, defineCommand } from "./command.ts";
import { leadingWords, parse } from "./parse.ts";
import { MpmError } from "../base/errors.ts";

const command: AnyCommand = defineCommand({
  name: "try",
  summary: "Try it",
  description: "",
  positionals: [{ name: "words", summary: "Words", rest: true }],
  flags: {
    message: { type: "string", short: "m", value: "text", summary: "Text" },
    keep: {
      type: "string",
      value: "what",
      choices: ["all", "last"],
      default: "all",
      summary: "What to keep",
    },
    tag: { type: "string", value: "tag", repeatable: true, summary: "Tag" },
    "no-commit": { type: "boolean", summary: "No commit" },
  },
  examples: [],
  result: () => Promise.reject(new Error("not used")),
  run: () => Promise.resolve({}),
  render: () => "",
});

function own(argv: string[]): Record<string, unknown> {
  const { words, message, keep, tag, "no-commit": no } = parse(command, argv);
  return { words, message, keep, tag, no };
}

const NOTHING = {
  words: [],
  message: undefined,
  keep: "all",
  tag: [],
  no: false,
};

Deno.test("parse() gives every declared option a value", () => {
  assertEquals(own([]), NOTHING);
});

Deno.test("parse() keeps words and values as they were typed", () => {
  assertEquals(own(["007", "1e5", "-m", "0x10"]), {
    ...NOTHING,
    words: ["007", "1e5"],
    message: "0x10",
  });
});

Deno.test("parse() accepts a value that begins with a dash", () => {
  assertEquals(own(["-m", "- fixed the login"]).message, "- fixed the login");
  assertEquals(own(["-m", "-5"]).message, "-5");
  assertEquals(own(["--message=--no-commit"]).message, "--no-commit");
});

Deno.test("parse() treats everything after -- as words", () => {
  assertEquals(own(["--", "-m", "x"]).words, ["-m", "x"]);
});

Deno.test("parse() collects a repeatable option in order", () => {
  assertEquals(own(["--tag", "b", "--tag=a"]).tag, ["b", "a"]);
});

Deno.test("parse() does not use the next word for a boolean", () => {
  assertEquals(own(["--no-commit", "true"]), {
    ...NOTHING,
    words: ["true"],
    no: true,
  });
});

const WRONG: [string[], string][] = [
  [["--nope", "x"], 'Unknown option "--nope"'],
  [["-x"], 'Unknown option "-x"'],
  [["--__proto__=1"], 'Unknown option "--__proto__"'],
  [["--constructor"], 'Unknown option "--constructor"'],
  [["--no-no-commit"], 'Unknown option "--no-no-commit"'],
  [["-m"], 'Option "-m" needs a value: -m <text>'],
  [["-m", "--no-commit"], 'Option "-m" needs a value before "--no-commit"'],
  [["--keep=all", "--keep=last"], 'Option "--keep" was given 2 times'],
  [["--keep", "some"], 'Option "--keep" must be one of all, last'],
  [["--no-commit=yes"], 'Option "--no-commit" takes no value'],
];

for (const [argv, message] of WRONG) {
  Deno.test(`parse() refuses ${argv.join(" ")}`, () => {
    const error = assertThrows(() => parse(command, argv), MpmError, message);
    assertEquals(error.code, "USAGE");
  });
}

Deno.test("leadingWords() looks past global options only", () => {
  assertEquals(leadingWords(["-C", "pause", "resume", "--json", "x"]), {
    words: ["resume", "x"],
    at: [2, 4],
  });
  assertEquals(leadingWords(["pause", "-s", "resume"]).words, ["pause"]);
  assertEquals(leadingWords(["--", "pause"]).words, []);
});
