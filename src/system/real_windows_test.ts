import { assertEquals, assertThrows } from "@std/assert";
import { homeOf, realSystem } from "./real.ts";
import { infoOf } from "./real_look.ts";
import type { RunOptions, RunResult } from "./system.ts";
import {
  changedEnv,
  patiently,
  throughGit,
  withGitsShell,
} from "./real_windows.ts";
import { TestEnv } from "../../tests/helpers/env.ts";
import { posixTest } from "../../tests/helpers/posix.ts";

Deno.test("infoOf() has no bits and no owner on Windows, whatever is given", () => {
  using env = new TestEnv();
  env.write("a", "x");
  const found = Deno.lstatSync(`${env.project}/a`);
  const given = { ...found, mode: 0o100666, uid: 0 };
  const info = infoOf(given, "windows");
  assertEquals([info.kind, info.size, info.mode, info.uid], [
    "file",
    1,
    undefined,
    undefined,
  ]);
  assertEquals(infoOf(given, "linux").mode, 0o666);
});

Deno.test("patiently() waits until a file is free, but not forever", () => {
  class Held extends Error {}
  const isHeld = (error: unknown) => error instanceof Held;
  for (const times of [0, 1, 9, 10]) {
    let [left, waited] = [times, 0];
    const run = () =>
      patiently(() => {
        if (left-- > 0) throw new Held();
        return "done";
      }, { isHeld, wait: (milliseconds) => waited += milliseconds });
    if (times < 10) assertEquals(run(), "done");
    else assertThrows(run, Held);
    assertEquals(waited > 0, times > 0);
    assertEquals(waited < 3000, true);
  }
  let tries = 0;
  const other = () =>
    patiently(() => {
      tries++;
      throw new RangeError();
    }, { isHeld, wait: () => {} });
  assertThrows(other, RangeError);
  assertEquals(tries, 1);
});

Deno.test("changedEnv() changes a variable whose name has any case", () => {
  assertEquals(
    changedEnv(
      { Path: "a", Git_Dir: "b", Kept: "c" },
      { PATH: "x", GIT_DIR: null, NEW: "y" },
    ),
    { Kept: "c", PATH: "x", NEW: "y" },
  );
});

Deno.test("homeOf() returns the system's home folder on Windows", () => {
  const both = (name: string) =>
    ({ HOME: "/c/Users/ada", USERPROFILE: "C:\\Users\\ada" })[name];
  assertEquals(homeOf(true, both), "C:\\Users\\ada");
  assertEquals(homeOf(false, both), "/c/Users/ada");
  const bare = (name: string) => name === "HOME" ? "/h" : undefined;
  assertEquals(homeOf(true, bare), "/h");
  assertEquals(homeOf(true, () => ""), "");
});

const answer = (outcome: RunResult["outcome"]): RunResult => ({
  outcome,
  status: outcome === "exited" ? 0 : -1,
  stdout: new Uint8Array(),
  stderr: new Uint8Array(),
});

Deno.test("withGitsShell() asks git for a shell only if PATH has no shell", async () => {
  for (const first of ["missing", "denied", "exited", "timeout"] as const) {
    const started: [string, readonly string[]][] = [];
    const run = withGitsShell((program: string, { args }: RunOptions) => {
      started.push([program, args]);
      return Promise.resolve(answer(started.length === 1 ? first : "exited"));
    });
    const options = { args: ["-c", "true"], cwd: "C:\\x", timeout: 1 };
    await run("sh", options);
    const lacking = first === "missing" || first === "denied";
    assertEquals(
      started,
      [
        ["sh", ["-c", "true"]],
        ...lacking ? [["git", throughGit(options).args]] : [],
      ] as typeof started,
    );
  }
  const programs: string[] = [];
  const run = withGitsShell((program: string, _: RunOptions) => {
    programs.push(program);
    return Promise.resolve(answer("missing"));
  });
  await run("git", { args: [], cwd: "/", timeout: 1 });
  assertEquals(programs, ["git"]);
});

posixTest(
  "git's shell runs a script like sh: folder, words, input, status",
  async () => {
    using env = TestEnv.repository();
    env.write("below/a b/file", "x");
    const cwd = `${env.project}/below/a b`;
    const script = 'pwd; printf "<%s>" "$0" "$@"; cat; echo oops >&2; ' +
      'echo "[${GIT_PREFIX-none}]"; exit 7';
    const options = {
      args: ["-c", script, "name", "a b", "$HOME", "'"],
      cwd,
      stdin: new TextEncoder().encode("input"),
      timeout: 20_000,
    };
    const { run } = realSystem();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    const outcome = (result: RunResult) => [
      result.outcome,
      result.status,
      text(result.stdout),
      text(result.stderr),
    ];
    const direct = outcome(await run("sh", options));
    assertEquals(direct, [
      "exited",
      7,
      `${cwd}\n<name><a b><$HOME><'>input[none]\n`,
      "oops\n",
    ]);
    assertEquals(outcome(await run("git", throughGit(options))), direct);
    // Also outside of every repository.
    const outside = { ...options, cwd: env.home };
    assertEquals(
      outcome(await run("git", throughGit(outside))),
      outcome(await run("sh", outside)),
    );
  },
);
