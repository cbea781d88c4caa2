import { createHash } from "node:crypto";
import { dirname, join } from "@std/path";
import { parseArgs } from "@std/cli/parse-args";
import config from "../deno.json" with { type: "json" };
import { build } from "./build.ts";
import { commitOf } from "./build_commit.ts";
import { BuildError, exitStatus, say } from "./build_error.ts";
import { assetName, pack, WINGET, zip } from "./release_archive.ts";
import { LICENCES, licencesOf } from "./release_licences.ts";
import { notesOf } from "./release_notes.ts";
import { packagesOf, wingetOf } from "./release_packages.ts";
import { billOfMaterials } from "./release_sbom.ts";
import { isTriple, type Triple, TRIPLES } from "./toolchain.ts";

/** The project this script is part of. */
const ROOT = dirname(import.meta.dirname!);

/** The files next to the archives, and their sources. */
export interface Finish {
  /** The project's folder. */
  readonly root: string;
  /** Holds the archives; receives the rest. */
  readonly out: string;
  /** `OWNER/REPO` on GitHub. */
  readonly repository: string;
  readonly version: string;
  /** `YYYY-MM-DD`, the day of the commit. */
  readonly day: string;
  /** The text of `CHANGELOG.md`. */
  readonly changelog: string;
}

/** The files to pack, and the place of the archive. */
export interface Packing extends Pick<Finish, "root" | "out" | "day"> {
  /** The licences of other people's code in the binary. */
  readonly licences: string;
}

/**
 * Packs a binary and the files that belong to it as the archive of its
 * platform.
 */
export async function packBinary(
  binary: string,
  triple: Triple,
  { root, out, day, licences }: Packing,
): Promise<string> {
  const name = triple.includes("windows") ? "mpm.exe" : "mpm";
  const beside = await Promise.all(
    besideBinary(root, triple).map(async (path) => ({
      name: path,
      bytes: await Deno.readFile(join(root, path)),
      executable: false,
    })),
  );
  const bytes = pack(triple, [
    { name, bytes: await Deno.readFile(binary), executable: true },
    {
      name: LICENCES,
      bytes: new TextEncoder().encode(licences),
      executable: false,
    },
    ...beside,
  ], day);
  const path = join(out, assetName(triple));
  await Deno.mkdir(out, { recursive: true });
  await Deno.writeFile(path, bytes);
  return path;
}

/**
 * The licence, the scripts for the shells, and the manual if the platform has
 * `man`.
 */
function besideBinary(root: string, triple: Triple): string[] {
  const windows = triple.includes("windows");
  const folders = windows ? ["completions"] : ["completions", "man"];
  const files = folders.flatMap((folder) =>
    [...Deno.readDirSync(join(root, folder))]
      .map(({ name }) => `${folder}/${name}`)
  );
  return [
    "LICENSE",
    ...files.filter((path) => !windows || path.endsWith(".ps1")).sort(),
  ];
}

/**
 * Unpacks an archive of this machine's platform as a user would, and starts its
 * binary.
 * @returns what `mpm --version` prints
 * @throws {BuildError} when it does not answer as this version
 */
export async function tryArchive(archive: string): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    const windows = Deno.build.os === "windows";
    // Windows has its own tar, which unpacks ZIP archives too.
    const tar = windows
      ? join(Deno.env.get("SystemRoot")!, "System32", "tar.exe")
      : "tar";
    const unpacked = await new Deno.Command(tar, {
      args: ["-xf", archive, "-C", folder],
    }).output();
    if (!unpacked.success) {
      throw new BuildError(
        `Cannot unpack ${archive}`,
        new TextDecoder().decode(unpacked.stderr).trim(),
      );
    }
    const mpm = join(folder, windows ? "mpm.exe" : "mpm");
    const { stdout } = await new Deno.Command(mpm, { args: ["--version"] })
      .output();
    const answer = new TextDecoder().decode(stdout).trim();
    if (answer.startsWith(`mpm ${config.version} (`)) return answer;
    throw new BuildError(
      `The mpm in ${archive} answers "${answer}"`,
      `Build and pack it again at version ${config.version}`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const digestOf = (bytes: Uint8Array) =>
  createHash("sha256").update(bytes).digest("hex");

/** The SHA-256 of each platform's archive; all five must exist. */
async function digestsOf(out: string): Promise<Record<Triple, string>> {
  const entries = await Promise.all(TRIPLES.map(async (triple) => {
    const path = join(out, assetName(triple));
    const bytes = await Deno.readFile(path).catch(() => undefined);
    if (bytes) return [triple, digestOf(bytes)];
    throw new BuildError(
      `There is no ${path}`,
      `Make it first: deno run -A scripts/release.ts pack --target ${triple}`,
    );
  }));
  return Object.fromEntries(entries);
}

/** An installer that knows where the releases of this repository are. */
export function stamped(script: string, repository: string): string {
  const line = /^(\s*\$?Releases ?= ?)''$/im;
  if (!line.test(script)) throw new Error("no line for the releases");
  const address = `https://github.com/${repository}/releases`;
  return script.replace(line, (_, start) => `${start}'${address}'`);
}

/**
 * Makes all files of a release except for its archives. They are installers,
 * the list of parts of the binaries, the files for package managers, and at
 * last SHA256SUMS of everything.
 *
 * @returns the notes of the release
 * @throws {BuildError} when an archive or the changelog's section is missing
 */
export async function finish(options: Finish): Promise<string> {
  const { root, out, repository } = options;
  const read = (path: string) => Deno.readTextFile(join(root, path));
  const notes = notesOf(options.changelog, options);
  const digests = await digestsOf(out);
  const files = packagesOf({ ...options, digests });
  for (const name of ["install.sh", "install.ps1"]) {
    files.set(name, stamped(await read(`scripts/${name}`), repository));
  }
  const bill = await billOfMaterials(root, options);
  files.set("mpm.cdx.json", `${JSON.stringify(bill, null, 2)}\n`);
  for (const [name, text] of files) {
    await Deno.writeTextFile(join(out, name), text);
  }
  const manifests = wingetOf({ ...options, digests }).map(([name, text]) => ({
    name,
    bytes: new TextEncoder().encode(text),
    executable: false,
  }));
  await Deno.writeFile(join(out, WINGET), zip(manifests, options.day));
  await Deno.writeTextFile(join(out, "SHA256SUMS"), await sumsOf(out));
  return notes;
}

/** The output of `sha256sum` for the files that are assets of the release. */
async function sumsOf(out: string): Promise<string> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(out)) {
    if (isFile && name !== "SHA256SUMS") names.push(name);
  }
  const lines = await Promise.all(
    names.sort().map(async (name) =>
      `${digestOf(await Deno.readFile(join(out, name)))}  ${name}\n`
    ),
  );
  return lines.join("");
}

const USAGE = `Use one of
  scripts/release.ts pack [--target TRIPLE | --all] [--run] [--out FOLDER]
  scripts/release.ts finish --tag vX.Y.Z --repository OWNER/REPO [--out FOLDER]`;

function optionsOf(args: string[]) {
  const { _: words, ...flags } = parseArgs(args, {
    boolean: ["all", "run"],
    string: ["target", "tag", "repository", "out"],
    collect: ["target"],
    unknown: (arg, key) => {
      if (key === undefined) return;
      throw new BuildError(`Unknown option "${arg}"`, USAGE);
    },
  });
  const {
    tag = "",
    repository = "",
    out = join(ROOT, "dist", "release"),
  } = flags;
  return { ...flags, tag, repository, out, positionals: words.map(String) };
}

type Options = ReturnType<typeof optionsOf>;

async function packAll({ target, all, run, out }: Options): Promise<void> {
  const named = all ? TRIPLES : target.map((name) => {
    if (isTriple(name)) return name;
    throw new BuildError(`Unknown target "${name}"`, TRIPLES.join(", "));
  });
  if (named.length === 0) throw new BuildError("No target is named", USAGE);
  const foreign = named.find((triple) => triple !== Deno.build.target);
  if (run && foreign) {
    throw new BuildError(
      `A binary for ${foreign} does not run here, on ${Deno.build.target}`,
      "Use a machine of that platform, or leave --run out",
    );
  }
  const { date: day } = await commitOf(ROOT);
  const licences = await licencesOf(ROOT);
  const place = { root: ROOT, out, day, licences };
  const binaries = await build(named, { root: ROOT });
  for (const [at, triple] of named.entries()) {
    const path = await packBinary(binaries[at]!, triple, place);
    say(path);
    if (triple === Deno.build.target) say(await tryArchive(path));
  }
}

async function finishAll({ tag, repository, out }: Options): Promise<void> {
  const { version } = config;
  if (tag !== `v${version}`) {
    throw new BuildError(
      `The tag is "${tag}", and deno.json has version ${version}`,
      `Tag the commit v${version}, or correct the version and generate again`,
    );
  }
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) {
    throw new BuildError(`No repository: "${repository}"`, USAGE);
  }
  const { date: day } = await commitOf(ROOT);
  if (day === "unknown") {
    throw new BuildError("No commit is known here", "Run it in a clone");
  }
  const changelog = await Deno.readTextFile(join(ROOT, "CHANGELOG.md"));
  const notes = await finish({
    ...{ root: ROOT, out, changelog },
    ...{ repository, version, day },
  });
  Deno.stdout.writeSync(new TextEncoder().encode(notes));
}

async function main(args: string[]): Promise<number> {
  const options = optionsOf(args);
  const [task] = options.positionals;
  if (task === "pack") await packAll(options);
  else if (task === "finish") await finishAll(options);
  else throw new BuildError(`Unknown task "${task ?? ""}"`, USAGE);
  return 0;
}

if (import.meta.main) Deno.exit(await exitStatus(() => main(Deno.args)));
