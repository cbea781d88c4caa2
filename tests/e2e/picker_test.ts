import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { binary } from "../helpers/mpm.ts";
import { hasPty, Pty } from "../helpers/pty.ts";
import { idAt, ownSave, putSave } from "../helpers/stores.ts";

/** These need a pseudo-terminal, which `script` of util-linux makes. */
function ptyTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: !hasPty(), fn });
}

function project(count: number): TestEnv {
  const env = new TestEnv();
  for (let at = 0; at < count; at++) {
    putSave(env, ownSave(idAt(60 * at), { summary: `Step s${at} 漢字` }));
  }
  return env;
}

/** The prompt, then its status, then the state of the terminal. */
const PROMPT = `"${binary()}" resume --list --peek --no-changes; ` +
  'echo "status=$?"; stty -a; echo done';

ptyTest(
  "the prompt on a real terminal is searched, and the terminal restored",
  async () => {
    using env = project(1000);
    await using pty = new Pty(env, PROMPT);
    await pty.until("type to search");
    await pty.type("STEP s77");
    assertStringIncludes(await pty.until("11 of 1000"), "Search:");
    await pty.type("\x1b[B");
    await pty.until("❯ 221");
    await pty.type("\r");
    const answer = await pty.until("status=0");
    assertStringIncludes(answer, "\x1b[?1049l");
    assertStringIncludes(answer, `Session Resume: ${idAt(60 * 778)}`);
    const terminal = await pty.until("done");
    assert(/[ ;]icanon/.test(terminal) && /[ ;]echo /.test(terminal), terminal);
  },
);

ptyTest(
  "a number typed at the prompt on a real terminal chooses that line",
  async () => {
    using env = project(3);
    for (const at of [0, 1, 2]) {
      await using pty = new Pty(env, PROMPT);
      await pty.until("type to search");
      await pty.type(String(at));
      await pty.until(`Number: ${at}`);
      await pty.type("\r");
      const answer = await pty.until("status=0");
      assertStringIncludes(answer, `Session Resume: ${idAt(60 * (2 - at))}`);
      await pty.until("done");
    }
  },
);

ptyTest(
  "Ctrl-C and Escape at the prompt exit with 130 on a real terminal",
  async () => {
    using env = project(3);
    for (const keys of ["\x03", "\x1b"]) {
      await using pty = new Pty(env, PROMPT);
      await pty.until("type to search");
      await pty.type(keys);
      await pty.until("status=130");
      const terminal = await pty.until("done");
      assert(/[ ;]icanon/.test(terminal), terminal);
    }
  },
);

ptyTest("the prompt follows the size of a real terminal", async () => {
  using env = project(100);
  await using pty = new Pty(env, PROMPT);
  const [name] = /\/dev\/pts\/\d+/.exec(await pty.until("\r\n"))!;
  await pty.until("type to search");
  const resized = env.run("stty", ["-F", name!, "rows", "9", "cols", "30"]);
  assertEquals(resized.status, 0);
  // Four lines are left for the list, each cut.
  const frame = await pty.until("100  ↑↓ move, Enter selects, …");
  const last = frame.slice(frame.lastIndexOf("\x1b[H"));
  assertEquals(last.match(/ {2}main {2}/g)?.length, 4, last);
  await pty.type("\x03");
  await pty.until("status=130");
  await pty.until("done");
});

ptyTest("pause -e opens the user's editor on a real terminal", async () => {
  using env = TestEnv.repository();
  env.extra.VISUAL = "sed -i s/^summary:.*/summary:\\ By\\ hand/";
  await using pty = new Pty(env, `"${binary()}" pause -e; echo "status=$?"`);
  const answer = await pty.until("status=0");
  assertStringIncludes(answer, "Session Paused Successfully: By hand");
});

ptyTest("a missing name is chosen on a real terminal", async () => {
  using env = project(3);
  await using pty = new Pty(env, `"${binary()}" saves rm; echo "status=$?"`);
  await pty.until("type to search");
  await pty.type("2");
  await pty.until("Number: 2");
  await pty.type("\r");
  assertStringIncludes(await pty.until("status=0"), idAt(0));
});

ptyTest("mpm alone is a dashboard on a real terminal", async () => {
  using env = project(1);
  await using pty = new Pty(env, `"${binary()}"; echo "status=$?"`);
  assertStringIncludes(await pty.until("status=0"), "Last save: ");
});
