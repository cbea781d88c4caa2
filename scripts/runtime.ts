import { createHash } from "node:crypto";
import { join, resolve } from "@std/path";
import { BuildError, say } from "./build_error.ts";
import { platformOf, runtimeOf } from "./runtime_format.ts";
import { fetchProgram } from "./runtime_package.ts";
import {
  DENO_VERSION,
  type Target,
  TARGETS,
  type Triple,
} from "./toolchain.ts";

/** The runtime `denort` that `deno compile` puts in front of a program. */
export interface Runtime {
  /** Its source, for the reader of the build's output. */
  readonly source: string;
  readonly path: string;
}

/**
 * The folder for runtimes cut out of npm packages, one per user as the
 * platform has it: `XDG_CACHE_HOME` or `~/.cache`, `~/Library/Caches`,
 * `LOCALAPPDATA`.
 *
 * @throws {BuildError} when the environment names none of them
 */
export function cacheFolder(
  os: typeof Deno.build.os,
  env: (name: string) => string | undefined,
): string {
  const home = env("HOME");
  const own = os === "windows"
    ? env("LOCALAPPDATA")
    : os === "darwin"
    ? home && join(home, "Library", "Caches")
    : env("XDG_CACHE_HOME") || (home && join(home, ".cache"));
  if (own) return join(own, "mpm-build");
  throw new BuildError(
    "Cannot find the folder for caches",
    `Set ${os === "windows" ? "LOCALAPPDATA" : "HOME"}`,
  );
}

/**
 * The file name in the cache: different for another package, version or
 * archive.
 */
export function cacheName(target: Target): string {
  const platform = target.name.replace(/^.*cli-/, "");
  const digest = target.integrity.replace(/^sha512-/, "").slice(0, 12)
    .replaceAll("/", "_").replaceAll("+", "-");
  return `denort-${platform}-${target.version}-${digest}`;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function runtimeFromEnvironment(
  path: string,
  triple: Triple,
): Promise<Runtime> {
  const bytes = await readIfThere(path);
  if (!bytes) {
    throw new BuildError(
      `DENORT_BIN names a file that does not exist: "${path}"`,
      "Correct DENORT_BIN, or unset it",
    );
  }
  const platform = platformOf(bytes);
  if (platform !== triple) {
    throw new BuildError(
      `DENORT_BIN is a runtime for ${platform ?? "another platform"}, ` +
        `not for ${triple}: "${path}"`,
      "Unset DENORT_BIN, or build for that platform alone",
    );
  }
  return { source: "DENORT_BIN", path };
}

function fromPackage(target: Target, path: string): Runtime {
  return { source: `npm package ${target.name}@${target.version}`, path };
}

/**
 * A runtime without a download: the one `DENORT_BIN` names, or one taken from
 * npm earlier, which exists only if Deno's own download failed. Deno's own
 * cache is not read here: `deno compile` uses it.
 * @throws {BuildError} when `DENORT_BIN` is missing or for another platform
 */
export async function runtimeAtHand(
  triple: Triple,
): Promise<Runtime | undefined> {
  const named = Deno.env.get("DENORT_BIN");
  if (named) return await runtimeFromEnvironment(resolve(named), triple);
  if (Deno.version.deno !== DENO_VERSION) return undefined;
  const target = TARGETS[triple];
  const folder = cacheFolder(Deno.build.os, (name) => Deno.env.get(name));
  const path = join(folder, cacheName(target));
  const bytes = await readIfThere(path);
  // A file cut short or altered counts as absent and is replaced.
  const isGood = bytes && sha256(bytes) === target.runtimeSha256;
  return isGood ? fromPackage(target, path) : undefined;
}

async function extract(target: Target, triple: Triple, folder: string) {
  const runtime = runtimeOf(await fetchProgram(target, folder), triple);
  const digest = sha256(runtime);
  if (digest === target.runtimeSha256) return runtime;
  throw new BuildError(
    `The runtime for ${triple} is not the pinned one: SHA-256 ${digest}`,
    "If its extraction was changed on purpose, pin the new digest in scripts/toolchain.ts",
  );
}

/**
 * Takes a runtime out of its npm package and keeps it in the user's cache. It
 * is written under another name and renamed, so that a build running at the
 * same time never sees half of it.
 * @throws {BuildError} when another Deno is running, npm fails, or the package
 * is not the pinned one
 */
export async function runtimeFromNpm(triple: Triple): Promise<Runtime> {
  if (Deno.version.deno !== DENO_VERSION) {
    throw new BuildError(
      `The npm packages carry the runtime of Deno ${DENO_VERSION}, ` +
        `and this is Deno ${Deno.version.deno}`,
      `Build with \`npx -y deno@${DENO_VERSION} task build\``,
    );
  }
  const target = TARGETS[triple];
  say(`Taking the runtime from npm: ${target.name}@${target.version}`);
  const cache = cacheFolder(Deno.build.os, (name) => Deno.env.get(name));
  await Deno.mkdir(cache, { recursive: true });
  const scratch = await Deno.makeTempDir({ dir: cache, prefix: "fetch-" });
  try {
    const staged = join(scratch, "denort");
    const path = join(cache, cacheName(target));
    await Deno.writeFile(staged, await extract(target, triple, scratch));
    await Deno.rename(staged, path);
    return fromPackage(target, path);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}
