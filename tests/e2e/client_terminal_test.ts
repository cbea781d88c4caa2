import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { existsSync } from "node:fs";
import { runClient } from "../helpers/client.ts";
import { ClientTerminal, terminalTest } from "../helpers/client_terminal.ts";
import { TestEnv } from "../helpers/env.ts";
import { failures, namesIn, projectSlug } from "../helpers/hook_events.ts";
import { MockApi } from "../helpers/mock_api.ts";
import { binary } from "../helpers/mpm.ts";

/** Clears what is in the prompt. */
const EMPTY = "\x15";

/** The conversation in the last request to the model. */
function asked(api: MockApi): string {
  const talked = api.requests.filter(({ tools }) => tools?.length);
  return JSON.stringify(talked.at(-1)?.messages) ?? "";
}

/** Waits until the model got a text, and answered. */
async function sent(
  terminal: ClientTerminal,
  api: MockApi,
  text: string,
): Promise<void> {
  await terminal.until(() => asked(api).includes(text), () => asked(api));
}

/** The client's transcripts: the session's id, and the contents. */
function transcripts(env: TestEnv): { id: string; text: string }[] {
  const folder = join(env.home, ".claude/projects", projectSlug(env.project));
  const names = existsSync(folder) ? [...Deno.readDirSync(folder)] : [];
  return names.filter(({ name }) => name.endsWith(".jsonl"))
    .map(({ name }) => ({
      id: name.slice(0, -".jsonl".length),
      text: Deno.readTextFileSync(join(folder, name)),
    }));
}

/**
 * Waits until the client has recorded a text that it shows. On the screen it
 * may be in pieces: the client draws only the changed parts.
 */
async function shown(
  terminal: ClientTerminal,
  env: TestEnv,
  text: string,
): Promise<void> {
  const wanted = JSON.stringify(text).slice(1, -1);
  const all = () => transcripts(env).map(({ text }) => text).join("");
  await terminal.until(() => all().includes(wanted), () => text);
}

/** A line of a turn's end. A fork repeats those of its origin. */
const TURN = /"subtype":"turn_duration".*?"uuid":"([\w-]+)"/g;

/** Types a prompt and waits until its turn has ended. */
async function turn(
  terminal: ClientTerminal,
  env: TestEnv,
  prompt: string,
): Promise<void> {
  const ended = () =>
    new Set(
      transcripts(env).flatMap(({ text }) =>
        [...text.matchAll(TURN)].map(([, id]) => id)
      ),
    ).size;
  const before = ended();
  await terminal.type(`${prompt}\r`);
  await terminal.until(() => ended() > before, () => `the end of ${prompt}`);
}

function saves(env: TestEnv): string[] {
  return namesIn(env, ".claude-mpm/sessions")
    .filter((name) => /^session-\d.*\.json$/.test(name));
}

terminalTest(
  "each way out that a block names works when typed",
  async () => {
    using env = TestEnv.repository();
    env.run(binary(), ["hooks", "install", "--statusline"]);
    await using api = new MockApi({ tokens: 955_000 });
    await using terminal = new ClientTerminal(env, api, "claude-opus-5-5");
    await terminal.see("shift+tab");
    await turn(terminal, env, "go");
    const before = api.requests.length;
    await terminal.type("count the pennies\r");
    await shown(
      terminal,
      env,
      'send the prompt again, or begin it with the word "override". ' +
        "/compact or /clear frees space. To save the session, type a space " +
        "before /mpm-pause, then clear the input box.",
    );
    assertEquals(api.requests.length, before);
    // The client keeps the text in its input box: the same is sent again.
    await terminal.type("\r");
    await sent(terminal, api, "count the pennies");
    await terminal.type("override weigh the coins\r");
    await sent(terminal, api, "override weigh the coins");
    await terminal.type(" !override sort them\r");
    await sent(terminal, api, "!override sort them");
    // A shell command would also be there.
    assert(!asked(api).includes("bash-input"), asked(api));
    const requests = api.requests.length;
    await terminal.type(`${EMPTY} /mpm-pause half done\r`);
    await terminal.until(() => saves(env).length > 0, () => "a save");
    assertEquals(api.requests.length, requests);
    const text = env.read(`.claude-mpm/sessions/${saves(env)[0]}`);
    assertStringIncludes(text, "half done");
    assertEquals(failures(env), "");
  },
);

terminalTest(
  "messages of the client reach the agent with a full context",
  async () => {
    using env = TestEnv.repository();
    env.run(binary(), ["hooks", "install", "--skills"]);
    env.write(
      ".claude/settings.json",
      JSON.stringify({ permissions: { allow: ["Bash"] } }),
    );
    const tasks = ".claude/scheduled_tasks.json";
    const never = { id: "0a1b2c3d", cron: "0 0 1 1 *", prompt: "never" };
    const task = {
      createdAt: Date.now(),
      recurring: true,
      createdInProject: env.project,
    };
    env.write(tasks, JSON.stringify({ tasks: [{ ...task, ...never }] }));
    const command = "until [ -e done ]; do sleep 0.1; done";
    const input = { command, description: "Build", run_in_background: true };
    await using api = new MockApi({
      steps: [[{ type: "tool_use", name: "Bash", input }]],
      tokens: 955_000,
    });
    await using terminal = new ClientTerminal(env, api, "claude-opus-5-5");
    await terminal.see("shift+tab");
    await turn(terminal, env, "go");
    await terminal.type("more\r");
    // The skills are installed, so no blank is needed before their names.
    await shown(
      terminal,
      env,
      "/compact or /clear frees space. /mpm-pause saves",
    );
    assert(!asked(api).includes("<task-notification>"), asked(api));
    env.write("done", "");
    await sent(terminal, api, "<task-notification>");
    // From an earlier session; the prompt of a loop is not a scheduled one.
    const createdAt = Date.now() - 120_000;
    const due = {
      cron: "* * * * *",
      createdAt,
      recurring: true,
      createdBySessionId: transcripts(env)[0]!.id,
      createdInProject: env.project,
    };
    env.write(
      ".claude/scheduled_tasks.json",
      JSON.stringify({
        tasks: [
          { ...due, id: "1a2b3c4d", prompt: "count the pennies" },
          { ...due, id: "2b3c4d5e", prompt: "<<autonomous-loop>>" },
        ],
      }),
    );
    await sent(terminal, api, "count the pennies");
    await sent(terminal, api, "# Autonomous loop check");
    await terminal.type(`${EMPTY}/mpm-pause half done\r`);
    await shown(terminal, env, "Session Paused Successfully");
    assertEquals([saves(env).length, failures(env)], [1, ""]);
  },
);

terminalTest(
  "a person sees the results of shell hooks, and which are not run",
  async () => {
    using env = TestEnv.repository();
    env.git("clone", "-q", ".", "../upstream");
    env.git("remote", "add", "origin", "../upstream");
    env.git("fetch", "-q");
    env.git("branch", "-q", "-u", "origin/main");
    const upstream = join(env.root, "upstream");
    env.gitIn(upstream, "commit", "-q", "--allow-empty", "-m", "Theirs");
    env.run(binary(), ["hooks", "install"]);
    env.run(binary(), ["hooks", "eject"]);
    const folder = ".claude-mpm/hooks";
    const edit = (name: string, from: string, to: string) => {
      const path = `${folder}/${name}.sh`;
      env.write(path, env.read(path).replace(from, to));
    };
    edit("post-session", "TEST=''", "TEST='exit 4'");
    env.run(binary(), ["hooks", "allow", "post-session"]);
    await using api = new MockApi();
    const args = ["-p", "go", "--model", "claude-opus-5-5"];
    await runClient(env, api, args);
    const log = ".claude-mpm/state/hooks.log";
    const ended = () => env.exists(log) && env.read(log).includes("status 4");
    for (let tries = 0; !ended(); tries++) {
      assert(tries < 500, "no end of post-session.sh");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    edit("pre-session", "PULL=0", "PULL=1");
    env.run(binary(), ["hooks", "allow", "pre-session"]);
    edit("on-error", "DESKTOP=0", "DESKTOP=1");
    env.write("untracked", "");
    await using terminal = new ClientTerminal(env, api, "claude-opus-5-5");
    await terminal.see(
      'post-session: "exit 4" ended with status 4\n' +
        "pre-session: pulled, new commits: 1\n" +
        "mpm does not run on-error.sh: changed since you allowed it. " +
        "Read it, then: mpm allow .claude-mpm/hooks/on-error.sh",
    );
    assertEquals(env.git("log", "-1", "--format=%s"), "Theirs");
    assertEquals(failures(env), "");
  },
);

terminalTest(
  "the last prompt is correct after /clear and in a fork",
  async () => {
    using env = TestEnv.repository();
    env.run(binary(), ["hooks", "install"]);
    await using api = new MockApi();
    const summaries = () =>
      saves(env).sort().map((name) =>
        JSON.parse(env.read(`.claude-mpm/sessions/${name}`)).conversation
          .summary
      );
    const saved = (count: number) =>
      terminal.until(
        () => saves(env).length === count && summaries().length === count,
        () => `${count} saves`,
      );
    await using terminal = new ClientTerminal(env, api, "claude-opus-5-5");
    await terminal.see("shift+tab");
    await turn(terminal, env, "begin");
    await turn(terminal, env, "count the pennies");
    await terminal.type("/clear\r");
    await saved(1);
    await turn(terminal, env, "weigh the coins");
    await terminal.type("/branch other\r");
    await saved(2);
    await turn(terminal, env, "first");
    await turn(terminal, env, "sort the bills");
    await terminal.type("/exit\r");
    await saved(3);
    assertEquals(
      summaries().map((text) =>
        text.replace(/.*Last prompt: /, "").replace(/\. Last answer.*/, "")
      ),
      ["count the pennies", "weigh the coins", "sort the bills"],
    );
    assertEquals(failures(env), "");
  },
);
