import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type WineEnv, wineTest } from "../helpers/wine.ts";

/**
 * The status on Linux for STATUS_CONTROL_C_EXIT (0xC000013A), with which Windows
 * ends a program that does not handle Ctrl-C.
 */
const INTERRUPTED = 0x3a;

/** Milliseconds between two times that a key is pressed. */
const AGAIN = 1000;

/** Milliseconds in which a program of a command that ended is gone. */
const LATE = 10_000;

const COLOURS = { env: { NO_COLOR: "" } };

/** The output of mpm.exe on a console without input. */
async function shown(
  env: WineEnv,
  program: string,
  words: readonly string[],
  options = {},
): Promise<string> {
  await using pty = env.console(program, words, options);
  return await pty.until("status 0.");
}

wineTest(
  "a console shows all letters, and colours unless disabled",
  async (env) => {
    await env.mpm(["pause", "-s", "Größe → prüfen"]);
    const coloured = await shown(env, env.exe, ["list"], COLOURS);
    assertStringIncludes(coloured, "\x1b[38;5;");
    const plain = await shown(env, env.exe, ["list"]);
    assertStringIncludes(plain, "Größe → prüfen");
    assert(!plain.includes("\x1b[38;5;"), plain);
  },
);

wineTest("a code page does not change any letter", async (env) => {
  await env.mpm(["pause", "-s", "Größe → prüfen"]);
  const cmd = "C:\\windows\\system32\\cmd.exe";
  const words = ["/c", "chcp", "437", "&", env.exe, "list"];
  assertStringIncludes(await shown(env, cmd, words), "Größe → prüfen");
  const { stdout } = await env.run(cmd, words);
  assertStringIncludes(stdout, "Größe → prüfen");
});

wineTest("a save is picked by its number", async (env) => {
  await env.mpm(["pause", "-s", "First"]);
  await env.mpm(["pause", "-s", "Second"]);
  await using pty = env.console(env.exe, ["resume", "--list"]);
  await pty.until("Search:");
  await pty.type("1\r");
  assertStringIncludes(await pty.until("status 0."), "Summary: First");
});

wineTest("Ctrl-C leaves the list of saves", async (env) => {
  await env.mpm(["pause", "-s", "First"]);
  await env.mpm(["pause", "-s", "Second"]);
  await using pty = env.console(env.exe, ["resume", "--list"]);
  await pty.until("Search:");
  // Wine drops a key that comes before mpm reads its first key.
  const press = () => void pty.type("\x03").catch(() => {});
  press();
  const again = setInterval(press, AGAIN);
  try {
    const shown = await pty.until("status ");
    assert(!shown.includes("Summary: "), shown);
  } finally {
    clearInterval(again);
  }
});

wineTest("Ctrl-C leaves a question, and changes nothing", async (env) => {
  env.repository();
  env.write("README.md", "# Kept\n");
  assertEquals((await env.mpm(["checkpoint", "save", "one"])).status, 0);
  env.write("README.md", "# Since\n");
  const words = ["checkpoint", "restore", "one"];
  await using pty = env.console(env.exe, words);
  await pty.until("Restore? [y/N]");
  await pty.type("\x03");
  await pty.until(`status ${INTERRUPTED}.`);
  assertEquals(env.read("README.md"), "# Since\n");
  await using again = env.console(env.exe, words);
  await again.until("Restore? [y/N]");
  await again.type("y\r");
  await again.until("status 0.");
  assertEquals(env.read("README.md"), "# Kept\n");
});

wineTest("Ctrl-C ends evidence --run, and its program", async (env) => {
  env.repository();
  assertEquals((await env.mpm(["allow", "ping -n 60 127.0.0.1"])).status, 0);
  const words = ["evidence", "--run", "--", "ping", "-n", "60", "127.0.0.1"];
  await using pty = env.console(env.exe, words);
  await pty.until("ping");
  await pty.type("\x03");
  await pty.until(`status ${INTERRUPTED}.`);
  const since = performance.now();
  while (isRunning('ping(\\.exe)?"? -n 60 127')) {
    assert(performance.now() - since < LATE, "the program runs on");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

/** Returns whether the command line of any process matches. */
function isRunning(pattern: string): boolean {
  return new Deno.Command("pgrep", { args: ["-f", pattern] })
    .outputSync().success;
}
