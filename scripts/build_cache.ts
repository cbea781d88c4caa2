import { join } from "@std/path";
import { type Program, writeProgram } from "./build_loader.ts";
import type { Compilation } from "./build_compile.ts";
import { BuildError } from "./build_error.ts";
import { grouped } from "./build_groups.ts";
import type { Triple } from "./toolchain.ts";

const TRAINING = join(import.meta.dirname!, "build_training.ts");
const SAMPLES = join(import.meta.dirname!, "../tests/formats");

/**
 * One thread, and room in MB for everything that the training needs. So no
 * memory is used twice: earlier contents show in the gaps of V8's cache.
 */
const ROOMY = [
  "--single-threaded",
  "--min-semi-space-size=512",
  "--max-semi-space-size=512",
];

/** The part of all command lines that load a module which all may load. */
const OFTEN = 0.95;

/** Variables that a process needs to find programs. */
const KEPT = ["PATH", "PATHEXT", "SYSTEMROOT"];

async function output(
  program: string,
  args: string[],
  env: Record<string, string>,
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    env,
    clearEnv: true,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  throw new BuildError(
    `The program could not be exercised: ${decoder.decode(stderr).trim()}`,
    "Correct scripts/build_training.ts, or what it runs",
  );
}

/** Environment without settings of this user or this machine. */
function hermetic(home: string): Record<string, string> {
  const kept = KEPT.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  const person = ["AUTHOR", "COMMITTER"].flatMap((role) => [
    [`GIT_${role}_NAME`, "Training"],
    [`GIT_${role}_EMAIL`, "training@example.com"],
  ]);
  return {
    ...Object.fromEntries([...kept, ...person]),
    SAMPLES,
    HOME: home,
    USERPROFILE: home,
    // Files of other processes there would lead to other code.
    TMPDIR: home,
    TMP: home,
    TEMP: home,
    TZ: "UTC",
    NO_COLOR: "1",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: join(home, "none"),
  };
}

/** The place and the arguments of a training. */
interface Training {
  /** An empty folder. */
  readonly folder: string;
  readonly triple: Triple;
  /** Makes an executable for this machine. */
  compile(compilation: Compilation): Promise<string>;
}

/** Runs a step of the training in its own home. */
async function runStep(
  folder: string,
  [program, ...args]: readonly [string, ...string[]],
): Promise<void> {
  const home = await Deno.makeTempDir({ dir: folder });
  await output(program, args, hermetic(home));
}

/**
 * Lets the program run the everyday commands of people and agents. Modules that
 * are mostly loaded by the same command lines become one script, and the
 * remaining modules become the last one. So no one waits for unused code. Each
 * script comes with what V8 compiled in the meantime, so the executable neither
 * parses nor compiles that again. This is V8's code cache
 * (https://v8.dev/blog/code-caching-for-devs), which only the same V8 accepts,
 * on the same type of machine.
 * @throws {BuildError} when one of the commands fails
 */
export async function trained(
  modules: readonly string[],
  { folder, triple, compile }: Training,
): Promise<Program> {
  const training = await output(
    Deno.execPath(),
    ["bundle", "--quiet", "--no-config", TRAINING],
    Deno.env.toObject(),
  );
  const all = [...modules.keys()];
  const whole = await writeProgram(
    join(folder, "whole"),
    { modules, scripts: [all] },
    training,
  );
  const layout = join(folder, "layout.json");
  const deno = [Deno.execPath(), "run", "-A", "--no-config"] as const;
  await runStep(folder, [...deno, whole, "layout", "", layout]);
  const loaded: [module: number, lines: number[]][] = JSON.parse(
    await Deno.readTextFile(layout),
  );
  const used = grouped(loaded, (module) => modules[module]!.length);
  const rest = new Set(all).difference(new Set(used.flat()));
  const lines = new Set(loaded.flatMap(([, lines]) => lines));
  const always = loaded.filter((one) => one[1].length >= OFTEN * lines.size)
    .map(([module]) => module);
  const program = { modules, scripts: [...used, [...rest]], always };

  const main = await writeProgram(join(folder, "parts"), program, training);
  const [trainer, sealer] = ["trainer", "sealer"].map((name) =>
    join(folder, triple.includes("windows") ? `${name}.exe` : name)
  ) as [string, string];
  await compile({ triple, main, output: trainer, flags: ROOMY });
  await compile({ triple, main, output: sealer });
  const [made, settled, sealed] = ["made", "settled", "sealed"].map((name) =>
    join(folder, name)
  ) as [string, string, string];
  await runStep(folder, [trainer, "exercise", "", made]);
  await runStep(folder, [trainer, "settle", made, settled]);
  await runStep(folder, [sealer, "seal", settled, sealed]);
  const caches = program.scripts.map((_, at) =>
    Deno.readFile(join(sealed, `${at}`))
  );
  return { ...program, caches: await Promise.all(caches) };
}
