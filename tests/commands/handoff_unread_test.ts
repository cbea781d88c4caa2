import { assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { failures } from "../helpers/hook_events.ts";
import { mpm } from "../helpers/mpm.ts";
import { formatText, putHome } from "../helpers/stores.ts";
import { lastSave } from "../helpers/small_talk.ts";

/**
 * A later version of a client may write messages of new types. The hand-off
 * counts them, but not the lines that only describe the conversation.
 */

const CODEX = "01a204f9-2052-7a20-bbae-92ff9a8e4796";
const GEMINI = "f2ef161d-4a04-4f7f-92d5-a88879912974";
const COPILOT = "17f7f012-cd3a-4caa-b793-72ab31c2f410";
const OPENCODE = "ses_df6bf1241ffe6aEPgdrIFJ3SCL";

const timestamp = "2026-11-22T20:39:00Z";
const at = { timestamp };
const said = { content: "Said in another way" };

interface Later {
  readonly id: string;
  /** The file of the conversation, in the home. */
  readonly path: string;
  readonly format: string;
  readonly unknown: readonly object[];
  readonly ignored: readonly object[];
}

const CLIENTS: Record<string, Later> = {
  codex: {
    id: CODEX,
    path:
      `.codex/sessions/2026/11/22/rollout-2026-11-22T20-36-05-${CODEX}.jsonl`,
    format: "codex/gpt55-work.jsonl",
    unknown: [
      { ...at, type: "said", payload: { role: "user", ...said } },
      { ...at, type: "response_item", payload: { type: "told", ...said } },
      {
        ...{ ...at, type: "event_msg" },
        payload: { type: "item_completed", item: { type: "Told", ...said } },
      },
      { ...at, type: "event_msg", payload: { type: "told", message: "Hello" } },
    ],
    ignored: [
      { ...at, type: "colour", payload: { colour: "red" } },
      { ...at, type: "event_msg", payload: { type: "colour", colour: "red" } },
    ],
  },
  gemini: {
    id: GEMINI,
    path: ".gemini/tmp/project/chats/session-2026-11-22T20-32-f2ef161d.jsonl",
    format: "gemini/work.jsonl",
    unknown: [
      { id: "later-1", ...at, type: "said", ...said },
      { id: "later-2", ...at, ...said },
      { $add: { messages: [{ id: "later-3", type: "user", ...said }] } },
    ],
    ignored: [
      { id: "later-4", ...at, type: "info", content: "Updated" },
      { $set: { colour: "red" } },
    ],
  },
  copilot: {
    id: COPILOT,
    path: `.copilot/session-state/${COPILOT}/events.jsonl`,
    format: "copilot/work.jsonl",
    unknown: [
      { type: "user.said", data: said, id: "later-1", ...at },
      { type: "told", data: { text: "Hello" }, id: "later-2", ...at },
    ],
    ignored: [
      { type: "session.colour", data: { colour: "red" }, id: "later-3", ...at },
    ],
  },
  opencode: {
    id: OPENCODE,
    path: `.local/state/mpm/opencode/${OPENCODE}.jsonl`,
    format: "opencode/work.jsonl",
    unknown: [
      { time: 1795379940000, type: "part", part: { type: "said", text: "Hi" } },
    ],
    ignored: [
      { time: 1795379940000, type: "part", part: { type: "step-start" } },
    ],
  },
};

for (
  const [client, { id, path, format, unknown, ignored }] of Object.entries(
    CLIENTS,
  )
) {
  for (const [what, lines] of Object.entries({ unknown, ignored })) {
    Deno.test(`${client}: lines of ${what} types and the hand-off`, async () => {
      using env = TestEnv.repository();
      env.write(".claude-mpm/config.toml", "");
      const text = formatText(format).trimEnd()
        .replaceAll("/home/dev/project", env.project);
      const more = lines.map((line) => JSON.stringify(line));
      putHome(env, path, `${[text, ...more].join("\n")}\n`);
      putHome(env, join(dirname(dirname(path)), ".project_root"), env.project);
      const common = {
        session_id: id,
        transcript_path: join(env.home, path),
        cwd: env.project,
      };
      const now = () => new Date("2026-11-22T20:40:00Z");
      for (
        const [event, fields] of Object.entries({
          UserPromptSubmit: { prompt: "Go on." },
          SessionEnd: { reason: "exit" },
        })
      ) {
        const args = ["hook", event, `--client=${client}`];
        const stdin = JSON.stringify({ ...common, ...fields });
        await mpm(env, args, { stdin, now });
      }
      assertEquals(failures(env), "");
      const { unread, items } = lastSave(env).mpm!.handoff!;
      const count = unknown.length === 1 ? "1 line" : `${unknown.length} lines`;
      const sentence = `${count} of the transcript could not be read`;
      assertEquals(unread, what === "unknown" ? [sentence] : []);
      assertEquals(items.some(({ kind }) => kind === "goal"), true);
      if (what === "ignored") return;
      const shown = await mpm(env, ["resume", "--peek", "--format", "context"]);
      assertStringIncludes(shown.stdout, sentence);
    });
  }
}
