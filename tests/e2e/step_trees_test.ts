import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type {
  CheckpointListResult,
  ReplayForkResult,
  ReplayResult,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { AGENT, eventJson, transcriptOf } from "../helpers/hook_events.ts";
import { binary } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { hasPty, Pty } from "../helpers/pty.ts";

/** A client that calls tools in a project whose steps are kept. */
class Client implements Disposable {
  readonly env = TestEnv.repository();
  #last: string | null = null;
  #lines = 0;

  constructor() {
    this.env.write(".claude-mpm/config.toml", "");
    this.env.extra.MPM_CONFIG_CHECKPOINT_EVERY = "batch";
    // No automatic checkpoint is due.
    const now = new Date().toISOString();
    this.env.write(
      `.claude-mpm/state/agents/${AGENT}.activity.json`,
      JSON.stringify({ version: 1, at: now, checkpoint: now }),
    );
    Deno.mkdirSync(join(transcriptOf(this.env), ".."), { recursive: true });
  }

  say(fields: Record<string, unknown>): void {
    const uuid = `${`${++this.#lines}a`.padEnd(8, "0")}-0000-4000-8000-0`;
    const line = {
      ...{ parentUuid: this.#last, uuid, sessionId: AGENT },
      ...{ cwd: this.env.project, timestamp: new Date().toISOString() },
      ...fields,
    };
    this.#last = uuid;
    const text = `${JSON.stringify(line)}\n`;
    Deno.writeTextFileSync(transcriptOf(this.env), text, { append: true });
  }

  prompt(text: string): void {
    this.say({
      ...{ type: "user", promptSource: "typed", promptId: text },
      origin: { kind: "human" },
      message: { role: "user", content: text },
    });
  }

  call(id: string, command: string): void {
    const tool = { type: "tool_use", id, name: "Bash", input: { command } };
    this.say({
      type: "assistant",
      message: { id: `msg_${id}`, model: "claude-opus-5-5", content: [tool] },
    });
    this.env.run("sh", ["-c", command]);
    const result = { type: "tool_result", tool_use_id: id, content: "done" };
    this.say({ type: "user", message: { role: "user", content: [result] } });
  }

  /** Tells mpm that a batch ended; returns how long the client waited. */
  ended(...ids: string[]): void {
    const tool_calls = ids.map((tool_use_id) => ({
      ...{ tool_name: "Bash", tool_input: {}, tool_use_id },
    }));
    const json = eventJson(this.env, "PostToolBatch", { tool_calls });
    const script = 'printf %s "$1" | "$2" hook PostToolBatch';
    const done = this.env.run("sh", ["-c", script, "sh", json, binary()]);
    assertEquals([done.status, done.stdout], [0, ""]);
  }

  async trees(count: number): Promise<string[]> {
    const path = join(
      this.env.project,
      `.claude-mpm/state/agents/${AGENT}.trees.json`,
    );
    for (let tries = 0; tries < 2000; tries++) {
      try {
        const { trees } = JSON.parse(Deno.readTextFileSync(path));
        if (trees.length >= count) {
          return trees.map((one: { checkpoint: string }) => one.checkpoint);
        }
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`no ${count} trees`);
  }

  mpm(...args: string[]) {
    return this.env.run(binary(), args);
  }

  json<T>(...args: string[]): T {
    const { stdout, stderr } = this.mpm(...args, "--json");
    if (stdout === "") throw new Error(stderr);
    return JSON.parse(stdout);
  }

  [Symbol.dispose](): void {
    this.env[Symbol.dispose]();
  }
}

posixTest(
  "the tree after each tool batch is kept, and shown at its steps",
  async () => {
    using client = new Client();
    const { env } = client;
    client.prompt("Write a and b");
    client.call("toolu_1", "printf 1 > a; printf x > b");
    client.ended("toolu_1");
    const [first] = await client.trees(1);
    client.call("toolu_2", "printf 2 > a");
    client.call("toolu_3", "rm b; printf '\\000\\377' > raw");
    client.ended("toolu_2", "toolu_3");
    await client.trees(2);
    client.call("toolu_4", "true");
    client.ended("toolu_4");
    const trees = await client.trees(3);
    // Nothing changed: the same tree is not written again.
    assertEquals(trees, [first!, trees[1]!, trees[1]!]);
    client.say({
      type: "assistant",
      message: { id: "msg_z", content: [{ type: "text", text: "Done" }] },
    });
    const { steps } = client.json<ReplayResult>("replay");
    const calls = steps.filter(({ tool }) => tool !== null);
    assertEquals(
      calls.map(({ key }) => key),
      [1, 2, 3, 4].map((n) => `toolu_${n}`),
    );
    const at = (number: number, ...more: string[]) =>
      client.json<ReplayResult>("replay", "--at", String(number), ...more)
        .tree!;
    const own = ({ files }: { files: readonly string[] }) =>
      files.filter((path) => ["a", "b", "raw"].includes(path));
    const [one, two, three, four] = calls.map(({ step }) => at(step));
    assertEquals(one!.exact?.checkpoint, first);
    assertEquals(own(one!), [
      "a",
      "b",
    ]);
    // No state was recorded between two calls of one batch.
    assertEquals(two!.exact, null);
    assertEquals(two!.before?.checkpoint, first);
    assertEquals(two!.after?.checkpoint, trees[1]);
    assertEquals(three!.exact?.checkpoint, trees[1]);
    assertEquals(four!.exact?.checkpoint, trees[1]);
    assertEquals(own(three!), [
      "a",
      "raw",
    ]);
    const step = String(calls[0]!.step);
    assertEquals(client.mpm("replay", "--at", step, "a").stdout, "1");
    const folder = join(env.project, "..", "then");
    const wrote = client.mpm(
      "replay",
      "--at",
      String(calls[2]!.step),
      "--to",
      folder,
    );
    assertStringIncludes(wrote.stdout, " files to ");
    assertEquals(
      Deno.readFileSync(join(folder, "raw")),
      new Uint8Array([0, 255]),
    );
    const unknown = client.mpm("replay", "--at", String(calls[1]!.step), "a");
    assertEquals(unknown.status, 3);
    assertStringIncludes(unknown.stderr, "The tree at step");
    assertStringIncludes(unknown.stderr, first!);
    // They are not in any list or journal.
    const listed = client.json<CheckpointListResult>("checkpoint", "list");
    assertEquals([listed.checkpoints, listed.hidden], [[], 2]);
    assert(!client.mpm("undo", "list").stdout.includes("batch-"));
  },
);

posixTest(
  "trees that were read while a tool ran do not count for a step",
  async () => {
    using client = new Client();
    client.prompt("Write quickly");
    client.call("toolu_1", "printf 1 > a");
    // The next call begins before the files of the first were read.
    client.call("toolu_2", "printf 2 > a");
    client.ended("toolu_1");
    await client.trees(1);
    const { steps } = client.json<ReplayResult>("replay");
    for (const { step } of steps) {
      const { tree } = client.json<ReplayResult>(
        "replay",
        "--at",
        String(step),
      );
      assertEquals(tree!.exact, null, `step ${step}`);
    }
  },
);

posixTest(
  "trees of steps are dropped by number and by size, and reading drops none",
  async () => {
    using client = new Client();
    const { env } = client;
    env.extra.MPM_CONFIG_CHECKPOINT_KEEP_BATCH = "2";
    env.extra.MPM_CONFIG_CHECKPOINT_BATCH_MAX_MB = "1";
    client.prompt("Write");
    const kept = () =>
      client.json<CheckpointListResult>("checkpoint", "list", "--all")
        .checkpoints.map(({ name }) => name);
    const names: string[] = [];
    for (const at of [1, 2, 3]) {
      client.call(`toolu_${at}`, `printf ${at} > a`);
      client.ended(`toolu_${at}`);
      names.push((await client.trees(at)).at(-1)!);
    }
    assertEquals(kept(), [names[2]!, names[1]!]);
    client.call("toolu_4", "head -c 800000 /dev/urandom > big");
    client.ended("toolu_4");
    await client.trees(4);
    client.call("toolu_5", "head -c 800000 /dev/urandom > big");
    client.ended("toolu_5");
    const last = (await client.trees(5)).at(-1)!;
    assertEquals(kept(), [last]);
    const { steps } = client.json<ReplayResult>(
      "replay",
      "--only",
      "tool_call",
    );
    const { tree } = client.json<ReplayResult>(
      ...["replay", "--at", String(steps[0]!.step)],
    );
    assertEquals([tree!.exact, tree!.after?.checkpoint], [null, last]);
  },
);

/**
 * Every file below a folder except those of git, with its contents and mode.
 */
function contents(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (below: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(join(folder, below))) {
      const path = join(below, name);
      if (below === "" && [".git", ".claude-mpm", ".claude"].includes(name)) {
        continue;
      }
      if (isDirectory) walk(path);
      else {
        const full = join(folder, path);
        const { mode } = Deno.lstatSync(full);
        found.set(path, `${mode} ${[...Deno.readFileSync(full)].join(" ")}`);
      }
    }
  };
  walk("");
  return found;
}

posixTest(
  "a fork has the files of its step, and nothing from after it",
  async () => {
    using client = new Client();
    const { env } = client;
    client.prompt("Make the ledger. Never log cards.");
    client.call(
      "toolu_1",
      "printf 'a\\r\\n' > a; mkdir -p d; printf '\\377' > d/b; chmod +x a",
    );
    client.ended("toolu_1");
    await client.trees(1);
    const before = contents(env.project);
    client.mpm("next", "Write the docs of the ledger");
    client.prompt("Forget it: use the secret plan B.");
    client.call(
      "toolu_2",
      "rm -r a d; printf 2 > c; npm test -- planB || true",
    );
    client.ended("toolu_2");
    await client.trees(2);
    const now = contents(env.project);
    const { steps } = client.json<ReplayResult>("replay");
    const step = String(steps.find(({ key }) => key === "toolu_1")!.step);
    const dry = client.json<ReplayForkResult>(
      "replay",
      "fork",
      step,
      "--dry-run",
    );
    assertEquals([dry.save, env.exists(".claude/worktrees")], [null, false]);
    const made = client.json<ReplayForkResult>(...["replay", "fork", step]);
    const there = join(env.project, ".claude/worktrees", made.branch);
    assertEquals(contents(there), before);
    assertEquals(contents(env.project), now);
    assertEquals(
      env.git("rev-parse", made.branch),
      env.git("rev-parse", "HEAD"),
    );
    // The text for the next agent there.
    const given = client.mpm(
      "-C",
      there,
      "resume",
      "--format",
      "context",
      "--peek",
    );
    assertStringIncludes(given.stdout, "Never log cards");
    assertEquals(
      /plan B|planB|docs of the ledger/.exec(given.stdout)?.[0],
      undefined,
    );
    // A fork of an unknown tree is refused, and so is one that exists.
    const prompt = steps.find(({ type }) => type === "prompt")!.step;
    assertEquals(client.mpm("replay", "fork", String(prompt)).status, 3);
    const again = client.mpm("replay", "fork", step, "--name", made.name);
    assertEquals(again.status, 4);
    // It can be undone as long as nothing has changed in it.
    Deno.writeTextFileSync(join(there, "mine"), "1");
    const refused = client.mpm("undo");
    assertStringIncludes(refused.stderr, "was changed since");
    Deno.removeSync(join(there, "mine"));
    const undone = client.mpm("undo");
    assertEquals([undone.status, undone.stderr], [0, ""]);
    assertEquals(env.exists(`.claude/worktrees/${made.branch}`), false);
    assertEquals(env.git("branch", "--list", made.branch), "");
    assertEquals(contents(env.project), now);
    assertEquals(client.mpm("saves", "show", made.save!).status, 3);
  },
);

Deno.test({
  name: "the player shows the files of a step, and the changes of a command",
  ignore: !hasPty(),
  async fn() {
    using client = new Client();
    client.prompt("Write");
    for (const [at, text] of ["one", "two"].entries()) {
      client.call(`toolu_${at}`, `printf '${text}\\n' > ledger`);
      client.ended(`toolu_${at}`);
      await client.trees(at + 1);
    }
    await using pty = new Pty(client.env, `"${binary()}" replay --step; echo`);
    await pty.until("Step 1 of ");
    await pty.type("/two\r");
    await pty.until("printf 'two");
    await pty.type("d");
    await pty.until("All changes since step");
    assertStringIncludes(await pty.until("+two"), "-one");
    await pty.type("q");
    await pty.type("f");
    await pty.until("Files at step");
    await pty.type("ledger\r");
    assertStringIncludes(await pty.until("q back"), "two");
    await pty.type("qq");
    await pty.until("\x1b[?1049l");
  },
});
