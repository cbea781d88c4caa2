import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { join } from "@std/path";
import { parseTar } from "nanotar";
import { BuildError } from "./build_error.ts";
import type { Target } from "./toolchain.ts";

/**
 * Checks an archive against the integrity npm publishes for it: `sha512-` and
 * the digest in base64.
 *
 * @throws {BuildError} when the digest differs
 */
export function verifyIntegrity(archive: Uint8Array, integrity: string): void {
  const digest = createHash("sha512").update(archive).digest("base64");
  const actual = `sha512-${digest}`;
  if (actual === integrity) return;
  throw new BuildError(
    `The npm package does not match its pinned integrity: ${actual}`,
    "Run `npm cache verify` and try again; if it happens again, do not trust the registry in use",
  );
}

/**
 * One file of a packed archive of npm.
 *
 * @throws {Error} when the archive is damaged or has no such file
 */
export function fileIn(archive: Uint8Array, name: string): Uint8Array {
  // A copy: the library reads from the beginning of the buffer behind it.
  const [file] = parseTar(new Uint8Array(gunzipSync(archive)), {
    filter: (file) => file.name === name,
  });
  const bytes = file?.data;
  if (!bytes) throw new Error(`The archive has no file "${name}"`);
  return bytes;
}

/** On Windows npm is a batch file, which only the command shell can run. */
function npmCommand(args: string[]): [string, string[]] {
  return Deno.build.os === "windows"
    ? ["cmd", ["/d", "/c", "npm", ...args]]
    : ["npm", args];
}

async function runNpm(args: string[], cwd: string): Promise<void> {
  const [command, all] = npmCommand(args);
  const hint =
    "Check that npm runs and reaches its registry, or set DENORT_BIN to Deno's runtime `denort`";
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(command, { args: all, cwd, stdin: "null" })
      .output();
  } catch (cause) {
    throw new BuildError("Cannot run npm", hint, cause);
  }
  if (!output.success) {
    const detail = new TextDecoder().decode(output.stderr).trim();
    throw new BuildError(`Cannot fetch with npm: ${detail}`, hint);
  }
}

/** A package of npm's, pinned. */
export interface Pinned {
  readonly name: string;
  readonly version: string;
  /** `sha512-` and base64, of the package's archive (npm's own format). */
  readonly integrity: string;
}

/**
 * Fetches a package's archive with the npm client and verifies it. `folder` is
 * a scratch folder, `options` go to npm.
 *
 * @returns the archive and its path in `folder`
 * @throws {BuildError} when npm fails or the package is not the pinned one
 */
export async function fetchArchive(
  { name, version, integrity }: Pinned,
  folder: string,
  options: readonly string[] = [],
): Promise<{ path: string; archive: Uint8Array<ArrayBuffer> }> {
  const spec = `${name}@${version}`;
  await runNpm(
    ["pack", spec, "--ignore-scripts", "--loglevel=error", ...options],
    folder,
  );
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const file = entries.find((entry) => entry.name.endsWith(".tgz"))?.name;
  if (!file) {
    throw new BuildError(`npm left no archive of ${spec}`, "Try again");
  }
  const path = join(folder, file);
  const archive = await Deno.readFile(path);
  verifyIntegrity(archive, integrity);
  return { path, archive };
}

/**
 * Fetches a target's npm package and returns the compiled program it carries.
 * `folder` is a scratch folder.
 *
 * @throws {BuildError} when npm fails or the package is not the pinned one
 */
export async function fetchProgram(
  target: Target,
  folder: string,
): Promise<Uint8Array> {
  const { archive } = await fetchArchive(target, folder);
  return fileIn(archive, target.program);
}
