import { join } from "@std/path";

/** The file of scripts beside the main module. */
export const SCRIPTS = "scripts.bin";

/** The program as the executable holds it. */
export interface Program {
  /** A function for each module, as {@link modulesOf} makes it. */
  readonly modules: readonly string[];
  /** The numbers of the modules in each script. */
  readonly scripts: readonly (readonly number[])[];
  /** The modules that nearly every command needs. */
  readonly always?: readonly number[];
  /** V8's code cache of each script. */
  readonly caches?: readonly Uint8Array<ArrayBuffer>[];
}

/** A script as V8 has it. */
export interface Compiled {
  readonly cachedDataRejected?: boolean;
  createCachedData(): Uint8Array<ArrayBuffer>;
}

/** The parts of the program for the training. */
export interface Trainee {
  /** Loads the program; if it was loaded before, loads it again. */
  program(): typeof import("../src/app/program.ts");
  /** Number of scripts. */
  readonly count: number;
  /** The numbers of the modules that are loaded. */
  loaded(): number[];
  /** Compiles a script, with a cache if there is one. */
  compiled(script: number, cache?: Uint8Array): Compiled;
  /** Compiles a script, runs it, and keeps it for the program. */
  open(script: number): Compiled;
}

/** V8 copies a cache that does not begin at a multiple of this. */
const ALIGNED = 8;

/** The text of each script and its compiled code, one after the other. */
function packed({ modules, scripts, caches = [] }: Program): Blob[] {
  return scripts.flatMap((numbers, script) => {
    const functions = numbers.map((number) => modules[number]).join(",\n");
    // All of it is ASCII.
    const text = `"use strict";\n([\n${functions}\n])\n`;
    const size = Math.ceil(text.length / ALIGNED) * ALIGNED;
    const cache = caches[script];
    return [new Blob([text.padEnd(size)]), new Blob(cache ? [cache] : [])];
  });
}

/**
 * A module that opens the scripts next to it when one of their modules is first
 * needed. In an executable for Linux they are in front of what Deno appended. A
 * cache that V8 rejects only costs time.
 */
function loader(
  { modules, scripts, always = [], caches }: Program,
  parts: readonly Blob[],
): string {
  const places = modules.map((): [number, number] => [0, 0]);
  scripts.forEach((numbers, script) =>
    numbers.forEach((number, at) => places[number] = [script, at])
  );
  return `import { Script } from "node:vm";

const CACHED = ${caches !== undefined};
const PLACES = ${JSON.stringify(places)};
const ALWAYS = new Set(${JSON.stringify(always)});
const SIZES = ${JSON.stringify(parts.map(({ size }) => size))};
const WITHIN = Deno.build.standalone && Deno.build.os === "linux";
const IS_THREAD = "DedicatedWorkerGlobalScope" in globalThis;
const builtin = process.getBuiltinModule;
const decoder = new TextDecoder();
const makers = [];
const exported = [];
const lents = [];
// One place for every script: new memory must be cleared first.
const room = new Uint8Array(
  SIZES.reduce((most, size, at) => Math.max(most, size + (SIZES[at + 1] ?? 0))),
);
// Open from the start: the executable may be replaced in the meantime.
const file = openScripts();
const starts = [startOfScripts()];
for (const size of SIZES) starts.push(starts.at(-1) + size);

function openScripts() {
  if (!WITHIN) return Deno.openSync(import.meta.dirname + "/${SCRIPTS}");
  const path = Deno.execPath();
  try {
    return Deno.openSync(path);
  } catch (error) {
    // An upgrade replaced it just now: the new one takes the command line.
    const next = path.replace(/ \\(deleted\\)$/, "");
    if (next === path || IS_THREAD) throw error;
    Deno.exit(runInstead(next));
  }
}

function runInstead(path) {
  // A command that an agent's client runs must not fail without a new one.
  const isHook = ["hook", "statusline"].includes(Deno.args[0]);
  const { code } = new Deno.Command("sh", {
    args: ["-c", 'exec "$0" "$@"', path, ...Deno.args],
    stdin: "inherit",
    stdout: "inherit",
    stderr: isHook ? "null" : "inherit",
  }).outputSync();
  return isHook && (code === 126 || code === 127) ? 0 : code;
}

function startOfScripts() {
  if (!WITHIN) return 0;
  const end = file.seekSync(-8, Deno.SeekMode.End) + 8;
  const appended = new DataView(read(8).buffer).getBigUint64(0, true);
  return end - Number(appended) - SIZES.reduce((sum, size) => sum + size);
}

function read(size) {
  const bytes = room.subarray(0, size);
  for (let done = 0; done < size;) {
    done += file.readSync(bytes.subarray(done)) ?? size;
  }
  return bytes;
}

function compiled(script, cache) {
  const filename = "mpm-" + script + ".js";
  const [size, cacheSize] = SIZES.slice(2 * script);
  file.seekSync(starts[2 * script], Deno.SeekMode.Start);
  const bytes = read(size + cacheSize);
  const cachedData = cache ?? (CACHED ? bytes.subarray(size) : undefined);
  const text = decoder.decode(bytes.subarray(0, size));
  return new Script(text, { filename, cachedData });
}

function open(script) {
  const opened = compiled(script);
  makers[script] = opened.runInThisContext();
  return opened;
}

function load(module) {
  if (exported[module] !== undefined) return exported[module];
  const [script, at] = PLACES[module];
  if (makers[script] === undefined) open(script);
  return exported[module] = makers[script][at](load, lend, later, builtin);
}

// Functions of a module, which is loaded when one of them is called.
function lend(module, names) {
  if (exported[module] !== undefined) return exported[module];
  if (ALWAYS.has(module)) return load(module);
  const lent = lents[module] ??= { __proto__: null };
  for (const name of names) {
    let own;
    lent[name] ??= (...given) => (own ??= load(module)[name])(...given);
  }
  return lent;
}

async function later(module) {
  return load(module);
}
`;
}

const RUNS = `
const { main, realSystem, serve, workFor } = load(0);
if (IS_THREAD) serve(workFor(realSystem()));
else Deno.exit(await main(Deno.args, realSystem()));
`;

const TRAINS = `
import { train } from "./training.js";

await train({
  count: new Set(PLACES.map(([script]) => script)).size,
  program() {
    exported.length = 0;
    lents.length = 0;
    return load(0);
  },
  loaded: () => Object.keys(exported).map(Number),
  compiled,
  open,
});
`;

/**
 * Writes the program into a new folder, for `deno compile`.
 *
 * @param training text of the module that exercises the program instead of
 * running it; see {@link Trainee}
 * @returns the path of the main module
 */
export async function writeProgram(
  folder: string,
  program: Program,
  training?: string,
): Promise<string> {
  const parts = packed(program);
  const main = loader(program, parts) + (training ? TRAINS : RUNS);
  const files = new Map([
    ["main.js", new Blob([main])],
    [SCRIPTS, new Blob(parts)],
  ]);
  if (training) files.set("training.js", new Blob([training]));
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, content] of files) {
    const path = join(folder, name);
    await Deno.writeFile(path, content.stream());
    // `deno compile` embeds the file's time.
    await Deno.utime(path, 0, 0);
  }
  return join(folder, "main.js");
}
