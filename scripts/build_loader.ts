import { join } from "@std/path";

/** The folder of scripts beside the main module. */
export const SCRIPTS = "scripts";

/** The program as the executable holds it. */
export interface Program {
  /** A function for each module, as {@link modulesOf} makes it. */
  readonly modules: readonly string[];
  /** The numbers of the modules in each script. */
  readonly scripts: readonly (readonly number[])[];
  /** V8's code cache of each script. */
  readonly caches?: readonly Uint8Array[];
}

/** A script as V8 has it. */
export interface Compiled {
  readonly cachedDataRejected?: boolean;
  createCachedData(): Uint8Array<ArrayBuffer>;
}

/** What the training gets of the program. */
export interface Trainee {
  /** Loads the program; again, if it was loaded before. */
  program(): typeof import("../src/app/program.ts");
  /** How many scripts there are. */
  readonly count: number;
  /** The numbers of the modules that are loaded. */
  loaded(): number[];
  /** Compiles a script, with a cache if there is one. */
  compiled(script: number, cache?: Uint8Array): Compiled;
  /** Compiles a script, runs it, and keeps it for the program. */
  open(script: number): Compiled;
}

/**
 * A module that opens the scripts beside it when one of their modules is needed
 * first. A cache that V8 does not take costs time, nothing else.
 */
function loader({ modules, scripts, caches }: Program): string {
  const places = modules.map((): [number, number] => [0, 0]);
  scripts.forEach((numbers, script) =>
    numbers.forEach((number, at) => places[number] = [script, at])
  );
  return `import { Script } from "node:vm";

const CACHED = ${caches !== undefined};
const PLACES = ${JSON.stringify(places)};
const FOLDER = import.meta.dirname + "/${SCRIPTS}/";
const builtin = process.getBuiltinModule;
const makers = [];
const exported = [];

function compiled(script, cachedData) {
  const filename = "mpm-" + script + ".js";
  const bytes = Deno.readFileSync(FOLDER + script + ".txt");
  return new Script(new TextDecoder().decode(bytes), { filename, cachedData });
}

function open(script) {
  const cache = CACHED
    ? Deno.readFileSync(FOLDER + script + ".bin")
    : undefined;
  const opened = compiled(script, cache);
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
  const lent = names.map((name) => [
    name,
    (...given) => load(module)[name](...given),
  ]);
  return Object.fromEntries(lent);
}

async function later(module) {
  return load(module);
}
`;
}

const RUNS = `
const { main, realSystem } = load(0);
Deno.exit(await main(Deno.args, realSystem()));
`;

const TRAINS = `
import { train } from "./training.js";

await train({
  count: new Set(PLACES.map(([script]) => script)).size,
  program() {
    exported.length = 0;
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
  const { modules, scripts, caches = [] } = program;
  const files = new Map<string, string | Uint8Array>();
  files.set("main.js", loader(program) + (training ? TRAINS : RUNS));
  if (training) files.set("training.js", training);
  for (const [script, numbers] of scripts.entries()) {
    const functions = numbers.map((number) => modules[number]).join(",\n");
    files.set(
      `${SCRIPTS}/${script}.txt`,
      `"use strict";\n([\n${functions}\n])\n`,
    );
  }
  for (const [script, cache] of caches.entries()) {
    files.set(`${SCRIPTS}/${script}.bin`, cache);
  }
  await Deno.mkdir(join(folder, SCRIPTS), { recursive: true });
  for (const [name, content] of files) {
    const path = join(folder, name);
    if (typeof content === "string") await Deno.writeTextFile(path, content);
    else await Deno.writeFile(path, content);
    // `deno compile` embeds the file's time.
    await Deno.utime(path, 0, 0);
  }
  return join(folder, "main.js");
}
