import { createHash } from "node:crypto";
import { dirname, join } from "@std/path";
import { binaryPath, targetsOf } from "./build.ts";
import { BuildError, exitStatus, say } from "./build_error.ts";
import type { Triple } from "./toolchain.ts";

/** The project this script is part of. */
const ROOT = dirname(import.meta.dirname!);

/** One binary, as made by two builds. */
export interface Comparison {
  readonly triple: Triple;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 in hex of each build. */
  readonly digests: readonly [string, string];
}

async function run(
  program: string,
  args: string[],
  options: { cwd: string; env?: Record<string, string> },
): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, {
    args,
    ...options,
    stdin: "null",
  }).output();
  if (success) return;
  throw new BuildError(
    `${program} ${args[0]} failed: ${new TextDecoder().decode(stderr).trim()}`,
    "Commit, and see that `deno task build` works",
  );
}

/**
 * Builds the current commit twice, each time in its own clone, under another
 * path, at another time and in another time zone.
 * @throws {BuildError} when there is no commit or a build fails
 */
export async function reproduce(
  triples: readonly Triple[],
  root = ROOT,
): Promise<Comparison[]> {
  const scratch = await Deno.makeTempDir();
  try {
    const clones = ["a", join("other", "place")].map((name) =>
      join(scratch, name)
    );
    for (const [at, clone] of clones.entries()) {
      await run("git", ["clone", "--quiet", "--no-local", root, clone], {
        cwd: scratch,
      });
      const targets = triples.map((triple) => `--target=${triple}`);
      await run(
        Deno.execPath(),
        ["run", "-A", "scripts/build.ts", ...targets],
        {
          cwd: clone,
          env: { TZ: at === 0 ? "UTC" : "Pacific/Auckland" },
        },
      );
    }
    return await Promise.all(triples.map((triple) => compare(clones, triple)));
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

async function compare(
  clones: readonly string[],
  triple: Triple,
): Promise<Comparison> {
  const [one, other] = await Promise.all(
    clones.map((clone) => Deno.readFile(binaryPath(clone, triple))),
  );
  const digest = (bytes: Uint8Array) =>
    createHash("sha256").update(bytes).digest("hex");
  return {
    triple,
    size: one!.length,
    digests: [digest(one!), digest(other!)],
  };
}

async function main(args: string[]): Promise<number> {
  const found = await reproduce(targetsOf(args));
  for (const { triple, size, digests: [one, other] } of found) {
    const text = one === other ? one : `${one} and ${other}: NOT THE SAME`;
    say(`${triple}  ${(size / 1e6).toFixed(1)} MB  ${text}`);
  }
  return found.every(({ digests: [a, b] }) => a === b) ? 0 : 1;
}

if (import.meta.main) Deno.exit(await exitStatus(() => main(Deno.args)));
