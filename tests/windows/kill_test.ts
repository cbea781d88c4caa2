import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { say } from "../helpers/say.ts";
import { type WineEnv, wineTest } from "../helpers/wine.ts";

/** Milliseconds in which a command of the tests has ended. */
const LONGEST = 900;
const KILLS = 12;
const RESTORES = 6;

/** Kills the programs of Windows that have `word` in their command line. */
function kill(word: string): number {
  let killed = 0;
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const line = Deno.readTextFileSync(`/proc/${name}/cmdline`);
      // The programs in front of it wait for its end.
      if (!/^[^\0]*mpm\.exe\0/.test(line) || !line.includes(word)) continue;
      Deno.kill(Number(name), "SIGKILL");
      killed++;
    } catch {
      // It ended.
    }
  }
  return killed;
}

/** Runs a command that is killed after `after` milliseconds. */
async function killed(
  env: WineEnv,
  args: readonly string[],
  { word, after }: { word: string; after: number },
) {
  const running = env.mpm(args);
  const timer = setTimeout(() => kill(word), after);
  const outcome = await running;
  clearTimeout(timer);
  return outcome;
}

wineTest("a pause killed at any moment loses no save", async (env) => {
  env.repository();
  const acknowledged: string[] = [];
  let deaths = 0;
  for (let at = 0; at < KILLS; at++) {
    env.write("README.md", `# ${at}\n`);
    const word = `killed-${at}-${env.root.slice(-6)}`;
    const { stdout } = await killed(env, ["pause", "-s", word], {
      word,
      after: (at + 1) / KILLS * LONGEST,
    });
    // Wine gives a killed program the status 0.
    if (stdout.includes("Paused Successfully")) acknowledged.push(word);
    else deaths++;
  }
  const { stdout, status } = await env.mpm(["list", "--all", "--json"]);
  assertEquals(status, 0);
  for (const word of acknowledged) assertStringIncludes(stdout, word);
  assertEquals((await env.mpm(["saves", "verify"])).status, 0);
  say(`kills: pause in Wine ${deaths} of ${KILLS}, seed 0`);
  assertEquals(env.git("fsck", "--no-dangling").includes("error"), false);
});

wineTest(
  "a restore killed at any moment is finished or taken back",
  async (env) => {
    env.repository();
    const names = Array.from({ length: 12 }, (_, at) => `f${at}.txt`);
    const fill = (text: string) => {
      for (const name of names) env.write(name, text);
    };
    fill("one\n");
    await env.mpm(["checkpoint", "save", "one"]);
    let deaths = 0;
    for (let at = 0; at < RESTORES; at++) {
      fill(`two ${at}\n`);
      const args = ["checkpoint", "restore", "one", "--yes"];
      const { stdout } = await killed(env, args, {
        word: "restore",
        after: 300 + (at + 1) / RESTORES * LONGEST * 2,
      });
      if (!stdout.includes("Restored one")) deaths++;
      const after = await env.mpm(["checkpoint", "save", `at-${at}`]);
      assertEquals(after.status, 0, after.stderr);
      const texts = new Set(names.map((name) => env.read(name)));
      if (texts.size > 1) {
        const { stdout } = await env.mpm(["undo"]);
        throw new Error(`Mixed: ${[...texts].join("; ")}: ${stdout}`);
      }
    }
    say(`kills: restore in Wine ${deaths} of ${RESTORES}, seed 0`);
    assertEquals((await env.mpm(["doctor"])).status, 0);
    assertEquals(Deno.statSync(join(env.project, "f0.txt")).isFile, true);
  },
);
