import { join } from "@std/path";
import type { Outcome, TestEnv } from "./env.ts";
import { binary } from "./mpm.ts";
import { has } from "./programs.ts";
import { say } from "./say.ts";

/** Mounts that only the program in them sees and that end with it. */
const OWN_MOUNTS = [Deno.uid() === 0 ? "-m" : "-rm", "sh", "-euc"];

const READ_ONLY = `
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
`;

/** `$2`: number of free pages of 4 KiB; the result is in `$1.after`. */
const FULL = `
cp -a "$1" "$1.after"
mount -t tmpfs -o size=8m,mode=700 tmpfs "$1"
cp -a "$1.after/." "$1/"
cd "$1"
dd if=/dev/zero of=fill bs=4096 2> "$1.dd" || true
truncate -s "-$(($2 * 4096))" fill
left=0
(shift 2; exec "$@") || left=$?
rm -rf fill "$1.after"
cp -a "$1" "$1.after"
exit "$left"
`;

/** The reason why mounts are impossible here; `undefined` if they work. */
function obstacle(): string | undefined {
  if (Deno.build.os !== "linux") return "it needs Linux";
  const missing = ["unshare", "mount", "dd", "truncate"].filter((one) =>
    !has(one)
  );
  if (missing.length > 0) return `there is no ${missing.join(", no ")}`;
  const folder = Deno.makeTempDirSync();
  try {
    const { success } = new Deno.Command("unshare", {
      args: [
        ...OWN_MOUNTS,
        `${READ_ONLY} mount -t tmpfs -o size=1m tmpfs "$1"`,
        "sh",
        folder,
      ],
      stderr: "null",
    }).outputSync();
    return success ? undefined : "nothing may be mounted here";
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const OBSTACLE = obstacle();

type Body = (t: Deno.TestContext) => void | Promise<void>;

/** A test with its own mounts; reports if they are impossible. */
export function mountTest(
  test: (name: string, fn: Body) => void,
  name: string,
  fn: Body,
): void {
  if (OBSTACLE === undefined) return test(name, fn);
  say(`SKIPPED: "${name}": ${OBSTACLE}`);
  Deno.test({ name, ignore: true, fn });
}

/** Runs command lines of the real mpm where everything below is read-only. */
export function onReadOnly(
  env: TestEnv,
  lines: readonly (readonly string[])[],
): Outcome[] {
  return lines.map((args) =>
    env.run("unshare", [
      ...OWN_MOUNTS,
      `${READ_ONLY} cd "$2"; shift 2; exec "$@"`,
      ...["sh", env.root, env.project, binary(), ...args],
    ])
  );
}

/**
 * Runs one where the project's disk has only the given number of pages left.
 */
export function onFullDisk(
  env: TestEnv,
  pages: number,
  args: readonly string[],
): Outcome {
  const outcome = env.run("unshare", [
    ...[...OWN_MOUNTS, FULL, "sh", env.project, String(pages)],
    ...[binary(), ...args],
  ]);
  Deno.removeSync(env.project, { recursive: true });
  Deno.renameSync(`${env.project}.after`, env.project);
  Deno.removeSync(join(env.root, "project.dd"));
  return outcome;
}
