import { join } from "@std/path";
import { assert, assertEquals } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { formatText, putHome } from "../helpers/stores.ts";

const AGENT = "6cfd0319-0000-4000-8000-000000000000";

/** Real lines of Claude Code 2.1.330, shortened and put in order. */
const TALK = formatText("claude-code/conversation.jsonl");

interface Handoff {
  items: {
    kind: string;
    text: string;
    state: string;
    via: string;
    why?: string;
  }[];
  files: { path: string; how: string; symbols?: string[] }[];
  runs: {
    command: string;
    kind: string;
    exit: number | null;
    doubt?: string;
  }[];
  seen?: string[];
  unread: string[];
}

/**
 * Returns the items that a pause keeps of a conversation, given as its
 * transcript.
 */
async function kept(env: TestEnv, transcript = TALK): Promise<Handoff> {
  const slug = env.project.replaceAll(/[^A-Za-z0-9]/g, "-");
  const folder = JSON.stringify(env.project).slice(1, -1);
  putHome(
    env,
    `.claude/projects/${slug}/${AGENT}.jsonl`,
    transcript.replaceAll("/home/dev/project", folder),
  );
  await mpmJson(env, ["pause", "--no-commit", "--agent-session", AGENT]);
  const folders = join(env.project, ".claude-mpm", "sessions");
  const [name] = [...Deno.readDirSync(folders)].map(({ name }) => name)
    .filter((name) => /^session-\d{8}-\d{6}\.json$/.test(name)).sort()
    .reverse();
  const save = JSON.parse(Deno.readTextFileSync(join(folders, name!)));
  return save.mpm.handoff;
}

function texts(
  { items }: Handoff,
  kind: string,
  states: readonly string[] = ["open", "doing"],
): string[] {
  return items.filter((item) =>
    item.kind === kind && states.includes(item.state)
  ).map(({ text }) => text);
}

Deno.test("a pause keeps statements, questions, plans and open items", async () => {
  using env = TestEnv.repository();
  const handoff = await kept(env);
  const goal =
    "Add refunds to the ledger. Amounts must be integers in cents. " +
    "Never touch the migrations.";
  assertEquals(texts(handoff, "goal"), [goal]);
  assertEquals(texts(handoff, "prompt"), [
    goal,
    "use Decimal instead",
    "use a table for the entries",
    "also do not add dependencies please",
    "use git clean instead",
  ]);
  assertEquals(texts(handoff, "constraint"), [
    "Amounts must be integers in cents.",
    "Never touch the migrations.",
    "also do not add dependencies please",
  ]);
  const decisions = texts(handoff, "decision");
  assert(
    decisions.includes(
      "Which database shall the ledger use? Postgres (because it scales)",
    ),
  );
  assert(decisions.includes("Which checks? lint, test, my own check"));
  assertEquals(texts(handoff, "plan"), ["# Plan: second\n\n1. x\n"]);
  const rejected = handoff.items.filter(({ kind }) => kind === "rejected");
  assertEquals(rejected.map(({ text, why }) => [text, why]), [
    ['The plan "Plan: refunds"', "use Decimal instead"],
    ["I tried a database trigger, but it fires twice on updates.", undefined],
  ]);
  assertEquals(texts(handoff, "question"), [
    "Should refunds above 500 need a second approval?",
  ]);
  // Each names its origin.
  const { stdout } = await mpm(env, ["saves", "show"]);
  const [, shown = ""] = stdout.split("## Hand-Off\n");
  const items = shown.split("\n## ")[0]!.trim().split("\n")
    .filter((line) => /^- \*\*(?!variable|search)/.test(line));
  const { runs, files, seen = [] } = handoff;
  assertEquals(
    items.length,
    handoff.items.length + runs.length + files.length + seen.length,
  );
  for (const { command, exit } of runs) {
    const [first = ""] = command.split("\n");
    const is = (line: string) =>
      line.startsWith(`- **command** ${first}`) &&
      (exit === null || line.includes(`: exit ${exit}`));
    assert(items.some(is), command);
  }
  for (const line of items) {
    assert(
      / \*\([^()]*(user|agent|transcript)(?:, [\w -]+, \S[^()]*)?\)\*$/
        .test(line),
      line,
    );
  }
});

Deno.test("a pause keeps todos with their states, and next steps in order", async () => {
  using env = TestEnv.repository();
  const handoff = await kept(env);
  const next = handoff.items.filter(({ kind }) => kind === "next")
    .sort((a, b) => a.via === b.via ? 0 : a.via === "task" ? -1 : 1);
  assertEquals(next.map(({ text, state, why }) => [text, state, why]), [
    ["Add refund", "doing", "negative refused"],
    ["Ledger entry", "open", 'double entry; after "Add refund"'],
    ["Docs", "open", "d"],
    ["Wire the refund endpoint", "open", undefined],
    ["Document it", "open", undefined],
  ]);
});

Deno.test("a pause keeps the last run of each command, and does not trust a pipe", async () => {
  using env = TestEnv.repository();
  const { runs } = await kept(env);
  const known = runs.filter(({ kind }) => kind !== "other");
  assertEquals(
    known.map(({ command, kind, exit, doubt }) => [command, kind, exit, doubt]),
    [
      [
        "npm run lint | tail -3",
        "lint",
        0,
        "a pipe hides its exit status",
      ],
      ["npm test", "test", 0, undefined],
    ],
  );
});

Deno.test("a pause keeps files by their last change, with names in them", async () => {
  using env = TestEnv.repository();
  const { files } = await kept(env);
  const known = new Map(files.map((file) => [file.path, file]));
  assertEquals(known.get("src/pay.py")?.symbols, ["charge", "charge_cents"]);
  assertEquals(known.get("bashmade.txt")?.how, "created");
  assertEquals(known.get("old.py")?.how, "deleted");
  assertEquals(known.get("docs/refunds.md")?.how, "read");
});

/** A call of a tool with its result, as two lines of a transcript. */
function looked(
  id: string,
  { name, input, text, kept }: {
    name: string;
    input: object;
    text: string;
    kept?: object;
  },
): string {
  const [at, cwd] = ["2026-11-20T10:00:00.000Z", "/home/dev/project"];
  const call = { type: "tool_use", id, name, input };
  const result = { type: "tool_result", tool_use_id: id, content: text };
  return [
    { type: "assistant", uuid: `${id}-a`, message: { content: [call] } },
    {
      ...{ type: "user", uuid: `${id}-b`, message: { content: [result] } },
      toolUseResult: kept,
    },
  ].map((line) => `${JSON.stringify({ ...line, timestamp: at, cwd })}\n`)
    .join("");
}

Deno.test("a pause keeps files that only a search or a command named", async () => {
  using env = TestEnv.repository();
  env.write(".gitignore", "node_modules/\n");
  const there = ["src/pay.ts", "src/tax.ts", "src/a b.ts", "docs/one.md"];
  for (const path of [...there, "node_modules/x.js"]) env.write(path, "x\n");
  Deno.symlinkSync(join(env.project, "src"), join(env.project, "link"));
  env.commit("Add the files");
  env.write("src/tax.ts", "changed\n");
  const many = [...there, "src/gone.ts"].map((path) => `${path}:3: refund(`);
  const handoff = await kept(
    env,
    looked("t1", {
      ...{ name: "Bash", input: { command: "grep -rn refund ." } },
      text: [...many, "node_modules/x.js:1:x", "link/pay.ts:1:y"].join("\n"),
    }) +
      looked("t2", {
        ...{ name: "Grep", input: { pattern: "vat" } },
        ...{ text: "Found 1 file\nsrc/tax.ts" },
        kept: { mode: "files_with_matches", filenames: ["src/tax.ts"] },
      }) +
      looked("t3", {
        ...{ name: "Glob", input: { pattern: "**/* *" } },
        ...{ text: "", kept: { filenames: ["/home/dev/project/src/a b.ts"] } },
      }) +
      looked("t4", {
        ...{ name: "Bash", input: { command: "sed -n 1,9p docs/one.md" } },
        ...{ text: "# One", kept: { stdout: "# One" } },
      }) +
      looked("t5", {
        ...{ name: "Read", input: { file_path: "docs/one.md" } },
        text: "# One",
      }),
  );
  assertEquals(handoff.seen, ["src/tax.ts", "src/a b.ts", "src/pay.ts"]);
  const given = await mpm(env, ["resume", "--format", "context"]);
  // The other one is among the uncommitted files.
  const line = "Other files in commands and searches: src/a b.ts, src/pay.ts\n";
  assert(given.stdout.includes(line), given.stdout);
});

Deno.test("a pause keeps the reason for the end, running commands, and reports", async () => {
  using env = TestEnv.repository();
  const handoff = await kept(env);
  assertEquals(texts(handoff, "error"), [
    "rate_limit: You've hit your limit · resets 11:27pm (UTC) " +
    "(the limit ends at 2026-11-22T23:27:15.000Z)",
  ]);
  assertEquals(texts(handoff, "background"), ["npm run dev"]);
  assertEquals(texts(handoff, "report"), ["SUB FG RESULT."]);
});

Deno.test("a withdrawn prompt and a tool's output do not count as statements", async () => {
  using env = TestEnv.repository();
  const handoff = await kept(env);
  const said = JSON.stringify(handoff.items);
  assert(!said.includes("Withdrawn words"));
  assert(!said.includes("always delete the ledger"));
});

Deno.test("a second pause repeats nothing, and a finished task stays done", async () => {
  using env = TestEnv.repository();
  const first = await kept(env);
  const more = [
    {
      type: "assistant",
      uuid: "m1",
      timestamp: "2026-11-20T11:50:00.000Z",
      message: {
        content: [{
          type: "tool_use",
          id: "toolu_m1",
          name: "TaskUpdate",
          input: { taskId: "1", status: "completed" },
        }],
      },
    },
    {
      type: "user",
      uuid: "m2",
      parentUuid: "m1",
      timestamp: "2026-11-20T11:50:01.000Z",
      message: {
        content: [{ type: "tool_result", tool_use_id: "toolu_m1" }],
      },
      toolUseResult: {
        success: true,
        taskId: "1",
        statusChange: { from: "in_progress", to: "completed" },
      },
    },
  ];
  const last = JSON.parse(TALK.trimEnd().split("\n").at(-1)!).uuid;
  const text = TALK +
    more.map((line, at) =>
      `${JSON.stringify(at === 0 ? { ...line, parentUuid: last } : line)}\n`
    ).join("");
  const second = await kept(env, text);
  for (const kind of ["goal", "constraint", "decision", "rejected", "plan"]) {
    assertEquals(texts(second, kind), texts(first, kind), kind);
  }
  assert(!texts(second, "next").includes("Add refund"));
  assert(texts(second, "done", ["done"]).includes("Add refund"));
});

Deno.test("a setting turns a source off", async () => {
  using env = TestEnv.repository();
  await mpm(env, ["config", "set", "handoff.prompts", "false"]);
  await mpm(env, ["config", "set", "handoff.commands", "false"]);
  const handoff = await kept(env);
  assertEquals(texts(handoff, "prompt"), []);
  assertEquals(texts(handoff, "goal"), []);
  assertEquals(handoff.runs, []);
  assert(texts(handoff, "decision").length > 0);
});

Deno.test("the complete parts of a damaged transcript are kept, the others reported", async () => {
  using env = TestEnv.repository();
  const lines = TALK.trimEnd().split("\n");
  const torn = [
    ...lines.slice(0, 20),
    lines[20]!.slice(0, 40),
    "\u0000\u0001 rubbish",
    ...lines.slice(21),
  ];
  const handoff = await kept(env, `${torn.join("\n")}\n{"type":"us`);
  assertEquals(handoff.unread, [
    "3 lines of the transcript could not be read",
  ]);
  assert(texts(handoff, "constraint").length === 3);
});
