import { existsSync } from "node:fs";
import { dirname, join } from "@std/path";
import { BuildError, say } from "./build_error.ts";
import { SCRIPTS } from "./build_loader.ts";
import { insertIntoElf } from "./runtime_elf.ts";
import { runtimeAtHand, runtimeFromNpm } from "./runtime.ts";
import { addStartGuard } from "./start_guard.ts";
import { PERMISSIONS, type Triple, V8_FLAGS } from "./toolchain.ts";

/**
 * Milliseconds that Deno's own download may take before npm is asked instead.
 */
const DOWNLOAD_LIMIT_MS = 30_000;

export interface Compilation {
  readonly triple: Triple;
  /** The main module, in the same folder as the file of its scripts, if any. */
  readonly main: string;
  readonly output: string;
  /** Flags of V8, in addition to those of the executable. */
  readonly flags?: readonly string[];
}

/** Returns the path of the scripts next to a main module, if it has any. */
function scriptsOf(main: string): string | undefined {
  const path = join(dirname(main), SCRIPTS);
  return existsSync(path) ? path : undefined;
}

function isLinux(triple: Triple): boolean {
  return triple.includes("linux");
}

interface Attempt {
  readonly success: boolean;
  readonly stderr: string;
}

/**
 * `deno compile` on one bundle. The bundle is complete, so no configuration and
 * no lock file are read or included in the binary. Without `--no-code-cache`
 * the binary would write into the shared folder for temporary files whenever it
 * runs. The code that V8 compiled comes with the scripts instead, and V8
 * accepts it only under the same flags. On Linux, Deno reads and copies
 * everything that it appended at each start, so scripts are inserted before
 * that.
 */
async function denoCompile(
  { triple, main, output, flags = [] }: Compilation,
  denort: string | undefined,
): Promise<Attempt> {
  // Only a download needs a limit, and only a missing runtime is downloaded.
  const signal = denort ? undefined : AbortSignal.timeout(DOWNLOAD_LIMIT_MS);
  const scripts = scriptsOf(main);
  const result = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["compile", "--quiet", "--no-config", "--no-lock", "--no-check"],
      ...["--no-code-cache", `--v8-flags=${[...V8_FLAGS, ...flags].join()}`],
      ...PERMISSIONS,
      ...scripts && !isLinux(triple) ? ["--include", SCRIPTS] : [],
      ...["--target", triple, "--output", output, main],
    ],
    cwd: dirname(main),
    env: {
      DENO_NO_UPDATE_CHECK: "1",
      NO_COLOR: "1",
      RUST_BACKTRACE: "0",
      ...(denort ? { DENORT_BIN: denort } : {}),
    },
    stdin: "null",
    ...(signal ? { signal } : {}),
  }).output();
  const timedOut = !result.success && signal?.aborted;
  return {
    success: result.success,
    stderr: timedOut
      ? `Not done within ${DOWNLOAD_LIMIT_MS / 1000} s`
      : new TextDecoder().decode(result.stderr).trim(),
  };
}

/** The innermost cause of a Deno error, which is printed last. */
export function lastCause(stderr: string): string {
  return stderr.split("\n").at(-1)!.replace(/^\s*\d+: /, "").trim();
}

function failure({ triple }: Compilation, stderr: string): BuildError {
  return new BuildError(
    `Cannot compile for ${triple}: ${stderr}`,
    "Run the build again; if it fails in the same way, remove the folder dist",
  );
}

async function compileWith(
  compilation: Compilation,
  { path, source }: { path: string; source: string },
): Promise<string> {
  const { success, stderr } = await denoCompile(compilation, path);
  if (!success) throw failure(compilation, stderr);
  return source;
}

/**
 * A compiler that finds the runtime of each target itself: a local one, else
 * Deno's own download, else the npm package. If the download fails once, it is
 * not tried again for the next target.
 * @returns a function that compiles and says where the runtime came from; it
 * throws a {@link BuildError} when no runtime is found or the program fails
 */
export function compiler(): (compilation: Compilation) => Promise<string> {
  const compile = runtimeFinder();
  return async (compilation) => {
    const source = await compile(compilation);
    const { main, output, triple } = compilation;
    const scripts = scriptsOf(main);
    if (scripts && isLinux(triple)) {
      insertIntoElf(output, Deno.readFileSync(scripts));
    }
    addStartGuard(output, triple);
    return source;
  };
}

function runtimeFinder(): (compilation: Compilation) => Promise<string> {
  let canDownload = true;
  return async (compilation) => {
    const atHand = await runtimeAtHand(compilation.triple);
    if (atHand) return await compileWith(compilation, atHand);
    if (canDownload) {
      const { success, stderr } = await denoCompile(compilation, undefined);
      if (success) return "Deno's own download";
      // If the download was not the cause, it fails again below.
      canDownload = false;
      say(`Deno's own download of its runtime failed: ${lastCause(stderr)}`);
    }
    const runtime = await runtimeFromNpm(compilation.triple);
    return await compileWith(compilation, runtime);
  };
}
