import { assert, assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { join } from "@std/path";
import { compiler } from "../../scripts/build_compile.ts";
import { writeProgram } from "../../scripts/build_loader.ts";
import { bundle } from "../../scripts/build_bundle.ts";
import { hostTriple } from "../../scripts/build.ts";
import { commitOf } from "../../scripts/build_commit.ts";
import { reproduce } from "../../scripts/reproduce.ts";
import { TestEnv } from "../helpers/env.ts";
import { SOAKS } from "../helpers/posix.ts";
import { say } from "../helpers/say.ts";
import { ROOT } from "../helpers/tree.ts";

/** It builds twice, which takes long. */
Deno.test({
  name: "two builds of one commit are identical",
  ignore: !SOAKS,
  fn: sameBuilds,
});

async function sameBuilds(): Promise<void> {
  if ((await commitOf(ROOT)).commit === "unknown") {
    say(
      "SKIPPED: this is not a clone; whether builds are the same is not known",
    );
    return;
  }
  const [{ digests, size } = { digests: [], size: 0 }] = await reproduce([
    hostTriple(),
  ]);
  assertEquals(digests[0], digests[1]);
  assert(size > 1e7);
}

/** Debian's folder for libraries of arm64 next to those of x86_64. */
const LIBRARIES = "/usr/aarch64-linux-gnu";

/**
 * The emulated processor, a common one. QEMU's default signs each return
 * address, and takes four times as long.
 */
const PROCESSOR = "cortex-a72";

const EMULATOR = ["/usr/bin/qemu-aarch64-static", "/usr/bin/qemu-aarch64"]
  .find((path) => existsSync(path));

/** The missing Debian packages that the arm64 binary needs. */
function missingForArm64(): string[] {
  const needed: [string, boolean][] = [
    ["qemu-user-static", EMULATOR !== undefined],
    ...Object.entries({
      "libc6-arm64-cross": "ld-linux-aarch64.so.1",
      "libgcc-s1-arm64-cross": "libgcc_s.so.1",
    }).map(([name, file]): [string, boolean] => [
      name,
      existsSync(`${LIBRARIES}/lib/${file}`),
    ]),
  ];
  return needed.filter(([, there]) => !there).map(([name]) => name);
}

Deno.test("the binary for Linux on arm64 pauses and resumes", async () => {
  const missing = Deno.build.os === "linux" ? missingForArm64() : ["Linux"];
  if (missing.length > 0) {
    say(
      `SKIPPED: the arm64 binary was not run, for want of ${
        missing.join(" and ")
      }`,
    );
    return;
  }
  using env = TestEnv.repository();
  const folder = join(env.root, "bundle");
  const commit = { commit: "0123456789ab", date: "2026-01-02" };
  const modules = await bundle(ROOT, commit);
  const scripts = [[...modules.keys()]];
  const main = await writeProgram(folder, { modules, scripts });
  const output = join(env.root, "mpm-arm64");
  await compiler()({ triple: "aarch64-unknown-linux-gnu", main, output });
  const mpm = (...args: string[]) =>
    env.run(EMULATOR!, [
      ...["-cpu", PROCESSOR, "-L", LIBRARIES],
      ...[output, ...args],
    ]);
  const paused = mpm("pause", "-s", "On arm64", "--json");
  assertEquals(paused.status, 0, paused.stderr);
  const { session_id: id } = JSON.parse(paused.stdout);
  const save = JSON.parse(env.read(`.claude-mpm/sessions/${id}.json`));
  assertEquals(save.build, "0123456789ab 2026-01-02");
  env.write("new.txt", "x");
  const resumed = mpm("resume");
  assertEquals(resumed.status, 0, resumed.stderr);
  assert(resumed.stdout.includes("On arm64"), resumed.stdout);
  assert(resumed.stdout.includes("new.txt"), resumed.stdout);
  const refused = env.run("sh", [
    "-c",
    'exec "$@" "$(printf "\\377")"',
    "sh",
    ...[EMULATOR!, "-cpu", PROCESSOR, "-L", LIBRARIES, output],
  ]);
  assertEquals(refused.status, 2, refused.stderr);
  assert(refused.stderr.includes("not valid UTF-8"), refused.stderr);
});
