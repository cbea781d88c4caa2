import { join } from "@std/path";
import type { Program } from "./build_packs.ts";

/** The folder of packs beside the main module. */
export const PACKS = "packs";

/** What the engine compiled of a pack, by the pack's number. */
export type Caches = ReadonlyMap<number, Uint8Array>;

/** A pack as the engine has it. */
export interface Compiled {
  readonly cachedDataRejected?: boolean;
  createCachedData(): Uint8Array<ArrayBuffer>;
}

/** What the training is given of the program. */
export interface Trainee {
  /** Loads the program's entry. */
  program(): typeof import("../src/app/program.ts");
  /** The hot packs. */
  readonly hot: readonly number[];
  /** The hot packs that are in use, by their number. */
  readonly scripts: ReadonlyMap<number, Compiled>;
  /** Compiles a pack, with a cache if there is one. */
  compiled(pack: number, cache?: Uint8Array): Compiled;
  /** Compiles a hot pack and runs it. */
  open(pack: number): unknown;
}

/**
 * A module that loads packs beside it, each when one of its files is needed
 * first. A cache that the engine does not take costs time, nothing else.
 */
function loader({ packs, places }: Program, caches: Caches): string {
  const hot = packs.flatMap(({ isHot }, pack) => isHot ? [pack] : []);
  return `import { Script } from "node:vm";

const PLACES = ${JSON.stringify(places)};
const HOT = new Set(${JSON.stringify(hot)});
const CACHED = new Set(${JSON.stringify([...caches.keys()])});
const FOLDER = import.meta.dirname + "/${PACKS}/";
const builtin = process.getBuiltinModule;
const scripts = new Map();
const makers = [];
const files = [];

function compiled(pack, cachedData) {
  const filename = "mpm-" + pack + ".js";
  const text = Deno.readTextFileSync(FOLDER + pack + ".txt");
  return new Script(text, { filename, cachedData });
}

function open(pack) {
  const cachedData = CACHED.has(pack)
    ? Deno.readFileSync(FOLDER + pack + ".bin")
    : undefined;
  const script = compiled(pack, cachedData);
  if (HOT.has(pack)) scripts.set(pack, script);
  return makers[pack] = script.runInThisContext();
}

function load(file) {
  if (files[file] !== undefined) return files[file];
  const [pack, at] = PLACES[file];
  const make = (makers[pack] ?? open(pack))[at];
  return files[file] = make(load, later, builtin);
}

async function later(file) {
  return load(file);
}
`;
}

function runs({ entry }: Program): string {
  return `
const { main, realSystem } = load(${entry});
Deno.exit(await main(Deno.args, realSystem()));
`;
}

function trains({ entry }: Program): string {
  return `
import { train } from "./training.js";

await train({
  program: () => load(${entry}),
  hot: [...HOT],
  scripts,
  compiled,
  open,
});
`;
}

/**
 * Writes the program into an empty folder, for `deno compile`.
 *
 * @param training text of the module that exercises the program instead of
 * running it; see {@link Trainee}
 * @returns the path of the main module
 */
export async function writeProgram(
  folder: string,
  program: Program,
  { caches = new Map(), training }: {
    caches?: Caches;
    training?: string;
  } = {},
): Promise<string> {
  const text = loader(program, caches) +
    (training === undefined ? runs(program) : trains(program));
  const files: [path: string, content: string | Uint8Array][] = [
    ["main.js", text],
    ...program.packs.map(({ text }, pack): [string, string] => [
      `${PACKS}/${pack}.txt`,
      text,
    ]),
    ...[...caches].map(([pack, bytes]): [string, Uint8Array] => [
      `${PACKS}/${pack}.bin`,
      bytes,
    ]),
    ...training === undefined
      ? []
      : [["training.js", training] as [string, string]],
  ];
  await Deno.mkdir(join(folder, PACKS), { recursive: true });
  for (const [name, content] of files) {
    const path = join(folder, name);
    if (typeof content === "string") await Deno.writeTextFile(path, content);
    else await Deno.writeFile(path, content);
    // `deno compile` embeds the file's time.
    await Deno.utime(path, 0, 0);
  }
  return join(folder, "main.js");
}
