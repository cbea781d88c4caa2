import { join } from "@std/path";
import { readdirSync } from "node:fs";
import type { Commit } from "./build_commit.ts";
import { copyWithoutDoors } from "./build_doors.ts";
import { BuildError } from "./build_error.ts";
import { modulesOf } from "./build_modules.ts";

/** The bundler's comment above a file from outside the project. */
const FOREIGN = /^\/\/ (?:\.\.\/|\/|[A-Za-z]:[\\/]).*\n/gm;

/**
 * Makes a bundled file the same on every machine. Fills in the commit and its
 * date, and drops the bundler's comments that name a file outside the project,
 * since they contain the builder's paths.
 */
export function finish(text: string, { commit, date }: Commit): string {
  return text
    .replaceAll("@mpm-commit@", commit)
    .replaceAll("@mpm-date@", date)
    .replace(FOREIGN, "");
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** The entry of the program, and a second one only for the bundler. */
const ENTRY = "src/app/program.ts";
const APART = "src/app/apart.ts";

/**
 * Writes a module that imports each file of the project by itself. The bundler
 * then makes a bundled file from each, not one from all files that the same
 * commands may need. So a command loads only the files that it uses.
 */
async function keepApart(project: string): Promise<void> {
  const paths = readdirSync(join(project, "src"), { recursive: true })
    .map((path) => `${path}`.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts") && !/\bmod\.ts$/.test(path));
  const lines = paths.sort().map((path) => `() => import("../${path}"),\n`);
  const text = `export const files = [\n${lines.join("")}];\n`;
  await Deno.writeTextFile(join(project, APART), text);
}

/** Bundles the program as it comes from Deno. Throws BuildError. */
async function runBundler(root: string, folder: string): Promise<void> {
  const frozen = await exists(join(root, "deno.lock")) ? ["--frozen"] : [];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["bundle", "--quiet", ...frozen, "--code-splitting"],
      ...["--outdir", folder, ENTRY, APART],
    ],
    cwd: root,
    env: { NO_COLOR: "1", RUST_BACKTRACE: "0" },
    stdin: "null",
  }).output();
  if (!success) {
    throw new BuildError(
      `Cannot bundle main.ts: ${new TextDecoder().decode(stderr).trim()}`,
      "Fix the problems that `deno check main.ts` reports; behind a " +
        "proxy with its own certificate, set " +
        "DENO_TLS_CA_STORE=mozilla,system",
    );
  }
}

/** Bundles the program into files, and returns their texts by name. */
async function bundledFiles(root: string): Promise<Map<string, string>> {
  const folder = await Deno.makeTempDir({ prefix: "mpm-bundle-" });
  const [project, bundled] = [join(folder, "mpm"), join(folder, "bundle")];
  try {
    await copyWithoutDoors(root, project);
    await keepApart(project);
    await runBundler(project, bundled);
    const files = new Map<string, string>();
    for await (const { name } of Deno.readDir(bundled)) {
      files.set(name, await Deno.readTextFile(join(bundled, name)));
    }
    return files;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Bundles the program of the project at `root`: loading a few files takes half
 * the time of loading all modules.
 *
 * @returns a function for each bundled file, the entry's first
 * @throws {BuildError} when `deno bundle` fails
 */
export async function bundle(root: string, commit: Commit): Promise<string[]> {
  const files = await bundledFiles(root);
  return modulesOf(
    new Map([...files].map(([name, text]) => [name, finish(text, commit)])),
  );
}

/**
 * The files outside the project that a bundle of it holds, as the bundler's
 * comments name them, with slashes.
 *
 * @throws {BuildError} when `deno bundle` fails
 */
export async function foreignModules(root: string): Promise<string[]> {
  const texts = [...(await bundledFiles(root)).values()];
  const lines = texts.flatMap((text) => text.match(FOREIGN) ?? []);
  const paths = lines.map((line) =>
    line.trim().slice("// ".length).replaceAll("\\", "/")
  );
  return [...new Set(paths)].sort();
}
