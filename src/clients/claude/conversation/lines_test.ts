import { assert, assertEquals } from "@std/assert";
import { endedIn } from "./commands.ts";
import { between, readLines, type Transcript } from "./lines.ts";
import { seenIn } from "./files.ts";
import { promptsIn } from "./prompts.ts";
import { summariesIn } from "./questions.ts";

/**
 * A transcript of one line in which a person, or the client, says `content`.
 */
function said(content: string, more: Record<string, unknown>): Transcript {
  return readLines([
    JSON.stringify({
      type: "user",
      uuid: "a",
      timestamp: "2026-11-20T10:00:00.000Z",
      message: { role: "user", content },
      ...more,
    }),
  ]);
}

const PERSON = { promptId: "p", origin: { kind: "human" } };

Deno.test("a skill and a paste are shown as they were typed", () => {
  const skill = "<command-message>go</command-message>\n" +
    "<command-name>/go</command-name>\n<command-args>a < b</command-args>";
  const paste = `<pasted_content id="1">\n${"x".repeat(5000)}` +
    "\n</pasted_content>\nLook";
  const [typed, cut] = [skill, paste].map((text) =>
    promptsIn(said(text, PERSON))[0]!.text
  );
  assertEquals(typed, "/go a < b");
  assert(cut!.length < 2200 && cut!.endsWith("\n</pasted_content>\nLook"));
});

Deno.test("no text is scanned again and again", () => {
  const texts = [
    "<pasted_content ",
    "<pasted_content a>",
    "</command-message>\n\n <command-name>",
    "<analysis>",
    "<summary>",
    "<task-id>",
    "<status>",
  ].flatMap((part) => {
    const many = part.repeat(300_000 / part.length);
    return [many, `<command-message>${many}`, `</analysis>${many}`];
  });
  const start = performance.now();
  for (const text of texts) {
    promptsIn(said(text, PERSON));
    summariesIn(said(text, { isCompactSummary: true }));
    endedIn(said(text, { promptSource: "system" }));
  }
  assert(performance.now() - start < 2000);
});

Deno.test("text between two marks", () => {
  const cases: [text: string, found: string | undefined][] = [
    ["x[a]y]", "a"],
    ["][a", undefined],
    ["[]", ""],
    ["", undefined],
  ];
  for (const [text, found] of cases) {
    assertEquals(between(text, "[", "]"), found);
  }
});

/** A tool call and its result, as lines of a transcript. */
function step(name: string, { id, printed = "", ...more }: {
  id: string;
  printed?: string;
  toolDenialKind?: string;
}): string[] {
  const line = (type: string, block: object, uuid: string, rest: object) =>
    JSON.stringify({
      ...{ type, uuid, timestamp: "2026-11-20T10:00:00.000Z", cwd: "/p" },
      message: { content: [block] },
      ...rest,
    });
  const call = { type: "tool_use", id, name, input: {} };
  const result = { type: "tool_result", tool_use_id: id, content: printed };
  return [
    line("assistant", call, `${id} call`, {}),
    line("user", result, `${id} result`, { toolUseResult: {}, ...more }),
  ];
}

Deno.test("only lines with more than a step are searched", () => {
  const lines = [
    ...step("Bash", { id: "ran" }),
    ...step("Bash", { id: "refused", toolDenialKind: "user-rejected" }),
    ...step("TaskUpdate", { id: "task" }),
    ...step("Read", { id: "late" }).slice(1),
  ];
  assertEquals(
    readLines(lines.toReversed()).notable.map(({ uuid }) => uuid),
    ["refused result", "task call", "task result", "late result"],
  );
});

Deno.test("paths that a command printed are found among its words", () => {
  const printed = "see src/a.ts:12: and (lib\\b.js), e.g. ./run. v1.5 ..." +
    " file:///p/c.md a.b/ /etc/hosts";
  const [seen] = seenIn(
    readLines(step("Bash", { id: "x", printed }).reverse()),
  );
  assertEquals(seen?.paths.filter((path) => !path.includes("\\")), [
    ...["/p/src/a.ts", "/p/run.", "/p/c.md", "/etc/hosts"],
  ]);
  assertEquals(seen?.names, 5);
});
