import { assertEquals, assertStringIncludes } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { eventJson } from "../helpers/hook_events.ts";
import { binary } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

function fire(env: TestEnv, event: string, fields: Record<string, unknown>) {
  const script = 'printf %s "$1" | "$2" hook "$3"';
  const args = [script, "sh", eventJson(env, event, fields), binary(), event];
  assertEquals(env.run("sh", ["-c", ...args]).status, 0);
}

/** Edits a file and ends the session. */
function work(env: TestEnv): void {
  env.write(".claude-mpm/config.toml", "");
  env.write("new", "1\n");
  const call = { tool_name: "Edit", tool_input: {}, tool_use_id: "1" };
  fire(env, "PostToolBatch", { tool_calls: [call] });
  fire(env, "SessionEnd", { reason: "other" });
}

const SESSIONS = ".claude-mpm/sessions";

function namesIn(env: TestEnv): string[] {
  return [...Deno.readDirSync(`${env.project}/${SESSIONS}`)]
    .map(({ name }) => name);
}

/** The files of the only save, by their endings. */
function savedFiles(env: TestEnv): Map<string, string> {
  const names = namesIn(env).filter((name) => /^session-\d/.test(name));
  return new Map(
    names.sort().map((name) => [
      name.replace(/^session-\d+-\d+/, ""),
      env.read(`${SESSIONS}/${name}`),
    ]),
  );
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    if (tries === 1000) throw new Error(what);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const ALL = [".json", ".json.sha256", ".md", ".yaml"];

posixTest(
  "a session that ends is saved, and its files after that",
  async () => {
    using env = TestEnv.repository();
    work(env);
    const listed = env.run(binary(), ["saves", "list", "--json"]);
    const [{ session_id: id }] = JSON.parse(listed.stdout).sessions;
    const ref = `refs/mpm/contents/${id}`;
    const kept = async () => {
      await until("no contents", () => env.git("for-each-ref", ref) !== "");
      assertEquals(env.git("show", `${ref}:worktree/new`), "1");
    };
    await kept();
    // The same after a run that was killed before that.
    env.git("update-ref", "-d", ref);
    env.write(`.claude-mpm/state/uncopied/${id}.contents`, "");
    fire(env, "SessionStart", { source: "startup" });
    await kept();
  },
);

posixTest(
  "the save of a hook gets its other files later, and an undo removes them",
  async () => {
    using env = TestEnv.repository();
    work(env);
    // They are all that counts: the others are made of the JSON.
    const early = [...savedFiles(env).keys()];
    assertEquals(early.slice(0, 2), [".json", ".json.sha256"]);
    const mpm = (...args: string[]) => env.run(binary(), args);
    await until("no other files", () => savedFiles(env).size === 4);
    const ops = `${env.project}/.claude-mpm/state/ops`;
    const isOver = () => [...Deno.readDirSync(ops)].length === 0;
    await until("it is still under way", isOver);
    const before = savedFiles(env);
    assertEquals([...before.keys()], ALL);
    assertEquals(mpm("saves", "verify").status, 0);

    const numberOf = (wanted: string): string => {
      const { operations } = JSON.parse(mpm("undo", "list", "--json").stdout);
      return `${
        operations.find(({ operation }: { operation: string }) =>
          operation === wanted
        ).number
      }`;
    };
    const number = numberOf("automatic save");
    const markdown = `${SESSIONS}/${
      namesIn(env).find((name) => /^session-.*\.md$/.test(name))
    }`;
    env.write(markdown, "mine\n");
    const refused = mpm("undo", number);
    assertEquals(refused.status, 4);
    assertStringIncludes(refused.stderr, `${markdown}: it was changed later`);
    assertEquals([...savedFiles(env).keys()], ALL);
    env.write(markdown, before.get(".md")!);
    assertEquals(mpm("undo", number).status, 0);
    assertEquals(savedFiles(env), new Map());
    assertEquals(mpm("undo", numberOf("undo")).status, 0);
    assertEquals(savedFiles(env), before);
  },
);

posixTest("the user's script gets the whole save of a session", async () => {
  using env = TestEnv.repository();
  env.write(
    ".claude-mpm/hooks/post-session.sh",
    `#!/bin/sh\nls "$MPM_PROJECT/${SESSIONS}" > "$MPM_PROJECT/seen"\n`,
  );
  env.run("chmod", ["+x", ".claude-mpm/hooks/post-session.sh"]);
  assertEquals(
    env.run(binary(), ["hooks", "allow", "post-session.sh"]).status,
    0,
  );
  work(env);
  await until("the script did not run", () => env.exists("seen"));
  await until("nothing", () => env.read("seen") !== "");
  const seen = env.read("seen").split("\n")
    .map((name) => name.replace(/^session-\d+-\d+/, ""));
  assertEquals(seen.filter((name) => ALL.includes(name)), ALL);
});
