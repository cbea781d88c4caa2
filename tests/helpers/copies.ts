import { join } from "@std/path";
import type { RunResult, System } from "../../src/system/system.ts";
import { TestEnv } from "./env.ts";

/** The result of git outside a repository. */
const NO_REPOSITORY: RunResult = {
  outcome: "exited",
  status: 128,
  stdout: new Uint8Array(),
  stderr: new TextEncoder().encode("fatal: not a git repository\n"),
};

/** An environment outside git that knows this without starting git. */
class GitlessEnv extends TestEnv {
  override system(options: Parameters<TestEnv["system"]>[0] = {}): System {
    const run = () => Promise.resolve(NO_REPOSITORY);
    return { ...super.system(options), run };
  }
}

interface Stored {
  readonly path: string;
  readonly mode: number;
  readonly mtime: Date;
  /** Of a file; a folder has none. */
  readonly bytes?: Uint8Array;
}

/**
 * The project of an environment outside git, for making any number of copies by
 * writing its files. A test with a fault at each of many places needs a fresh
 * one for each.
 */
export class Copies {
  readonly #all: Stored[] = [];

  /** Takes the files as they are, and removes the environment. */
  constructor(original: TestEnv) {
    using env = original;
    this.#read(env.project, "");
  }

  #read(project: string, folder: string): void {
    for (
      const { name, isDirectory } of Deno.readDirSync(join(project, folder))
    ) {
      const path = join(folder, name);
      const { mode, mtime } = Deno.lstatSync(join(project, path));
      const one = { path, mode: mode! & 0o777, mtime: mtime! };
      if (isDirectory) {
        this.#all.push(one);
        this.#read(project, path);
      } else {
        const bytes = Deno.readFileSync(join(project, path));
        this.#all.push({ ...one, bytes });
      }
    }
  }

  /** Makes a new one with the same bytes, modes, and times of files. */
  make(): TestEnv {
    const env = new GitlessEnv();
    for (const { path, mode, mtime, bytes } of this.#all) {
      const full = join(env.project, path);
      if (!bytes) {
        Deno.mkdirSync(full, { mode });
        continue;
      }
      Deno.writeFileSync(full, bytes, { mode });
      Deno.utimeSync(full, mtime, mtime);
    }
    return env;
  }
}
