import { assert, assertEquals, assertThrows } from "@std/assert";
import { realSystem } from "./real.ts";
import type { RunResult } from "./system.ts";
import { posixTest } from "../../tests/helpers/posix.ts";

/** Runs a shell script with a limit of 1,000 bytes. */
function bounded(
  script: string,
  { timeout = 20_000, stdin = "" } = {},
): Promise<RunResult> {
  return realSystem().runProgram(["sh", "-c", script], {
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
  "runProgram() keeps status and output, and feeds standard input",
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
  "runProgram() keeps the start of 10 MB and lets the program end",
  async () => {
    const done = await bounded(
      "head -c 10000000 /dev/zero | tr '\\0' x; echo done >&2",
    );
    assertEquals([done.outcome, done.stdout.length], ["exited", 1000]);
    assertEquals(text(done.stderr), "done\n");
  },
);

posixTest(
  "runProgram() ends a program that hangs, with all its children",
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
  "runProgram() gives a program a moment to clean up before it is killed",
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
  "runProgram() does not wait for background children of a program",
  async () => {
    const start = performance.now();
    const done = await bounded("sleep 300 & echo $!");
    assertEquals([done.outcome, done.status], ["exited", 0]);
    assert(performance.now() - start < 10_000);
    Deno.kill(Number(text(done.stdout)), "SIGKILL");
  },
);

posixTest(
  "runProgram() works with a program that does not read its large input",
  async () => {
    const done = await bounded("exit 0", { stdin: "x".repeat(5_000_000) });
    assertEquals([done.outcome, done.status], ["exited", 0]);
  },
);

posixTest(
  "runProgram() distinguishes a program that did not start from one that failed",
  async () => {
    const cwd = Deno.makeTempDirSync({ prefix: "mpm-" });
    const write = (name: string, text: string, mode: number) =>
      Deno.writeTextFileSync(`${cwd}/${name}`, text, { mode });
    write("text", "exit 0\n", 0o644);
    write("odd", "#!/no/such/program\n", 0o755);
    write("binary", "\x7fELF\0\0\0", 0o755);
    // Each of them runs, and fails with the words and the status of a shell.
    write("step", 'echo "$0: ran"; setsid "$0-missing"; exit 127\n', 0o755);
    // No shell may mistake it for its builtin.
    write("shopt", "touch ran\n", 0o755);
    write("forged", 'echo "sh: 1: exec: $0: not found" >&2; exit 127', 0o755);
    const ends = async (
      tied: boolean | "apart",
      args: string[],
      output?: (stream: string, bytes: Uint8Array) => void,
    ) => {
      const done = await realSystem().runProgram(args, {
        ...{ cwd, timeout: 20_000, limit: 0, tied },
        env: { PATH: `${cwd}:${Deno.env.get("PATH")}` },
        ...output && { output },
      });
      return [done.outcome, done.status];
    };
    for (const tied of [false, true, "apart"] as const) {
      for (const output of [undefined, () => {}]) {
        const all = new Map([
          ["mpm-no-such-program", ["missing", -1]],
          ["./absent", ["missing", -1]],
          ["./odd", ["missing", -1]],
          ["./text", ["denied", -1]],
          ["./binary", ["denied", -1]],
          [cwd, ["denied", -1]],
          ["./step", ["exited", 127]],
          ["./forged", ["exited", 127]],
          ["true", ["exited", 0]],
        ]);
        for (const [program, expected] of all) {
          const found = await ends(tied, [program, "a b", "'"], output);
          assertEquals(found, expected, `${program}, tied: ${tied}`);
        }
      }
    }
    assertThrows(() => Deno.lstatSync(`${cwd}/ran`), Deno.errors.NotFound);
    Deno.removeSync(cwd, { recursive: true });
  },
);

/** Returns whether a process exists and is not a zombie. */
function isAlive(pid: string): boolean {
  const found = new Deno.Command("sh", {
    args: ["-c", 'ps -o stat= -p "$1" | grep -v Z', "sh", pid],
  }).outputSync();
  return text(found.stdout) !== "";
}

async function untilEnded(pid: string): Promise<void> {
  for (let tries = 0; isAlive(pid); tries++) {
    assert(tries < 500, `process ${pid} is still there`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

posixTest(
  "runProgram() ends all processes of a tied program, and keeps the end of its output",
  async () => {
    const script = "sleep 300 & echo $! >&2; cat; echo end; exit 3";
    const done = await realSystem().runProgram(["sh", "-c", script], {
      ...{ cwd: "/", timeout: 20_000, tied: true, keep: "end", limit: 1000 },
    });
    const [pid, end] = text(done.stdout).trim().split("\n");
    assertEquals([done.status, end], [3, "end"]);
    await untilEnded(pid!);
    const many = await realSystem().runProgram(
      ["sh", "-c", "head -c 1000000 /dev/zero | tr '\\0' x; echo end"],
      { cwd: "/", timeout: 20_000, tied: true, keep: "end", limit: 10 },
    );
    assertEquals(text(many.stdout), "xxxxxxend\n");
  },
);

posixTest(
  "runProgram() starts a tied program only with permission",
  async () => {
    const folder = Deno.makeTempDirSync({ prefix: "mpm-" });
    const run = (name: string, start: Promise<boolean>) =>
      realSystem().runProgram(["touch", name], {
        ...{ cwd: folder, timeout: 20_000, tied: "apart", limit: 10, start },
      });
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const later = run("later", promise);
    assertEquals(
      (await run("never", Promise.resolve(false))).outcome,
      "timeout",
    );
    assertEquals([...Deno.readDirSync(folder)], []);
    resolve(true);
    assertEquals([(await later).outcome, (await later).status], ["exited", 0]);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), [
      "later",
    ]);
    Deno.removeSync(folder, { recursive: true });
  },
);

/** Waits for the shell that is about to start a program, in its own group. */
async function waitingShell(word: string): Promise<number> {
  const isOne = (pid: string) => {
    const read = (name: string) =>
      Deno.readTextFileSync(`/proc/${pid}/${name}`);
    try {
      const group = read("stat").replace(/.*\)/, "").trim().split(" ")[2];
      return read("cmdline").includes(word) && group === pid;
    } catch {
      // It ended.
      return false;
    }
  };
  for (let tries = 0;; tries++) {
    const all = [...Deno.readDirSync("/proc")].map(({ name }) => name);
    const pid = all.find((name) =>
      name !== String(Deno.pid) && /^\d+$/.test(name) && isOne(name)
    );
    if (pid !== undefined) return Number(pid);
    assert(tries < 500, "no shell waits");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// Only Linux lists process groups, in /proc.
(Deno.build.os === "linux" ? posixTest : Deno.test.ignore)(
  "runProgram() prepares a tied program apart from the group that Ctrl-C ends",
  async () => {
    const folder = Deno.makeTempDirSync({ prefix: "mpm-" });
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const script = 'echo "$line"; kill -TERM $$; echo late';
    const running = realSystem().runProgram(["sh", "-c", script, folder], {
      ...{ cwd: folder, timeout: 20_000, tied: true, limit: 10 },
      ...{ start: promise, env: { line: "kept" } },
    });
    await waitingShell(folder);
    resolve(true);
    const done = await running;
    // The program itself gets signals as usual.
    assertEquals([done.status, text(done.stdout)], [143, "kept\n"]);
    Deno.removeSync(folder, { recursive: true });
  },
);

posixTest("runProgram() ends a program when it is told to", async () => {
  const control = new AbortController();
  const folder = Deno.makeTempDirSync({ prefix: "mpm-" });
  const running = realSystem().runProgram(
    ["sh", "-c", "sleep 300 & echo $! >pid; wait"],
    {
      ...{ cwd: folder, timeout: 60_000, tied: true, limit: 10 },
      signal: control.signal,
    },
  );
  const pid = () => Deno.readTextFileSync(`${folder}/pid`).trim();
  for (let tries = 0; tries < 500; tries++) {
    if ([...Deno.readDirSync(folder)].length > 0 && pid() !== "") break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  control.abort();
  assertEquals((await running).outcome, "timeout");
  await untilEnded(pid());
  Deno.removeSync(folder, { recursive: true });
});
