import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import {
  diagnose,
  type Diagnosis,
  healthy,
  holds,
  type Illness,
} from "../helpers/doctors.ts";
import type { TestEnv } from "../helpers/env.ts";
import { projectSlug } from "../helpers/hook_events.ts";
import { mpm, mpmJson, type MpmOptions } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { putHome } from "../helpers/stores.ts";

const LOCAL = ".claude/settings.local.json";
const AGENT = "6cfd0319-0000-4000-8000-000000000000";
const DAY = 86_400_000;

async function withHooks(): Promise<TestEnv> {
  const env = await healthy();
  await mpmJson(env, ["hooks", "install", "--statusline"]);
  return env;
}

/** A transcript that was written `age` milliseconds ago. */
function putTranscript(env: TestEnv, age: number, id = AGENT): string {
  const folder = `.claude/projects/${projectSlug(env.project)}`;
  putHome(env, `${folder}/${id}.jsonl`, "{}\n");
  const path = join(env.home, folder, `${id}.jsonl`);
  const time = new Date(Date.now() - age);
  Deno.utimeSync(path, time, time);
  return path;
}

/** Sets the status line's data about a session, `age` milliseconds ago. */
async function tell(env: TestEnv, age: number, id = AGENT): Promise<void> {
  const now = () => new Date(Date.now() - age);
  await mpm(env, ["statusline"], {
    now,
    stdin: JSON.stringify({
      session_id: id,
      cwd: env.project,
      workspace: { current_dir: env.project, project_dir: env.project },
      model: { id: "claude-opus-5-5" },
      context_window: {
        context_window_size: 200_000,
        current_usage: { input_tokens: 50_000 },
        used_percentage: 25,
      },
    }),
  });
}

posixTest(
  "doctor reports how hooks differ, and does not change the settings",
  async () => {
    const replacing = (from: string | RegExp, to: string) => (env: TestEnv) => {
      putTranscript(env, 0);
      env.write(LOCAL, env.read(LOCAL).replace(from, to));
    };
    const cases: Record<string, Illness> = {
      "a binary that is gone": {
        harm: replacing(/\/bin\/mpm/g, "/gone/mpm"),
        ...{ check: "hooks", state: "error", status: 4, says: "not found" },
        hint: "mpm hooks install --scope local",
      },
      "an entry that was edited": {
        harm: replacing(/"timeout": 5\b/g, '"timeout": 6'),
        ...{ check: "hooks", state: "warning", status: 0, says: "was edited" },
        hint: "mpm hooks install --scope local",
      },
      "hooks that are switched off": {
        harm: replacing(/^\{/, '{"disableAllHooks": true,'),
        ...{ check: "hooks", state: "error", status: 4 },
        ...{
          says: "does not run your hooks",
          hint: 'Remove "disableAllHooks"',
        },
      },
    };
    for (const [what, illness] of Object.entries(cases)) {
      await holds(what, illness, withHooks);
    }
  },
);

posixTest(
  "doctor reports settings that cannot be read, and hooks that failed",
  async () => {
    await holds("no JSON", {
      harm: (env) => env.write(LOCAL, "{"),
      ...{ check: "hooks", state: "unchecked", status: 0, says: "is not JSON" },
    });
    using env = await withHooks();
    const at = new Date().toISOString();
    env.write(
      ".claude-mpm/state/hook-errors.log",
      `torn\n${JSON.stringify({ at, event: "Stop", error: "Bad\nluck" })}\n`,
    );
    const { checks } = await diagnose(env);
    assertEquals(checks.hooks?.state, "warning");
    assertStringIncludes(
      checks.hooks!.findings[0]!.detail,
      "Hooks failed 1 time in the last week, most recently Stop",
    );
  },
);

posixTest("doctor reports whether the context is read", async () => {
  using env = await withHooks();
  const advice: (string | null | undefined)[] = [];
  const gauge = async (options?: MpmOptions) => {
    const { checks: { gauge } } = await diagnose(env, [], options);
    advice.push(gauge!.findings[0]?.hint);
    return [gauge!.state, gauge!.findings[0]?.detail ?? gauge!.summary];
  };
  assertEquals((await gauge())[0], "unchecked");
  putTranscript(env, 3 * DAY);
  // The status line is installed: a run without a terminal has none.
  assertEquals(await gauge(), [
    "ok",
    "from the transcript of the last session",
  ]);
  await tell(env, 3 * DAY);
  assertEquals(await gauge(), ["ok", "last read 3 days ago"]);
  putTranscript(env, 0);
  assertEquals((await gauge())[0], "warning");
  // Within a session, the session's own reading counts.
  env.extra.CLAUDECODE = "1";
  env.extra.CLAUDE_CODE_SESSION_ID = AGENT;
  assertStringIncludes((await gauge())[1]!, "it is outdated: 3 days old");
  await tell(env, 0);
  assertEquals(await gauge(), ["ok", "25 % of the window"]);
  assert(!advice.some((hint) => hint?.includes("--statusline")), `${advice}`);
});

posixTest(
  "doctor recommends the status line only if it is not installed",
  async () => {
    using env = await withHooks();
    await mpmJson(env, ["hooks", "uninstall"]);
    await mpmJson(env, ["hooks", "install"]);
    putTranscript(env, 0);
    const advice = async () =>
      (await diagnose(env)).checks.gauge!.findings[0]?.hint;
    assertEquals(await advice(), "mpm hooks install --statusline");
    await mpmJson(env, ["hooks", "install", "--statusline"]);
    assertEquals(await advice(), undefined);
  },
);

posixTest(
  "doctor reports which transcripts Claude Code deletes, and when",
  async () => {
    using env = await healthy();
    await mpmJson(
      env,
      ["pause", "Of an agent", "--no-commit"].concat(
        "--agent-session",
        AGENT,
      ),
    );
    const reported = ({ checks: { transcripts } }: Diagnosis) => [
      transcripts!.state,
      transcripts!.findings[0]?.detail ?? transcripts!.summary,
    ];
    assertEquals(reported(await diagnose(env)), [
      "ok",
      "0 of 1 exist, kept for 30 days; 1 already deleted",
    ]);
    const path = putTranscript(env, DAY);
    assertEquals(reported(await diagnose(env)), [
      "ok",
      "1 of 1 exist, kept for 30 days",
    ]);
    putTranscript(env, 27 * DAY);
    const [state, soon] = reported(await diagnose(env));
    assertEquals(state, "warning");
    const written = Deno.statSync(path).mtime!.getTime();
    const day = new Date(written + 30 * DAY).toISOString().slice(0, 10);
    const shown = path.replace(env.root, "$ROOT");
    assertStringIncludes(soon!, `from ${day} on (in 2 days): ${shown}`);
    putTranscript(env, 31 * DAY);
    const { checks } = await diagnose(env);
    const [due] = checks.transcripts!.findings;
    assertStringIncludes(due!.detail, "at its next start");
    assertEquals(
      due!.hint,
      `Set "cleanupPeriodDays": 365 in $ROOT/home/.claude/settings.json`,
    );
    // The nearest settings count, and invalid ones are not guessed at.
    putHome(env, ".claude/settings.json", '{"cleanupPeriodDays": 20}');
    env.write(LOCAL, '{"cleanupPeriodDays": 365}');
    assertEquals(reported(await diagnose(env)), [
      "ok",
      "1 of 1 exist, kept for 365 days",
    ]);
    env.write(LOCAL, '{"cleanupPeriodDays": "long"}');
    const odd = await diagnose(env);
    assertEquals(
      odd.checks.transcripts!.findings.map(({ state }) => state),
      ["unchecked", "warning"],
    );
  },
);
