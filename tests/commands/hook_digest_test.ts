import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import {
  AGENT,
  eventJson,
  failures,
  fire,
  transcriptOf,
} from "../helpers/hook_events.ts";
import type { MpmOptions } from "../helpers/mpm.ts";
import { formatText } from "../helpers/stores.ts";

/** Real lines of Claude Code, shortened. */
const TALK = formatText("claude-code/conversation.jsonl");

/** The size of the context, which mpm searches for from the end. */
const USED = {
  ...{ type: "assistant", timestamp: "2026-11-20T08:00:00.000Z" },
  message: { model: "claude-haiku-4-5", usage: { input_tokens: 1000 } },
};

/** A project whose agent had a long conversation, with a digest of it. */
async function digested(talk = TALK): Promise<TestEnv> {
  const env = TestEnv.repository();
  env.write(".claude-mpm/config.toml", "");
  const path = transcriptOf(env);
  const filler = JSON.stringify({ type: "progress", text: "x".repeat(1000) });
  const folder = JSON.stringify(env.project).slice(1, -1);
  Deno.mkdirSync(dirname(path), { recursive: true });
  Deno.writeTextFileSync(
    path,
    `${filler}\n`.repeat(3000) + `${JSON.stringify(USED)}\n` +
      talk.replaceAll("/home/dev/project", folder),
  );
  await fire(env, "UserPromptSubmit", { prompt: "Go on" });
  env.extra.MPM_INPUT = eventJson(env, "Digest");
  await fire(env, "Digest");
  return env;
}

function digestPath(env: TestEnv): string {
  const agents = join(env.project, ".claude-mpm", "state", "agents");
  return join(agents, `${AGENT}.digest.json`);
}

function say(env: TestEnv, ...lines: object[]): void {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  Deno.writeTextFileSync(transcriptOf(env), text, { append: true });
}

/** The lines of the client after a turn, and when the person exits. */
function leave(env: TestEnv): void {
  const line = (uuid: string, parentUuid: string, more: object) => ({
    ...{ parentUuid, isSidechain: false, uuid },
    ...{ timestamp: "2026-11-22T22:30:00.000Z", ...more },
  });
  const user = { type: "user", promptId: "left" };
  const content = "<command-name>/exit</command-name>";
  say(
    env,
    line("x1", "u042", { type: "system", subtype: "turn_duration" }),
    { type: "last-prompt", leafUuid: "x1" },
    line("x2", "x1", { ...user, message: { role: "user", content } }),
  );
}

/** The hand-off of the save that ends the session, without its random ids. */
async function handoffAtEnd(
  env: TestEnv,
  options: MpmOptions = {},
): Promise<string> {
  await fire(env, "SessionEnd", { reason: "prompt_input_exit" }, options);
  const folder = join(env.project, ".claude-mpm", "sessions");
  const [name] = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => /^session-\d{8}-\d{6}\.json$/.test(name));
  const { mpm, conversation } = JSON.parse(
    Deno.readTextFileSync(join(folder, name!)),
  );
  assertEquals(failures(env), "");
  const { handoff } = mpm;
  for (const item of handoff.items) delete item.id;
  return JSON.stringify({ handoff, conversation, redactions: mpm.redactions })
    .replaceAll(env.project, "/project");
}

Deno.test("the end of a session uses the digest of the last turn", async () => {
  using env = await digested();
  using other = await digested();
  assert(Deno.statSync(digestPath(env)).isFile);
  Deno.removeSync(digestPath(other));
  for (const one of [env, other]) leave(one);
  let read = 0;
  const found = await handoffAtEnd(env, {
    wrap: (system) => ({
      ...system,
      files: {
        ...system.files,
        readPart(file, start, size) {
          if (file === transcriptOf(env)) read += size;
          return system.files.readPart(file, start, size);
        },
      },
    }),
  });
  assert(read < 2 ** 18, `${read} bytes were read`);
  assertEquals(found, await handoffAtEnd(other));
  // Nothing needs it any longer.
  assertEquals(await Deno.stat(digestPath(env)).catch(() => "none"), "none");
});

Deno.test("text after a digest is in the save", async () => {
  using env = await digested();
  leave(env);
  say(env, {
    ...{ type: "user", uuid: "x3", parentUuid: "x2", promptId: "p9" },
    ...{ promptSource: "typed", origin: { kind: "human" } },
    timestamp: "2026-11-22T22:31:00.000Z",
    message: { content: "Never round the totals." },
  });
  assertStringIncludes(await handoffAtEnd(env), "Never round the totals.");
});

Deno.test("a digest by someone else does not count", async () => {
  using env = await digested();
  leave(env);
  const text = Deno.readTextFileSync(digestPath(env));
  const planted = text.replace(/"text":"/, '"text":"Planted. ');
  assert(planted !== text);
  Deno.writeTextFileSync(digestPath(env), planted);
  assert(!(await handoffAtEnd(env)).includes("Planted"));
});

Deno.test("no digest is kept of a conversation with a secret", async () => {
  const secret = `ghp_${"a1B2c3D4e5".repeat(4).slice(0, 36)}`;
  const talk = TALK.replace(/"content":"/, `"content":"Take ${secret}. `);
  assert(talk !== TALK);
  using env = await digested(talk);
  assertEquals(await Deno.stat(digestPath(env)).catch(() => "none"), "none");
  leave(env);
  const found = await handoffAtEnd(env);
  assertEquals([found.includes(secret), found.includes("redacted")], [
    false,
    true,
  ]);
});
