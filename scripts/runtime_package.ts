import { createHash } from "node:crypto";
import { join } from "@std/path";
import { BuildError } from "./build_error.ts";
import type { Target } from "./toolchain.ts";

const BLOCK = 512;

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

/** One field of a tar header: bytes up to the first NUL, as text. */
function field(header: Uint8Array, start: number, length: number): string {
  const bytes = header.subarray(start, start + length);
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/**
 * One file of a tar archive in the POSIX "ustar" form of npm. It has headers of
 * 512 bytes, name at 0, size in octal at 124, name's prefix at 345.
 *
 * @throws {Error} when the archive has no such file or ends too early
 */
export function fileInTar(tar: Uint8Array, name: string): Uint8Array {
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0;) {
    const header = tar.subarray(at, at + BLOCK);
    const size = parseInt(field(header, 124, 12), 8);
    if (!(size >= 0)) throw new Error("The archive is damaged");
    const start = at + BLOCK;
    const prefix = field(header, 345, 155);
    const path = (prefix ? `${prefix}/` : "") + field(header, 0, 100);
    if (path === name) {
      if (start + size > tar.length) throw new Error("The archive is cut off");
      return tar.slice(start, start + size);
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  throw new Error(`The archive has no file "${name}"`);
}

/** The bytes of a gzip stream, unpacked. */
export async function gunzip(
  archive: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  const stream = new Blob([archive]).stream()
    .pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
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
  return fileInTar(await gunzip(archive), target.program);
}
