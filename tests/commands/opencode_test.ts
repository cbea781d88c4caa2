import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";

const ID = "ses_df6bf1241ffe6aEPgdrIFJ3SCL";

/** Puts a transcript of mpm's plugin where it would be. */
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
