import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { binary } from "../helpers/mpm.ts";
import { hasPty, Pty } from "../helpers/pty.ts";
import { ROOT } from "../helpers/tree.ts";

/** These need a pseudo-terminal, which `script` of util-linux makes. */
function ptyTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: !hasPty(), fn });
}

function project(): TestEnv {
  const env = new TestEnv();
  const work = Deno.readTextFileSync(`${ROOT}/tests/handoff/work.jsonl`);
  env.write("work.jsonl", work);
  return env;
}

/** The player, then its status, then the state of the terminal. */
const PLAYER = `"${binary()}" replay work.jsonl --step; echo "status=$?"; ` +
  "stty -a; echo done";

/** Fails unless the terminal is restored. */
async function assertGivenBack(pty: Pty, status: string): Promise<void> {
  assertStringIncludes(await pty.until(`status=${status}`), "\x1b[?1049l");
  const terminal = await pty.until("done");
  assert(/[ ;]icanon/.test(terminal) && /[ ;]echo /.test(terminal), terminal);
}

ptyTest("the player shows steps, jumps, searches and filters", async () => {
  using env = project();
  await using pty = new Pty(env, PLAYER);
  await pty.until("Step 1 of ");
  await pty.type("j");
  await pty.until("Step 2 of ");
  await pty.type("k");
  await pty.until("Step 1 of ");
  await pty.type("12\r");
  await pty.until("Step 12 of ");
  await pty.type("G");
  await pty.until("Step 23 of 24");
  await pty.type(":start\r");
  await pty.until("Step 1 of ");
  // The first step of that second or after it.
  await pty.type(":20:36:02\r");
  await pty.until("Step 18 of ");
  await pty.type(":start\r");
  await pty.until("Step 1 of ");
  await pty.type("/good morning\r");
  assertStringIncludes(await pty.until("good morning"), "Step ");
  await pty.type("t");
  await pty.until("Show steps of this type");
  await pty.type("file_edit");
  await pty.until("Search: ");
  await pty.type("\r");
  await pty.until("(file_edit)");
  await pty.type("d");
  await pty.until("Changes in step");
  await pty.type("q");
  await pty.until("Step ");
  await pty.type("f");
  await pty.until("are unknown.");
  await pty.type("q");
  await pty.type("?");
  await pty.until("Ctrl-Z");
  await pty.type("qq");
  await assertGivenBack(pty, "0");
});

ptyTest("the player keeps bookmarks in the user's state", async () => {
  using env = project();
  {
    await using pty = new Pty(env, PLAYER);
    await pty.until("Step 1 of ");
    await pty.type("5\rb");
    await pty.until("Bookmark added");
    await pty.type("q");
    await assertGivenBack(pty, "0");
  }
  await using pty = new Pty(env, PLAYER);
  await pty.until("Step 1 of ");
  await pty.type("B");
  await pty.until("#5");
  await pty.type("\r");
  await pty.until("Step 5 of ");
  await pty.type("b");
  await pty.until("Bookmark removed");
  await pty.type("\x03");
  await assertGivenBack(pty, "0");
  const kept = join(env.home, ".local/state/mpm/bookmarks.json");
  assertStringIncludes(Deno.readTextFileSync(kept), '"sessions": []');
});

ptyTest(
  "the player fits 40 columns, without colour, and follows the size",
  async () => {
    using env = project();
    env.extra.NO_COLOR = "1";
    await using pty = new Pty(env, `stty rows 12 cols 40; ${PLAYER}`);
    const [name] = /\/dev\/pts\/\d+/.exec(await pty.until("\r\n"))!;
    await pty.until("Step 1 of ");
    await pty.type("9\r");
    const frame = await pty.until("Step 9 of ") + await pty.until("\x1b[J");
    const last = frame.slice(frame.lastIndexOf("\x1b[H") + 3);
    // deno-lint-ignore no-control-regex -- finds terminal sequences
    assertEquals(/\x1b\[[0-9;]*m/.test(last), false);
    const lines = last.split("\n").map((line) =>
      // deno-lint-ignore no-control-regex -- finds terminal sequences
      line.replace(/\x1b\[[KJ]|\r/g, "")
    );
    assertEquals(lines.length, 12);
    assertEquals(lines.filter((line) => line.length > 40), []);
    env.run("stty", ["-F", name!, "rows", "6", "cols", "60"]);
    // A frame in the previous size may still arrive.
    for (let rows = 0; rows !== 6;) {
      rows = (await pty.until("\x1b[J")).split("\r\n").length;
    }
    await pty.type("q");
    await assertGivenBack(pty, "0");
  },
);

ptyTest(
  "the player restores the terminal when it is ended or stopped",
  async () => {
    using env = project();
    for (const signal of ["TERM", "INT", "HUP"]) {
      const script =
        `sh -c 'echo pid=$$; exec "${binary()}" replay work.jsonl ` +
        `--step'; echo "status=$?"; stty -a; echo done`;
      await using pty = new Pty(env, script);
      const [, pid] = /pid=(\d+)/.exec(await pty.until("Step 1 of "))!;
      env.run("kill", [`-${signal}`, pid!]);
      await assertGivenBack(pty, "");
    }
  },
);

ptyTest(
  "a stop from outside restores the terminal until the player continues",
  async () => {
    using env = project();
    await using pty = new Pty(env, "PS1='ready> ' bash --norc --noprofile -i");
    await pty.until("ready> ");
    await pty.type(
      `sh -c 'echo pid=$$; exec "${binary()}" replay work.jsonl --step'\n`,
    );
    // The line itself, as it is typed, has no number.
    const [, pid] = /pid=(\d+)/.exec(await pty.until("Step 1 of "))!;
    env.run("kill", ["-TSTP", pid!]);
    assertStringIncludes(await pty.until("ready> "), "\x1b[?1049l");
    await pty.type("stty -a\n");
    assert(/[ ;]icanon/.test(await pty.until("ready> ")));
    await pty.type("fg\n");
    await pty.until("\x1b[?1049h");
    await pty.until("Step 1 of ");
    // mpm cannot act before such a stop, but it redraws everything after it.
    env.run("kill", ["-STOP", pid!]);
    await pty.until("ready> ");
    await pty.type("fg\n");
    await pty.until("Step 1 of ");
    await pty.type("j");
    await pty.until("Step 2 of ");
    await pty.type("q");
    await pty.until("ready> ");
    await pty.type("stty -a\n");
    assert(/[ ;]icanon/.test(await pty.until("ready> ")));
    await pty.type("exit\n");
  },
);

ptyTest("Ctrl-Z stops the player, and fg continues it", async () => {
  using env = project();
  await using pty = new Pty(env, "PS1='ready> ' bash --norc --noprofile -i");
  await pty.until("ready> ");
  await pty.type(`"${binary()}" replay work.jsonl --step\n`);
  await pty.until("Step 1 of ");
  await pty.type("\x1a");
  assertStringIncludes(await pty.until("ready> "), "Stopped");
  await pty.type("stty -a\n");
  const stopped = await pty.until("ready> ");
  assert(/[ ;]icanon/.test(stopped), stopped);
  await pty.type("fg\n");
  await pty.until("\x1b[?1049h");
  await pty.until("Step 1 of ");
  await pty.type("j");
  await pty.until("Step 2 of ");
  await pty.type("q");
  await pty.until("ready> ");
  await pty.type("stty -a\n");
  assert(/[ ;]icanon/.test(await pty.until("ready> ")));
  await pty.type("exit\n");
});
