import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { projectSlug } from "../helpers/hook_events.ts";
import { binary, start } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { formatText, putHome } from "../helpers/stores.ts";

const ID = "2975e44b-8da5-4bbb-a4f5-59595064217c";
const SAMPLE = formatText("claude-code/statusline-stdin.jsonl").split("\n")[1]!;

/** Starts the status line with a standard input that the test controls. */
function startLine(env: TestEnv, cwd = env.project): Deno.ChildProcess {
  return new Deno.Command(binary(), {
    args: ["statusline"],
    cwd,
    env: env.env(),
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

type Line = [stdout: string, stderr: string, code: number];

/** Returns the answer to `text`; it is fine if the reader exits early. */
async function line(
  env: TestEnv,
  text: string,
  { close = true, cwd = env.project } = {},
): Promise<Line> {
  const child = startLine(env, cwd);
  const writer = child.stdin.getWriter();
  const fed = writer.write(new TextEncoder().encode(text))
    .then(() => close ? writer.close() : undefined)
    .catch(() => {});
  const { stdout, stderr, code } = await child.output();
  await fed;
  if (!close) await writer.abort().catch(() => {});
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return [decode(stdout), decode(stderr), code];
}

Deno.test("the binary's status line keeps a reading that context finds", async () => {
  using env = TestEnv.repository();
  const input = SAMPLE.replaceAll(
    '"/home/u/proj"',
    () => JSON.stringify(env.project),
  );
  assertEquals(await line(env, input), [
    "Opus 5.5 · ░░░░░░░░░░ 1% · main\n",
    "",
    0,
  ]);
  const { stdout } = env.run(binary(), ["context", "--json"]);
  const { session_id: id, gauge } = JSON.parse(stdout);
  assertEquals([id, gauge.tokens, gauge.source], [ID, 13_503, "status-line"]);
});

Deno.test("the binary's status line does not wait for an input that never ends", async () => {
  using env = TestEnv.repository();
  // All at once, since each waits as long as possible.
  const [none, part, [whole]] = await Promise.all(
    ["", SAMPLE.slice(0, 90), SAMPLE]
      .map((text) => line(env, text, { close: false })),
  ) as [Line, Line, Line];
  assertEquals([none, part], [["\n", "", 0], ["\n", "", 0]]);
  assertStringIncludes(whole, "Opus 5.5 · ░░░░░░░░░░ 1%");
});

Deno.test("the binary's status line does not read 100 MB", async () => {
  using env = TestEnv.repository();
  const child = startLine(env);
  const writer = child.stdin.getWriter();
  const block = new TextEncoder().encode("x".repeat(1_000_000));
  let written = 0;
  try {
    for (; written < 100; written++) await writer.write(block);
    await writer.close();
  } catch {
    // It exited, as expected.
  }
  const { stdout, code } = await child.output();
  assertEquals([new TextDecoder().decode(stdout), code], ["\n", 0]);
  assert(written < 100, `${written} MB were read`);
});

Deno.test("the binary's status line works with what it can read and write", async () => {
  using env = TestEnv.repository();
  const odd = join(env.project, "a folder with blanks é");
  Deno.mkdirSync(odd);
  const input = SAMPLE.replaceAll('"/home/u/proj"', () => JSON.stringify(odd));
  env.extra.XDG_STATE_HOME = join(env.project, "README.md");
  const [text, stderr, code] = await line(env, input, { cwd: odd });
  assertEquals([text, stderr, code], [
    "Opus 5.5 · ░░░░░░░░░░ 1% · main\n",
    "",
    0,
  ]);
  env.extra.XDG_STATE_HOME = "";
  env.extra.HOME = "";
  assertEquals((await line(env, input))[2], 0);
});

posixTest(
  "the binary's status line works with a read-only home",
  async () => {
    using env = TestEnv.repository();
    Deno.chmodSync(env.home, 0o500);
    const [text, stderr, code] = await line(env, SAMPLE);
    Deno.chmodSync(env.home, 0o700);
    assertEquals([text, stderr, code], [
      "Opus 5.5 · ░░░░░░░░░░ 1%\n",
      "",
      0,
    ]);
  },
);

/**
 * Writes a transcript to the place where Claude Code keeps it; its last answer
 * has the current time.
 */
function transcript(env: TestEnv, tokens: number, before = 0): string {
  const path = `.claude/projects/${projectSlug(env.project)}/${ID}.jsonl`;
  putHome(env, path, "");
  const full = join(env.home, path);
  using file = Deno.openSync(full, { write: true });
  file.truncateSync(before);
  file.seekSync(0, Deno.SeekMode.End);
  const answer = JSON.stringify({
    type: "assistant",
    timestamp: new Date().toISOString(),
    message: { model: "claude-haiku-4-5", usage: { input_tokens: tokens } },
  });
  file.writeSync(new TextEncoder().encode(`\n${answer}\n`));
  return full;
}

Deno.test("the binary reads the gauge after 70 MB, and has none without a transcript", () => {
  using env = TestEnv.repository();
  const path = transcript(env, 150_000, 70_000_000);
  const read = () =>
    JSON.parse(env.run(binary(), ["context", "--json"]).stdout);
  assertEquals([read().gauge.tokens, read().level], [150_000, "pause"]);
  Deno.removeSync(dirname(path), { recursive: true });
  assertEquals([read().gauge.tokens, read().level], [null, "normal"]);
});

Deno.test("only one of many simultaneous processes crosses the threshold", async () => {
  using env = TestEnv.repository();
  transcript(env, 171_000);
  const processes = Array.from(
    { length: 12 },
    () => start(env, ["context", "acknowledge", "--json"]).output(),
  );
  for (const { code } of await Promise.all(processes)) assertEquals(code, 0);
  const { crossings, acknowledged } = JSON.parse(
    env.run(binary(), ["context", "--json"]).stdout,
  );
  assertEquals([crossings.length, acknowledged], [1, "urgent"]);
});
