import { assert, assertEquals, assertThrows } from "@std/assert";
import { realSystem } from "./real.ts";
import type { RunResult } from "./system.ts";
import { posixTest } from "../../tests/helpers/posix.ts";

/** Runs a shell script with a limit of 1,000 bytes. */
function bounded(
  script: string,
  { timeout = 20_000, stdin = "" } = {},
): Promise<RunResult> {
  return realSystem().runBounded("sh", {
    args: ["-c", script],
    cwd: "/",
    timeout,
    limit: 1000,
    stdin: new TextEncoder().encode(stdin),
  });
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

posixTest(
  "runBounded() keeps status and output, and feeds standard input",
  async () => {
    const done = await bounded("cat; echo oops >&2; exit 7", {
      stdin: "hello",
    });
    assertEquals(
      [done.outcome, done.status, text(done.stdout), text(done.stderr)],
      ["exited", 7, "hello", "oops\n"],
    );
  },
);

posixTest(
  "runBounded() keeps the start of 10 MB and lets the program end",
  async () => {
    const done = await bounded(
      "head -c 10000000 /dev/zero | tr '\\0' x; echo done >&2",
    );
    assertEquals([done.outcome, done.stdout.length], ["exited", 1000]);
    assertEquals(text(done.stderr), "done\n");
  },
);

posixTest(
  "runBounded() ends a program that hangs, with all that it started",
  async () => {
    const start = performance.now();
    const done = await bounded(
      "trap '' TERM INT; sleep 300 & echo $$ $!; wait",
      { timeout: 300 },
    );
    assertEquals([done.outcome, done.status], ["timeout", -1]);
    assert(performance.now() - start < 10_000);
    const [shell, sleeper] = text(done.stdout).trim().split(" ");
    for (const pid of [shell, sleeper]) {
      const alive = new Deno.Command("sh", {
        args: ["-c", 'ps -o stat= -p "$1" | grep -v Z', "sh", pid!],
      }).outputSync();
      assertEquals(text(alive.stdout), "", `process ${pid} is still there`);
    }
  },
);

posixTest(
  "runBounded() lets a program clean up before it is ended, for a moment",
  async () => {
    const lock = Deno.makeTempFileSync({ prefix: "mpm-" });
    const start = performance.now();
    const done = await bounded(
      `(trap 'rm -f "${lock}"; exit' TERM; while :; do sleep 0.05; done) & ` +
        "trap '' TERM; while :; do sleep 0.05; done",
      { timeout: 300 },
    );
    assertEquals(done.outcome, "timeout");
    assert(performance.now() - start < 10_000);
    assertThrows(() => Deno.lstatSync(lock), Deno.errors.NotFound);
  },
);

posixTest(
  "runBounded() waits for nothing that a program left in the background",
  async () => {
    const start = performance.now();
    const done = await bounded("sleep 300 & echo $!");
    assertEquals([done.outcome, done.status], ["exited", 0]);
    assert(performance.now() - start < 10_000);
    Deno.kill(Number(text(done.stdout)), "SIGKILL");
  },
);

posixTest(
  "runBounded() takes a program that reads no input, however much there is",
  async () => {
    const done = await bounded("exit 0", { stdin: "x".repeat(5_000_000) });
    assertEquals([done.outcome, done.status], ["exited", 0]);
  },
);

Deno.test("runBounded() says when there is no such program", async () => {
  const done = await realSystem().runBounded("mpm-no-such-program", {
    args: [],
    cwd: Deno.cwd(),
    timeout: 1000,
    limit: 10,
  });
  assertEquals([done.outcome, done.status], ["missing", -1]);
});
