import { assert, assertEquals } from "@std/assert";
import { realSystem } from "./real.ts";

const { run } = realSystem();
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function shell(
  script: string,
  options: { timeout?: number; stdin?: string } = {},
) {
  const { timeout = 10_000, stdin } = options;
  return run("sh", {
    args: ["-c", script],
    cwd: "/",
    timeout,
    ...stdin === undefined ? {} : { stdin: new TextEncoder().encode(stdin) },
  });
}

Deno.test("run() returns output and status", async () => {
  const { outcome, status, stdout, stderr } = await shell(
    "cat; echo oops >&2; exit 3",
    { stdin: "in" },
  );
  assertEquals([outcome, status, text(stdout), text(stderr)], [
    "exited",
    3,
    "in",
    "oops\n",
  ]);
});

Deno.test("run() works with a program that does not read its input", async () => {
  const { outcome, status } = await shell("exit 0", {
    stdin: "x".repeat(1_000_000),
  });
  assertEquals([outcome, status], ["exited", 0]);
});

Deno.test("run() reports a missing program", async () => {
  const { outcome, status } = await run("mpm-no-such-program", {
    args: [],
    cwd: "/",
    timeout: 1000,
  });
  assertEquals([outcome, status], ["missing", -1]);
});

Deno.test({
  name: "run() waits for a program that is still being written",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const folder = Deno.makeTempDirSync();
    const program = `${folder}/program`;
    Deno.writeTextFileSync(program, "#!/bin/sh\nexit 7\n", { mode: 0o755 });
    // It holds the file during some of the waits, which block this process.
    const writer = new Deno.Command("sh", {
      args: ["-c", 'exec 9>>"$1"; echo open; sleep 0.05', "sh", program],
      stdout: "piped",
    }).spawn();
    const reader = writer.stdout.getReader();
    await reader.read();
    const { outcome, status } = await run(program, {
      args: [],
      cwd: folder,
      timeout: 5000,
    });
    assertEquals([outcome, status], ["exited", 7]);
    await reader.cancel();
    await writer.status;
    Deno.removeSync(folder, { recursive: true });
  },
});

Deno.test({
  name: "run() ends in time even if a grandchild keeps the output open",
  // Leaving it behind is intended: nothing waits for it.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const start = Date.now();
    const { outcome } = await shell("sleep 5 & wait", { timeout: 100 });
    assertEquals(outcome, "timeout");
    assert(Date.now() - start < 4000);
  },
});

Deno.test("run() adds and removes variables of the environment", async () => {
  const { stdout } = await run("sh", {
    args: ["-c", 'echo "$ADDED,$HOME"'],
    cwd: "/",
    env: { ADDED: "yes", HOME: null },
    timeout: 1000,
  });
  assertEquals(text(stdout), "yes,\n");
});
