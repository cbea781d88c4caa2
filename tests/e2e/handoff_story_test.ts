import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { existsSync } from "node:fs";
import { clientTest } from "../helpers/client.ts";
import { ClientTalk } from "../helpers/client_talk.ts";
import { TestEnv } from "../helpers/env.ts";
import { projectSlug } from "../helpers/hook_events.ts";
import {
  type ApiRequest,
  type Block,
  MockApi,
  toolSteps,
} from "../helpers/mock_api.ts";
import { binary } from "../helpers/mpm.ts";

/** The model's steps for a prompt, one for each call of it. */
type Script = readonly (readonly [prompt: string, ...steps: Block[][]])[];

function say(text: string): Block {
  return { type: "text", text };
}

function bash(command: string): Block[] {
  const input = { command, description: "Run it" };
  return [{ type: "tool_use", name: "Bash", input }];
}

function write(file_path: string, content: string): Block[] {
  const input = { file_path, content };
  return [{ type: "tool_use", name: "Write", input }];
}

function task(subject: string, description: string): Block {
  const input = { subject, description, activeForm: subject };
  return { type: "tool_use", name: "TaskCreate", input };
}

function taskIs(taskId: string, status: string): Block {
  return { type: "tool_use", name: "TaskUpdate", input: { taskId, status } };
}

const GOAL =
  "Add refunds to the payments API. It must ship by Friday 17:00. Never log " +
  "card numbers.";
const ANSWER = "Yes, keep the original fee. Use bigint cents, not floats.";
const WEBHOOK = "Now write the webhook that reports refunds to the ledger on " +
  "port 4310.";
const STAGING =
  "STAGING_DB is read-only until Monday, so do not run the migration. Go on " +
  "with the webhook.";

const SUMMARY = "<analysis>Thinking.</analysis><summary>The refund endpoint " +
  "is done in src/refunds.ts with bigint cents. Webhook begun in " +
  "src/webhook.ts; it still lacks retries with backoff.</summary>";

/** Returns the model's steps in the three sessions. */
function script(env: TestEnv): Script {
  const file = (path: string) => `${env.project}/${path}`;
  return [
    [
      GOAL,
      [
        task("Refund endpoint", "POST /refunds in src/refunds.ts"),
        task("Ledger webhook", "Report each refund to the ledger"),
        task("Changelog entry", "Mention refunds in CHANGELOG.md"),
      ],
      [taskIs("1", "in_progress")],
      write(
        file("src/refunds.ts"),
        "export function applyRefund(cents: bigint): bigint {\n" +
          "  return -cents;\n}\n",
      ),
      bash("sh scripts/test.sh"),
      [say(
        "The endpoint answers for one payment, but a test fails. I tried an " +
          "optimistic lock, but it deadlocks with two workers. Should a " +
          "partial refund keep the original fee?",
      )],
    ],
    [
      ANSWER,
      write(file("src/fixed.txt"), "fixed\n"),
      bash("sh scripts/test.sh"),
      [taskIs("1", "completed"), taskIs("2", "in_progress")],
      [say(
        "Refunds keep the fee now and all tests pass. The webhook is next.",
      )],
    ],
    [
      WEBHOOK,
      write(
        file("src/webhook.ts"),
        "export async function reportRefund(id: string) {\n" +
          "  await fetch(`http://127.0.0.1:4310/ledger/${id}`);\n}\n",
      ),
      bash("printf 'ledger: http://127.0.0.1:4310\\n' > ledger.conf"),
      [say(
        "The webhook reports one refund. Retries with backoff are missing.",
      )],
    ],
    [STAGING, bash("sh scripts/serve.sh")],
    ["Continue.", [say("I continue with the retries.")]],
  ];
}

/** The texts of a request's messages, a block each. */
function textsOf({ messages = [] }: ApiRequest): string[] {
  return messages.flatMap(({ content }) =>
    typeof content === "string"
      ? [content]
      : content.map((block) => (block as { text?: string }).text ?? "")
  );
}

/** Answers according to the last prompt by a person. */
function model(script: Script) {
  return (request: ApiRequest) => {
    const texts = textsOf(request);
    if (texts.at(-1)?.includes("detailed summary of the conversation")) {
      return [say(SUMMARY)];
    }
    if (!request.tools?.length) return undefined;
    const asked = texts.map((text) =>
      script.find(([prompt]) => text.trim() === prompt)
    ).findLast((found) => found !== undefined);
    const [, ...steps] = asked ?? [""];
    return steps[toolSteps(request.messages ?? [])];
  };
}

const ARGS = [
  ...["--model", "claude-opus-5-5"],
  ...["--allowedTools", "Bash,Write,TaskCreate,TaskUpdate"],
];

/** Facts that the next session needs, each with its words. */
const NEEDED: readonly (readonly [what: string, ...any: string[]])[] = [
  ["the goal", "Add refunds to the payments API"],
  ["the deadline", "by Friday 17:00"],
  ["a prohibition", "Never log card numbers"],
  ["the question and its answer", "keep the original fee"],
  ["a decision in a prompt", "Use bigint cents, not floats"],
  ["a rejected approach", "deadlocks with two workers"],
  ["the task in hand", WEBHOOK],
  ["the port", "4310"],
  ["the todo in progress", "Ledger webhook"],
  ["the open todo", "Changelog entry"],
  ["what is done", "Done so far:\n- Refund endpoint"],
  ["what blocks", "STAGING_DB is read-only until Monday"],
  ["how to verify", "sh scripts/test.sh"],
  ["what may still run", "sh scripts/serve.sh"],
  ["what is missing", "Retries with backoff are missing. (inferred)"],
  ["who committed", "(by Grace Hopper, "],
  ["a file written", "src/refunds.ts"],
  ["a file written later", "src/webhook.ts"],
  ["a file made by a shell command", "ledger.conf"],
  ["what a colleague committed since", "New commits (1):"],
  ["which commit that is", "ledger: rename the table"],
  ["that the client was killed", "stopped"],
  ["how to continue in the client", "claude --resume"],
];

clientTest(
  "three sessions, a compaction, a kill and changes by others: the hand-off has everything",
  async () => {
    using env = TestEnv.repository();
    env.write(
      "scripts/test.sh",
      "if test -f src/fixed.txt; then echo '4 passed'; else " +
        "echo '1 failed: refund twice'; exit 1; fi\n",
    );
    // It ends when the file is gone.
    env.write(
      "scripts/serve.sh",
      'touch "$HOME/serving"; while test -e "$HOME/serving"; do sleep 0.1; done\n',
    );
    env.commit("Test refunds");
    assertEquals(env.run(binary(), ["hooks", "install"]).status, 0);
    await using api = new MockApi({ answer: model(script(env)) });
    const more = { args: ARGS, env: { CLAUDE_CODE_ENABLE_TODO_TOOLS: "1" } };
    {
      await using talk = new ClientTalk(env, api, more);
      await talk.say(GOAL);
      await talk.say(ANSWER);
    }
    {
      await using talk = new ClientTalk(env, api, more);
      await talk.say(WEBHOOK);
      await talk.say("/compact");
      await talk.begin(STAGING);
      const serving = join(env.home, "serving");
      await until(() => existsSync(serving) && written(env, "serve.sh"));
      await talk.kill();
      Deno.removeSync(serving);
    }
    env.write("db/ledger.sql", "create table ledger_entries ();\n");
    env.git("add", "db");
    const later = new Date(Date.now() + 5000).toISOString();
    env.extra.GIT_AUTHOR_DATE = env.extra.GIT_COMMITTER_DATE = later;
    const author = "Grace Hopper <grace@example.com>";
    env.git("commit", "-qm", "ledger: rename the table", "--author", author);
    {
      await using talk = new ClientTalk(env, api, more);
      await talk.say("Continue.");
    }
    const first = api.requests.find((request) =>
      textsOf(request).some((text) => text.trim() === "Continue.")
    )!;
    const given = contextIn(first);
    // The name of a file to which the text is written for reading.
    const shown = Deno.env.get("MPM_STORY");
    if (shown) Deno.writeTextFileSync(shown, given);
    const lost = NEEDED.filter(([, ...any]) =>
      !any.some((words) => given.includes(words))
    );
    assertEquals(lost.map(([what]) => what), []);
    assert(!given.includes("Other files"), given);
    assert(given.length <= 10_000);
  },
);

/** Returns whether the client recorded such a tool call of its agent. */
function written(env: TestEnv, text: string): boolean {
  const folder = join(env.home, ".claude/projects", projectSlug(env.project));
  const files = [...Deno.readDirSync(folder)].filter(({ isFile }) => isFile);
  return files.some(({ name }) =>
    Deno.readTextFileSync(join(folder, name)).split("\n").some((line) =>
      line.includes('"type":"assistant"') && line.includes(text) &&
      line.endsWith("}")
    )
  );
}

async function until(test: () => boolean): Promise<void> {
  const end = Date.now() + 60_000;
  while (!test()) {
    if (Date.now() > end) throw new Error("Not seen");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Returns mpm's text in the model's first prompt, between its fences. */
function contextIn(request: ApiRequest): string {
  return textsOf(request).flatMap((text) => FENCED.exec(text)?.[0] ?? [])
    .join("\n");
}

const FENCED = /<mpm-context fence="(\w+)">[^]*<\/mpm-context fence="\1">/;
