import { join } from "@std/path";
import { type Caches, writeProgram } from "./build_loader.ts";
import type { Program } from "./build_packs.ts";
import type { Compilation } from "./build_compile.ts";
import { BuildError } from "./build_error.ts";
import type { Triple } from "./toolchain.ts";

const TRAINING = join(import.meta.dirname!, "build_training.ts");

/**
 * Room for all that the training needs, in MB, so that no memory is used twice:
 * what was there before shows in the gaps of what the engine writes.
 */
const ROOMY = ["--min-semi-space-size=256", "--max-semi-space-size=256"];

/** What a process needs of this one's environment to find programs. */
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

/** Nothing of this user's and of this machine's settings. */
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
    HOME: home,
    USERPROFILE: home,
    // What other processes have there would lead to other code.
    TMPDIR: home,
    TMP: home,
    TEMP: home,
    TZ: "UTC",
    NO_COLOR: "1",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: join(home, "none"),
  };
}

/**
 * Lets the program run what people and agents run every day, and takes what the
 * engine compiled meanwhile: the executable then neither parses nor compiles
 * that again. This is V8's code cache (https://v8.dev/blog/code-caching-for-devs),
 * which only the same engine takes, on the same kind of machine.
 *
 * @param folder an empty one, for all that this needs
 * @param compile makes an executable for this machine
 * @throws {BuildError} when something that is run fails
 */
export async function cachesOf(
  program: Program,
  { folder, triple, compile }: {
    folder: string;
    triple: Triple;
    compile(compilation: Compilation): Promise<string>;
  },
): Promise<Caches> {
  const training = await output(
    Deno.execPath(),
    ["bundle", "--quiet", "--no-config", TRAINING],
    Deno.env.toObject(),
  );
  const main = await writeProgram(join(folder, "program"), program, {
    training,
  });
  const home = join(folder, "home");
  const folders = ["made", "settled", "sealed"].map((name) =>
    join(folder, name)
  );
  for (const path of [home, ...folders]) await Deno.mkdir(path);
  const [made, settled, sealed] = folders as [string, string, string];
  const [trainer, sealer] = ["trainer", "sealer"].map((name) =>
    join(folder, triple.includes("windows") ? `${name}.exe` : name)
  ) as [string, string];
  await compile({ triple, main, output: trainer, flags: ROOMY });
  await compile({ triple, main, output: sealer });
  const env = hermetic(home);
  await output(trainer, ["exercise", "", made], env);
  await output(trainer, ["settle", made, settled], env);
  await output(sealer, ["seal", settled, sealed], env);
  const caches: [number, Uint8Array][] = [];
  for await (const { name } of Deno.readDir(sealed)) {
    caches.push([Number(name), await Deno.readFile(join(sealed, name))]);
  }
  return new Map(caches.sort(([one], [other]) => one - other));
}
