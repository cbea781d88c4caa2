import { parseArgs } from "@std/cli/parse-args";
import { dirname, join, relative, resolve } from "@std/path";
import { ensureBuilt } from "./build.ts";
import { secretLines } from "./bench_secrets_lines.ts";
import { kindOf, ORDINARY, type SourceKind } from "./bench_secrets_kinds.ts";

const ROOT = dirname(import.meta.dirname!);

/**
 * Folders of sources that most machines have, apart from those of the packages.
 */
const USUAL = [
  ...["/usr/share/git-core", "/usr/share/perl", "/usr/share/perl5"],
  ...["/usr/lib/python3", "/usr/lib/python3.11", "/usr/lib/node_modules"],
];

/** Folders that the scan of a folder also skips. */
const PASSED_OVER = new Set([".git", "node_modules", "checkpoints.git"]);

/**
 * Size limit in bytes of text files; the scan of a folder has the same limit.
 */
const LIMIT = 32 * 1024 * 1024;

const MB = 1_000_000;

interface Finding {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly label: string;
}

/** A file of the corpus and its findings. */
interface Source {
  readonly path: string;
  readonly kind: SourceKind;
  readonly size: number;
  /** The half that its package is in, by a hash of the package's name. */
  readonly half: 1 | 2;
  readonly findings: Finding[];
}

interface Options {
  readonly binary: string;
  /** Findings to print, to be judged by eye. */
  readonly show: number;
  /** The half to measure; `undefined`: both. */
  readonly half: 1 | 2 | undefined;
}

/** Runs a scan in a folder, without any user's configuration. */
async function scan(
  binary: string,
  folder: string,
  names: readonly string[],
): Promise<Finding[]> {
  const home = await Deno.makeTempDir();
  try {
    const { stdout, stderr, code } = await new Deno.Command(binary, {
      args: ["scan", ...names, "--json"],
      cwd: folder,
      env: { HOME: home, PATH: Deno.env.get("PATH") ?? "" },
      clearEnv: true,
    }).output();
    const text = new TextDecoder();
    if (code !== 0 && code !== 5) throw new Error(text.decode(stderr));
    return (JSON.parse(text.decode(stdout)) as { findings: Finding[] })
      .findings;
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** Returns the folders of the packages that the lock file pins. */
async function packages(): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json"],
    cwd: ROOT,
  }).output();
  const { npmCache } = JSON.parse(new TextDecoder().decode(stdout)) as {
    npmCache: string;
  };
  const lock = JSON.parse(
    await Deno.readTextFile(join(ROOT, "deno.lock")),
  ) as { npm: Record<string, unknown> };
  const registries = [...Deno.readDirSync(npmCache)].map(({ name }) => name);
  return registries.flatMap((registry) =>
    Object.keys(lock.npm).map((pinned) => {
      const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(pinned)!;
      return join(npmCache, registry, name!, version!);
    })
  );
}

async function corpora(folders: readonly string[]): Promise<string[]> {
  const usual = [join(ROOT, "src"), ...await packages(), ...USUAL];
  const all = folders.length > 0
    ? folders.map((folder) => resolve(folder))
    : usual;
  return all.filter((folder) => {
    try {
      return Deno.statSync(folder).isDirectory;
    } catch {
      return false;
    }
  });
}

/** Returns the text files below a folder by their paths from there. */
function sourcesOf(root: string): Map<string, Source> {
  const sources = new Map<string, Source>();
  const below = (folder: string): void => {
    for (const { name, isFile, isDirectory } of Deno.readDirSync(folder)) {
      const path = join(folder, name);
      if (isDirectory && !PASSED_OVER.has(name)) below(path);
      if (!isFile || Deno.statSync(path).size > LIMIT) continue;
      const bytes = Deno.readFileSync(path);
      if (bytes.subarray(0, 8192).includes(0)) continue;
      const file = relative(root, path);
      const kind = kindOf(file, new TextDecoder().decode(bytes));
      const half = halfOf(file);
      sources.set(file, { path, kind, size: bytes.length, half, findings: [] });
    }
  };
  below(root);
  return sources;
}

/**
 * Decides by the first folders of a path, so that copies within a package are
 * in the same half.
 */
function halfOf(file: string): 1 | 2 {
  let hash = 7;
  for (const letter of file.split("/").slice(0, 2).join("/")) {
    hash = (hash * 31 + letter.charCodeAt(0)) % 65_521;
  }
  return hash % 2 === 0 ? 1 : 2;
}

async function measured(
  folders: readonly string[],
  { binary, half }: Options,
): Promise<Source[]> {
  const all: Source[] = [];
  for (const folder of folders) {
    const sources = sourcesOf(folder);
    for (const finding of await scan(binary, folder, ["."])) {
      sources.get(finding.file)?.findings.push(finding);
    }
    for (const source of sources.values()) all.push(source);
  }
  return half === undefined ? all : all.filter((one) => one.half === half);
}

function row(name: string, sources: readonly Source[]): string {
  const size = sources.reduce((sum, one) => sum + one.size, 0) / MB;
  const found = sources.reduce((sum, one) => sum + one.findings.length, 0);
  const rate = size === 0 ? 0 : found / size;
  return [
    name.padEnd(34),
    `${sources.length}`.padStart(8),
    size.toFixed(1).padStart(9),
    `${found}`.padStart(9),
    rate.toFixed(2).padStart(7),
  ].join("");
}

function isOrdinary({ kind }: Source): boolean {
  return ORDINARY.includes(kind);
}

function printRates(sources: readonly Source[]): void {
  const ordinary = sources.filter(isOrdinary);
  print(`${"".padEnd(34)}   files       MB findings   a MB`);
  for (const kind of new Set(sources.map(({ kind }) => kind).sort())) {
    print(row(kind, sources.filter((one) => one.kind === kind)));
  }
  print(row("all", sources));
  print(`\nOrdinary source (${ORDINARY.join(", ")}):`);
  print(row("both halves", ordinary));
  for (const half of [1, 2] as const) {
    print(
      row(
        `ordinary, half ${half}`,
        ordinary.filter((one) => one.half === half),
      ),
    );
  }
  const labels = Map.groupBy(
    ordinary.flatMap(({ findings }) => findings),
    ({ label }) => label,
  );
  print("\nBy rule:");
  for (const [label, { length }] of [...labels].sort(byMost)) {
    print(`${`${length}`.padStart(8)}  ${label}`);
  }
}

type Group = [string, readonly unknown[]];

function byMost([, one]: Group, [, other]: Group): number {
  return other.length - one.length;
}

/** Characters of a line before and after a finding that are printed. */
const AROUND = 60;

/** Prints findings in ordinary source, the same ones in each run. */
function printSome(sources: readonly Source[], count: number): void {
  const all = sources.filter(isOrdinary).flatMap(({ path, findings }) =>
    findings.map((finding) => ({ path, ...finding }))
  );
  const step = Math.max(1, all.length / count);
  print(`\n${Math.min(count, all.length)} of ${all.length} findings:`);
  for (let at = 0; at < all.length; at += step) {
    const { path, line, column, label } = all[Math.floor(at)]!;
    const text = Deno.readTextFileSync(path).split("\n")[line - 1] ?? "";
    const before = text.slice(Math.max(0, column - 1 - AROUND), column - 1);
    const after = text.slice(column - 1, column - 1 + AROUND);
    print(`${path}:${line}: ${label}\n    ${before.trimStart()}\u00bb${after}`);
  }
}

/** Prints the secrets of generated lines that only the other binary finds. */
async function compare(binary: string, other: string): Promise<boolean> {
  const lines = secretLines();
  const folder = await Deno.makeTempDir();
  try {
    for (const [at, { text }] of lines.entries()) {
      Deno.writeTextFileSync(join(folder, `${at}.txt`), text);
    }
    const [here, there] = [
      await foundLines(binary, folder, lines),
      await foundLines(other, folder, lines),
    ];
    const lost = lines.filter((_, at) => there.has(at) && !here.has(at));
    print(
      `\n${lines.length} lines with one secret each: ${here.size} found, ` +
        `${there.size} by ${other}, ${lost.length} by that one only.`,
    );
    for (const { shape, name, value, text } of lost) {
      print(`  ${shape}; ${name}; ${value}: ${JSON.stringify(text)}`);
    }
    return lost.length === 0;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Returns the numbers of the lines whose secret a binary finds. */
async function foundLines(
  binary: string,
  folder: string,
  lines: ReturnType<typeof secretLines>,
): Promise<Set<number>> {
  const found = new Set<number>();
  for (const { file, line, column } of await scan(binary, folder, ["."])) {
    const at = Number(file.split("/").at(-1)!.replace(".txt", ""));
    const { text, secret } = lines[at]!;
    const start = text.split("\n")[line - 1]!.indexOf(secret);
    if (start >= 0 && column > start && column <= start + secret.length) {
      found.add(at);
    }
  }
  return found;
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) {
  const { _: folders, ...given } = parseArgs(Deno.args, {
    string: ["_", "binary", "against", "show", "half"],
  });
  const binary = resolve(given.binary ?? await ensureBuilt());
  const half = given.half === "1" ? 1 : given.half === "2" ? 2 : undefined;
  const options: Options = { binary, show: Number(given.show ?? 0), half };
  const roots = await corpora(folders.map(String));
  for (const root of roots) print(`read: ${root}`);
  const sources = await measured(roots, options);
  printRates(sources);
  if (options.show > 0) printSome(sources, options.show);
  if (given.against && !await compare(binary, resolve(given.against))) {
    Deno.exitCode = 1;
  }
}
