import { join } from "@std/path";
import { assertEquals } from "@std/assert";
import { deadSessions } from "./dead.ts";
import { projectSlug } from "./slug.ts";
import { TestEnv } from "../../../tests/helpers/env.ts";
import { putHome } from "../../../tests/helpers/stores.ts";

const ID = "2f9f3595-4a94-484c-9d8a-c921c801b1ef";
const LINUX = Deno.build.os === "linux";

/** More than any machine uses. */
const NO_PID = 999_999_999;

const USER = { type: "user", message: { content: "go" }, version: "2.1.330" };
const ANSWER = { type: "assistant", message: {}, version: "2.1.330" };
const END = { type: "cost-state", totalCostUSD: 0.005 };

function transcript(env: TestEnv, lines: unknown[], id = ID, age = 0): void {
  const path = `.claude/projects/${projectSlug(env.project)}/${id}.jsonl`;
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  putHome(env, path, text);
  const time = new Date(env.system().now().getTime() - age);
  Deno.utimeSync(join(env.home, path), time, time);
}

function client(env: TestEnv, pid: number, more: Record<string, unknown> = {}) {
  putHome(
    env,
    `.claude/sessions/${pid}.json`,
    JSON.stringify({
      pid,
      sessionId: ID,
      cwd: env.project,
      procStart: "591478",
      status: "busy",
      ...more,
    }),
  );
}

async function found(env: TestEnv, except?: string) {
  const dead = await deadSessions(env.system(), {
    folders: [env.project],
    except,
  });
  return dead.map(({ sessionId, sure }) => ({ sessionId, sure }));
}

const DAY = 86_400_000;
const SURE = [{ sessionId: ID, sure: true }];
const UNSURE = [{ sessionId: ID, sure: false }];

Deno.test("deadSessions() finds a session whose process is gone", async () => {
  using env = new TestEnv();
  transcript(env, [USER, ANSWER]);
  client(env, NO_PID);
  // On other systems it could still be running: it wrote just now.
  assertEquals(await found(env), LINUX ? SURE : []);
});

Deno.test({
  name: "deadSessions() is not deceived by a reused process id",
  ignore: !LINUX,
  async fn() {
    using env = new TestEnv();
    transcript(env, [USER, ANSWER]);
    client(env, Deno.pid, { procStart: "1" });
    assertEquals(await found(env), SURE);
  },
});

Deno.test({
  name: "deadSessions() leaves a running client alone",
  ignore: !LINUX,
  async fn() {
    using env = new TestEnv();
    transcript(env, [USER, ANSWER], ID, DAY);
    const stat = Deno.readTextFileSync(`/proc/${Deno.pid}/stat`);
    const procStart = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    client(env, Deno.pid, { procStart });
    assertEquals(await found(env), []);
    // There is also an older file of the same session.
    client(env, NO_PID);
    assertEquals(await found(env), []);
  },
});

Deno.test({
  name: "deadSessions() does not judge a process of another container",
  ignore: !LINUX,
  async fn() {
    using env = new TestEnv();
    transcript(env, [USER, ANSWER], ID, DAY);
    client(env, NO_PID, { pidDomain: "linux:0:pid:[1]" });
    assertEquals(await found(env), []);
  },
});

Deno.test("deadSessions() finds a transcript that ends abruptly", async () => {
  using env = new TestEnv();
  transcript(env, [USER, ANSWER], ID, DAY);
  assertEquals(await found(env), UNSURE);
});

for (
  const [name, lines, age] of [
    ["ended in good order", [USER, ANSWER, END, { type: "last-prompt" }], DAY],
    ["may still be written to", [USER, ANSWER], 60_000],
    ["ended a month ago", [USER, ANSWER], 30 * DAY],
    ["has nothing in it", [{ type: "mode" }], DAY],
    [
      "is of a client that leaves no mark",
      [USER, { ...ANSWER, version: "2.0.14" }],
      DAY,
    ],
    ["is of an unknown client", [{ type: "assistant" }], DAY],
  ] as const
) {
  Deno.test(`deadSessions() leaves out a session that ${name}`, async () => {
    using env = new TestEnv();
    transcript(env, [...lines], ID, age);
    assertEquals(await found(env), []);
  });
}

Deno.test("deadSessions() finds a session that was resumed and then killed", async () => {
  using env = new TestEnv();
  transcript(env, [USER, ANSWER, END, USER], ID, DAY);
  assertEquals(await found(env), UNSURE);
});

for (
  const [name, last] of [
    ["torn", JSON.stringify(USER).slice(0, 20)],
    ["longer than what is read", `{"a":"${"x".repeat(600 * 1024)}"}\n`],
  ] as const
) {
  Deno.test({
    name: `deadSessions() finds a killed session whose last line is ${name}`,
    ignore: !LINUX,
    async fn() {
      using env = new TestEnv();
      transcript(env, [USER, ANSWER, END]);
      const path = `.claude/projects/${projectSlug(env.project)}/${ID}.jsonl`;
      Deno.writeTextFileSync(join(env.home, path), last, { append: true });
      client(env, NO_PID);
      assertEquals(await found(env), SURE);
    },
  });
}

Deno.test("deadSessions() leaves out the session that asks, and other folders", async () => {
  using env = new TestEnv();
  transcript(env, [USER, ANSWER], ID, DAY);
  client(env, NO_PID);
  assertEquals(await found(env, ID), []);
  client(env, NO_PID, { cwd: "/elsewhere" });
  const dead = await deadSessions(env.system(), { folders: ["/elsewhere/x"] });
  assertEquals(dead, []);
});

Deno.test("deadSessions() reads no keys and survives garbage", async () => {
  using env = new TestEnv();
  putHome(env, ".claude/sessions/12.a1b2.key", "secret");
  putHome(env, ".claude/sessions/13.json", "garbage");
  putHome(env, ".claude/sessions/14.json", '{"sessionId":"../x","cwd":"/"}');
  const read: string[] = [];
  const system = env.system();
  const files = new Proxy(system.files, {
    get: (target, name, receiver) => {
      const held = Reflect.get(target, name, receiver);
      if (typeof held !== "function") return held;
      return (...args: unknown[]) => {
        if (String(name).startsWith("read")) read.push(String(args[0]));
        return held.apply(target, args);
      };
    },
  });
  const found = await deadSessions({ ...system, files }, {
    folders: [env.project],
  });
  assertEquals(found, []);
  assertEquals(read.filter((path) => path.endsWith(".key")), []);
  assertEquals(read.length > 0, true);
});
