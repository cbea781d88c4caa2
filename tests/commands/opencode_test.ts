import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import {
  event,
  type PluginCall,
  prompted,
  runPlugin,
} from "../helpers/opencode_plugin.ts";
import { posixTest } from "../helpers/posix.ts";

const ID = "ses_df6bf1241ffe6aEPgdrIFJ3SCL";

/** Writes a transcript of mpm's plugin to its usual place. */
function withTranscript(env: TestEnv, name = "work.jsonl"): string {
  const folder = join(env.home, ".local/state/mpm/opencode");
  Deno.mkdirSync(folder, { recursive: true });
  const path = join(folder, `${ID}.jsonl`);
  Deno.writeTextFileSync(path, fixture(env, name));
  return path;
}

function fixture(env: TestEnv, name: string): string {
  const url = new URL(`../formats/opencode/${name}`, import.meta.url);
  return Deno.readTextFileSync(url)
    .replaceAll("/home/dev/project", env.project);
}

interface Replayed {
  readonly agent_session: string | null;
  readonly steps: readonly {
    readonly type: string;
    readonly description: string;
  }[];
}

Deno.test("opencode: replay reads the plugin's transcript and an export", async () => {
  using env = TestEnv.repository();
  const path = withTranscript(env);
  for (const selector of [[], [ID], [ID.slice(0, 12)], [path]]) {
    const { agent_session: id, steps } = await mpmJson<Replayed>(
      env,
      ["replay", ...selector],
    );
    assertEquals(id, selector[0] === path ? null : ID);
    assertEquals(
      steps.filter(({ type }) => type === "prompt").map((step) =>
        step.description
      ),
      ["Make the greeting polite.", "Now add a note."],
    );
    assertEquals(steps.filter(({ type }) => type === "file_edit").length, 2);
  }
  env.write("exported.json", fixture(env, "agent.export.json"));
  const { stdout } = await mpm(env, ["replay", "./exported.json"]);
  assertStringIncludes(stdout, "Let a helper look at the readme.");
  assertStringIncludes(stdout, "The title is: A project.");
  const forked = await mpm(env, ["replay", "fork", "3", ID]);
  assertEquals(forked.status, 4);
  assertStringIncludes(forked.stderr, "cannot fork a session of opencode");
});

Deno.test("opencode: its sessions are on the timeline", async () => {
  using env = TestEnv.repository();
  withTranscript(env);
  const { events } = await mpmJson<{
    events: { type: string; id: string; title: string; context: unknown[] }[];
  }>(env, ["timeline"]);
  const [session] = events.filter(({ type }) => type === "agent_session");
  assertEquals(session?.id, ID);
  assertEquals(session?.title, "Make the greeting polite.");
  assertEquals(session?.context.length, 7);
});

/** Installs the plugin, which starts `script` instead of mpm. */
async function withPlugin(env: TestEnv, script: string): Promise<void> {
  const binary = join(env.root, "mpm");
  Deno.writeTextFileSync(binary, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const args = ["--client", "opencode", "--binary", binary];
  await mpmJson(env, ["hooks", "install", ...args]);
}

const EDIT: PluginCall = {
  name: "tool.execute.before",
  input: { tool: "edit", sessionID: "ses_plugin", callID: "c" },
  output: { args: { filePath: "/p/a.ts" } },
};

posixTest(
  "opencode: the plugin passes mpm's answers to the agent",
  async () => {
    using env = TestEnv.repository();
    await mpmJson(env, ["config", "set", "claims.auto", "true"]);
    await withPlugin(
      env,
      `cat >> "$HOME/inputs"; echo >> "$HOME/inputs"
folder="$HOME/.local/state/mpm/opencode"
case $2 in
SessionStart) mkdir -p "$folder"; : > "$folder/ses_plugin.jsonl"
  echo '{"context":"The state"}' ;;
UserPromptSubmit) echo '{"context":"Notes","message":"70 %"}' ;;
PreToolUse) echo '{"deny":"Taken by another agent"}' ;;
PostToolBatch) echo '{"context":"Full soon"}' ;;
PreCompact) echo '{"context":"Keep this"}' ;;
esac`,
    );
    const after: PluginCall = {
      name: "tool.execute.after",
      input: { tool: "bash", sessionID: "ses_plugin", callID: "d", args: {} },
      output: { title: "ls", output: "a.ts", metadata: { exit: 0 } },
    };
    const compacting: PluginCall = {
      name: "experimental.session.compacting",
      input: { sessionID: "ses_plugin" },
      output: { context: [] },
    };
    const [message, , , denied, done, compacted] = await runPlugin(env, [
      ...prompted("Begin"),
      EDIT,
      after,
      compacting,
      { name: "dispose", input: {} },
    ]);
    const { parts } = message!.output as {
      parts: { text: string; synthetic?: boolean }[];
    };
    assertEquals(parts.map(({ text, synthetic }) => [text, synthetic]), [
      ["Begin", undefined],
      ["The state\n\nNotes", true],
    ]);
    assertEquals(denied!.error, "Taken by another agent");
    assertEquals(
      (done!.output as { output: string }).output,
      "a.ts\n\nFull soon",
    );
    assertEquals(compacted!.output, { context: ["Keep this"] });
    const events = Deno.readTextFileSync(join(env.home, "inputs")).trim()
      .split("\n").map((line) => JSON.parse(line).hook_event_name);
    assertEquals(events, [
      ...["SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolBatch"],
      ...["PreCompact", "SessionEnd"],
    ]);
    const path = join(env.home, ".local/state/mpm/opencode/ses_plugin.jsonl");
    const kept = Deno.readTextFileSync(path);
    assertStringIncludes(kept, '"text":"Begin"');
    assertEquals(kept.includes("The state"), false);
  },
);

posixTest(
  "opencode: the plugin requests the earlier conversation",
  async () => {
    using env = TestEnv.repository();
    await withPlugin(
      env,
      `folder="$HOME/.local/state/mpm/opencode"
mkdir -p "$folder"; : >> "$folder/ses_plugin.jsonl"`,
    );
    const time = { created: 1_795_000_000_000 };
    const info = { id: "msg_0", sessionID: "ses_plugin", role: "user", time };
    const text = "Said before";
    const part = {
      ...{ id: "prt_0", messageID: "msg_0", sessionID: "ses_plugin" },
      ...{ type: "text", text },
    };
    const past = [{ info, parts: [part] }] as never[];
    for (let run = 0; run < 2; run++) {
      await runPlugin(env, prompted("Go on"), { past });
    }
    const { steps } = await mpmJson<Replayed>(env, ["replay", "ses_plugin"]);
    assertEquals(
      steps.map(({ description }) => description),
      [text, "Go on", "Go on"],
    );
  },
);

posixTest("opencode: the plugin never stops the client", async () => {
  const hostile: PluginCall[] = [
    ...[undefined, null, 7, {}, { info: null }, { part: {} }].flatMap((one) =>
      ["session.created", "session.idle", "message.part.updated", "other"]
        .map((type) => event(type, one))
    ),
    { name: "event", input: null },
    { name: "chat.message", input: {}, output: {} },
    { name: "shell.env", input: null, output: null },
    { name: "tool.execute.after", input: { sessionID: 1 }, output: null },
  ];
  for (const script of ["exit 1", "echo '{not json'", "echo '[]'", ""]) {
    using env = TestEnv.repository();
    await withPlugin(env, script);
    if (script === "") Deno.removeSync(join(env.root, "mpm"));
    const calls = [...prompted("Begin"), EDIT, ...hostile];
    const answers = await runPlugin(env, [...calls, {
      name: "dispose",
      input: {},
    }]);
    assertEquals(answers.filter(({ error }) => error !== null), []);
    const { parts } = answers[0]!.output as { parts: unknown[] };
    assertEquals(parts.length, 1);
  }
});
