import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { bareRepository, GitDaemon } from "../helpers/git_server.ts";
import { mpm } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { person } from "../helpers/people.ts";

const MINUTE = 60_000;

/** Two people at their terminals, and the output they see. */
class Story {
  readonly lines: string[] = [];
  #time = Date.UTC(2026, 10, 20, 9);

  /** Runs a command as one of them, ten minutes later. */
  async run(env: TestEnv, ...words: string[]): Promise<string> {
    this.#time += 10 * MINUTE;
    const [program, ...args] = words as [string, ...string[]];
    const time = new Date(this.#time);
    const { status, stdout, stderr } = program === "mpm"
      ? await mpm(env, args, { now: () => time, typed: [] })
      : await runProgram(env, program, args);
    const shown = words.map((word) =>
      /^[\w./:=-]+$/.test(word) ? word : JSON.stringify(word)
    );
    const name = env.extra.GIT_AUTHOR_NAME!.split(" ")[0]!.toLowerCase();
    this.lines.push(`${name}$ ${shown.join(" ")}`, stdout + stderr);
    assertEquals(status, 0, `${words.join(" ")}: ${stderr}${stdout}`);
    return stdout;
  }
}

/** Not synchronously: the server runs in this process. */
async function runProgram(env: TestEnv, program: string, args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd: env.project,
    env: env.env(),
    clearEnv: true,
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { status: code, stdout: text(stdout), stderr: text(stderr) };
}

async function pauseAtAdas(story: Story, ada: TestEnv): Promise<void> {
  await story.run(ada, "git", "switch", "-q", "-c", "feature/auth");
  ada.write("login.js", "export const login = 1;\n");
  ada.git("add", "login.js");
  await story.run(ada, "git", "commit", "-q", "-m", "Add the login form");
  await story.run(ada, "git", "push", "-q", "origin", "feature/auth");
  ada.write("login.js", "export const login = 2;\n");
  await story.run(
    ada,
    ...["mpm", "pause", "Add the login", "-n", "Validate the email"],
    ...["-d", "Keep sessions in cookies, they work without JavaScript"],
  );
  await story.run(ada, "mpm", "note", "Dates in the API are UTC");
  await story.run(
    ada,
    ...["mpm", "handoff", "new", "--to", "grace", "--completed"],
    ...["Login form", "--file", "login.js", "--need", "POST /api/login"],
    ...["--criterion", "Answers 401 for a wrong password"],
  );
  await story.run(ada, "mpm", "sync", "origin");
}

async function goOnAtGraces(story: Story, grace: TestEnv): Promise<void> {
  await story.run(grace, "git", "fetch", "-q", "origin");
  await story.run(grace, "mpm", "sync", "origin");
  const list = await story.run(grace, "mpm", "list");
  assertStringIncludes(list, "Add the login");
  assertStringIncludes(list, "from Ada Lovelace (not verified)");
  const before = await story.run(grace, "mpm", "resume", "0");
  assertStringIncludes(before, "git switch feature/auth");
  await story.run(grace, "git", "switch", "-q", "feature/auth");
  const resumed = await story.run(grace, "mpm", "resume", "0");
  assertMatch(resumed, /Ada Lovelace/);
  assertStringIncludes(resumed, "Validate the email");
  assertStringIncludes(resumed, "Keep sessions in cookies");
  assertEquals(resumed.includes("git switch"), false);
  assertStringIncludes(await story.run(grace, "mpm", "notes"), "are UTC");
  assertStringIncludes(
    await story.run(grace, "mpm", "handoff", "show", "0"),
    "POST /api/login",
  );
  await story.run(grace, "mpm", "handoff", "done", "0", "In api/login.js");
  await story.run(
    grace,
    ...["mpm", "note", "Passwords are hashed with argon2"],
  );
  await story.run(
    grace,
    ...["mpm", "handoff", "new", "--to", "ada", "--completed"],
    ...["POST /api/login", "--file", "login.js", "--need", "An error text"],
    ...["--criterion", "Shows the text of a 401 below the form"],
  );
  await story.run(grace, "mpm", "pause", "Validate the email");
  await story.run(grace, "mpm", "sync");
}

posixTest(
  "one person pauses, a colleague continues at another path, and both leave notes and hand-offs",
  async () => {
    using place = new TestEnv();
    bareRepository(place.root);
    await using server = new GitDaemon(place.root);
    const url = `${server.url}/shared.git`;
    using ada = person("Ada Lovelace", url);
    using grace = person("Grace Hopper", url);
    const story = new Story();
    await pauseAtAdas(story, ada);
    await goOnAtGraces(story, grace);
    await story.run(ada, "mpm", "sync");
    const notes = await story.run(ada, "mpm", "notes");
    assertStringIncludes(notes, "hashed with argon2");
    const handoffs = await story.run(ada, "mpm", "handoff", "list", "--all");
    assertStringIncludes(handoffs, "done");
    assertStringIncludes(
      await story.run(ada, "mpm", "list"),
      "from Grace Hopper (not verified)",
    );
    await story.run(ada, "mpm", "trust", "Grace Hopper");
    const trusted = await story.run(ada, "mpm", "list");
    assertEquals(trusted.includes("not verified"), false);
    const path = Deno.env.get("MPM_STORY");
    if (path) Deno.writeTextFileSync(path, story.lines.join("\n"));
    assertEquals(ada.exists(join(".git", "refs/heads/mpm")), false);
  },
);
