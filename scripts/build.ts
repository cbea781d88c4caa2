import { dirname, join, relative } from "@std/path";
import { parseArgs } from "@std/cli/parse-args";
import { bundle } from "./build_bundle.ts";
import { trained } from "./build_cache.ts";
import { type Commit, commitOf } from "./build_commit.ts";
import { compiler } from "./build_compile.ts";
import { BuildError, exitStatus, say } from "./build_error.ts";
import { type Program, writeProgram } from "./build_loader.ts";
import { inputsOf, isCurrent, stampOf } from "./build_stamp.ts";
import { DENO_VERSION, isTriple, type Triple, TRIPLES } from "./toolchain.ts";

export interface BuildOptions {
  /** The project's folder. */
  readonly root?: string;
  /** Receives one line per binary; stderr when absent. */
  readonly print?: (line: string) => void;
}

/** The project this script is part of. */
const ROOT = dirname(import.meta.dirname!);

/** The triple of the machine on which the build runs. */
export function hostTriple(): Triple {
  const host = Deno.build.target;
  if (isTriple(host)) return host;
  throw new BuildError(
    `mpm has no build for this machine: ${host}`,
    `Choose one with --target: ${TRIPLES.join(", ")}`,
  );
}

/** Returns the path of a target's binary; this machine's is `dist/mpm`. */
export function binaryPath(root: string, triple: Triple): string {
  const name = triple.includes("windows") ? "mpm.exe" : "mpm";
  return triple === Deno.build.target
    ? join(root, "dist", name)
    : join(root, "dist", triple, name);
}

function stampPath(root: string): string {
  return join(root, "dist", "mpm.build.json");
}

/**
 * Moves a finished binary into place, with its stamp if it is for this machine.
 */
async function place(
  staged: string,
  path: string,
  stamp: { path: string; inputs: string; commit: Commit } | undefined,
): Promise<void> {
  const text = stamp &&
    JSON.stringify(stampOf(staged, stamp.inputs, stamp.commit));
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.rename(staged, path);
  if (!stamp || !text) return;
  await Deno.writeTextFile(`${staged}.json`, text);
  await Deno.rename(`${staged}.json`, stamp.path);
}

function lineFor(root: string, path: string, source: string): string {
  const megabytes = (Deno.statSync(path).size / 1e6).toFixed(1);
  return `${relative(root, path)}  ${megabytes} MB  runtime: ${source}`;
}

/**
 * The program with V8's code cache where this machine can make one. Without it
 * the binary does the same but takes longer to start.
 */
async function programOf(
  modules: readonly string[],
  options: Parameters<typeof trained>[1],
): Promise<Program> {
  const plain = { modules, scripts: [[...modules.keys()]] };
  if (options.triple !== Deno.build.target) return plain;
  try {
    return await trained(modules, options);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    say(`Warning: this binary begins more slowly than it could. ${error}`);
    return plain;
  }
}

/**
 * Builds mpm for each of `triples`: bundles it once, then compiles. Everything
 * is made in a separate folder and renamed at the end. So builds may run at the
 * same time, and a binary in use is never half written.
 *
 * @returns the paths of the binaries
 * @throws {BuildError} when bundling or compiling fails
 */
export async function build(
  triples: readonly Triple[],
  options: BuildOptions = {},
): Promise<string[]> {
  const { root = ROOT, print = say } = options;
  if (Deno.version.deno !== DENO_VERSION) {
    say(`Warning: Deno ${Deno.version.deno} builds; ${DENO_VERSION} is tested`);
  }
  const inputs = inputsOf(root);
  const commit = await commitOf(root);
  const dist = join(root, "dist");
  await Deno.mkdir(dist, { recursive: true });
  const stage = await Deno.makeTempDir({ dir: dist, prefix: ".build-" });
  try {
    const modules = await bundle(root, commit);
    const compile = compiler();
    const paths: string[] = [];
    for (const triple of triples) {
      const path = binaryPath(root, triple);
      const output = join(stage, triple, path.slice(dirname(path).length + 1));
      const folder = join(stage, triple);
      await Deno.mkdir(folder);
      const program = await programOf(modules, { folder, triple, compile });
      const main = await writeProgram(join(folder, "program"), program);
      const source = await compile({ triple, main, output });
      const stamp = triple === Deno.build.target
        ? { path: stampPath(root), inputs, commit }
        : undefined;
      await place(output, path, stamp);
      print(lineFor(root, path, source));
      paths.push(path);
    }
    return paths;
  } finally {
    await Deno.remove(stage, { recursive: true });
  }
}

/**
 * Returns the path of this machine's binary. Builds it if it is missing or was
 * built from another source, script or commit.
 * @throws {BuildError} when a build is needed and fails
 */
export async function ensureBuilt(options: BuildOptions = {}): Promise<string> {
  const { root = ROOT } = options;
  const triple = hostTriple();
  const path = binaryPath(root, triple);
  const [inputs, commit] = [inputsOf(root), await commitOf(root)];
  if (!isCurrent(path, stampPath(root), inputs, commit)) {
    await build([triple], options);
  }
  return path;
}

/**
 * The targets that a command line names; this machine's own by default.
 * @throws {BuildError} for an unknown target or flag
 */
export function targetsOf(args: string[]): readonly Triple[] {
  const hint = `Use --all or --target with one of: ${TRIPLES.join(", ")}`;
  const { all, target } = parseArgs(args, {
    boolean: ["all"],
    string: ["target"],
    collect: ["target"],
    unknown: (arg) => {
      throw new BuildError(`Unknown argument "${arg}"`, hint);
    },
  });
  if (all) return TRIPLES;
  if (target.length === 0) return [hostTriple()];
  return [...new Set(target)].map((name) => {
    if (isTriple(name)) return name;
    throw new BuildError(`Unknown target "${name}"`, hint);
  });
}

async function main(args: string[]): Promise<number> {
  const line = (text: string) =>
    Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
  await build(targetsOf(args), { print: line });
  return 0;
}

if (import.meta.main) Deno.exit(await exitStatus(() => main(Deno.args)));
