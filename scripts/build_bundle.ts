import { createHash } from "node:crypto";
import { join } from "@std/path";
import type { Commit } from "./build_commit.ts";
import { BuildError } from "./build_error.ts";
import { packed, type Program } from "./build_packs.ts";

/** The bundler's comment above a file that is not the project's own. */
const FOREIGN = /^\/\/ (?:\.\.\/|\/|[A-Za-z]:[\\/]).*\n/gm;

/**
 * Makes a bundled file the same on every machine: fills in the commit and its
 * date, and drops the bundler's comments that name a file outside the project,
 * which say where the builder keeps its packages.
 */
export function finish(text: string, { commit, date }: Commit): string {
  return text
    .replaceAll("@mpm-commit@", commit)
    .replaceAll("@mpm-date@", date)
    .replace(FOREIGN, "");
}

/** How the bundler names a file that several others share. */
const HASHED_NAME = /-[A-Z0-9]{8}\.js$/;

function rename(text: string, names: ReadonlyMap<string, string>): string {
  let renamed = text;
  for (const [from, to] of names) renamed = renamed.replaceAll(from, to);
  return renamed;
}

/**
 * Gives shared files names that depend on their contents alone. The bundler
 * hashes the builder's paths too, so its names differ between machines.
 *
 * @param files text by name; each text is already the same on every machine,
 * but for the names of other files in it
 */
export function withStableNames(
  files: ReadonlyMap<string, string>,
): Map<string, string> {
  const hashed = [...files.keys()].filter((name) => HASHED_NAME.test(name));
  const stems = new Map(
    hashed.map((name) => [name, name.replace(HASHED_NAME, "")]),
  );
  const names = new Map(hashed.map((name) => {
    const content = rename(files.get(name)!, stems);
    const digest = createHash("sha256").update(content).digest("hex");
    return [name, `${stems.get(name)}-${digest.slice(0, 8)}.js`];
  }));
  return new Map(
    [...files].map(([name, text]) => [
      names.get(name) ?? name,
      rename(text, names),
    ]),
  );
}

/** The files of the bundle in `folder`, finished, under stable names. */
async function finishAll(
  folder: string,
  commit: Commit,
): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const { name } of Deno.readDir(folder)) {
    const text = await Deno.readTextFile(join(folder, name));
    files.set(name, finish(text, commit));
  }
  return withStableNames(files);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Bundles the program as it comes from Deno. Throws BuildError. */
async function runBundler(root: string, folder: string): Promise<void> {
  const frozen = await exists(join(root, "deno.lock")) ? ["--frozen"] : [];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["bundle", "--quiet", ...frozen, "--code-splitting"],
      ...["--outdir", folder, "src/app/program.ts"],
    ],
    cwd: root,
    env: { NO_COLOR: "1", RUST_BACKTRACE: "0" },
    stdin: "null",
  }).output();
  if (!success) {
    throw new BuildError(
      `Cannot bundle main.ts: ${new TextDecoder().decode(stderr).trim()}`,
      "Correct what `deno check main.ts` reports; behind a proxy with a " +
        "certificate of its own, set DENO_TLS_CA_STORE=mozilla,system",
    );
  }
}

/**
 * Bundles the program of the project at `root`: loading one file takes half the
 * time of loading its modules. What only some commands import stays apart.
 *
 * @throws {BuildError} when `deno bundle` fails
 */
export async function bundle(root: string, commit: Commit): Promise<Program> {
  const folder = await Deno.makeTempDir({ prefix: "mpm-bundle-" });
  try {
    await runBundler(root, folder);
    return packed(await finishAll(folder, commit));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * The files outside the project that a bundle of it holds, as the bundler's
 * comments name them, with slashes.
 *
 * @throws {BuildError} when `deno bundle` fails
 */
export async function foreignModules(root: string): Promise<string[]> {
  const folder = await Deno.makeTempDir();
  try {
    await runBundler(root, folder);
    const paths = new Set<string>();
    for await (const { name } of Deno.readDir(folder)) {
      const text = await Deno.readTextFile(join(folder, name));
      for (const [line] of text.matchAll(FOREIGN)) {
        paths.add(line.trim().slice("// ".length).replaceAll("\\", "/"));
      }
    }
    return [...paths].sort();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
