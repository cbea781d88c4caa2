import { dirname, join } from "@std/path";
import { realSystem } from "../../src/system/real.ts";
import type {
  ApartOptions,
  RunOptions,
  RunResult,
  System,
} from "../../src/system/system.ts";
import { removeTree } from "./remove.ts";
import { FolderCopy } from "./folder_copy.ts";

/** The exit of a program and its output, with `$ROOT` instead of the root. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Without these no program starts on Windows. */
const WINDOWS_ENV = Object.fromEntries(
  ["SystemRoot", "SystemDrive", "ComSpec", "PATHEXT"]
    .map((name) => [name, Deno.env.get(name)])
    .filter(([, value]) => value !== undefined),
) as Record<string, string>;

/** Variables of this process, removed from a program's environment. */
const INHERITED: Readonly<Record<string, null>> = Object.fromEntries(
  Object.keys(Deno.env.toObject()).map((name) => [name, null]),
);

const SEPARATOR = Deno.build.os === "windows" ? ";" : ":";

/** The path of programs, without an installed mpm. */
export const PATH = Deno.env.get("PATH")!.split(SEPARATOR)
  .filter((folder) => !hasMpm(folder)).join(SEPARATOR);

function hasMpm(folder: string): boolean {
  try {
    return !Deno.lstatSync(join(folder, "mpm")).isDirectory;
  } catch {
    return false;
  }
}

/** A temporary home with a hermetic git; `using` removes it. */
export class TestEnv implements Disposable {
  static #repository: FolderCopy | undefined;
  readonly root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "mpm-" }));
  readonly home = join(this.root, "home");
  /** The folder that commands run in by default. */
  readonly project = join(this.root, "project");
  /** Seconds added for each git command, so that commits differ in time. */
  #clock = 0;
  /** The variables that stay unchanged. */
  readonly #fixed: Readonly<Record<string, string>> = {
    PATH,
    ...WINDOWS_ENV,
    HOME: this.home,
    TMPDIR: join(this.root, "tmp"),
    TZ: "UTC",
    LC_ALL: "C.UTF-8",
    NO_COLOR: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_EDITOR: ":",
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_COUNT: "4",
    GIT_CONFIG_KEY_0: "init.defaultBranch",
    GIT_CONFIG_VALUE_0: "main",
    GIT_CONFIG_KEY_1: "gc.auto",
    GIT_CONFIG_VALUE_1: "0",
    GIT_CONFIG_KEY_2: "maintenance.auto",
    GIT_CONFIG_VALUE_2: "false",
    GIT_CONFIG_KEY_3: "protocol.file.allow",
    GIT_CONFIG_VALUE_3: "always",
    GIT_AUTHOR_NAME: "Ada Lovelace",
    GIT_AUTHOR_EMAIL: "ada@example.com",
    GIT_COMMITTER_NAME: "Ada Lovelace",
    GIT_COMMITTER_EMAIL: "ada@example.com",
  };
  /** Environment variables in addition to the hermetic ones. */
  readonly extra: Record<string, string> = {};
  /** Results for {@link settle}, by the data that may change them. */
  #places: Map<string, Promise<RunResult>> | undefined;

  constructor() {
    for (const folder of [this.home, this.project, join(this.root, "tmp")]) {
      Deno.mkdirSync(folder);
    }
  }

  /** A project with a repository and one commit of `README.md`. */
  static repository(): TestEnv {
    TestEnv.#repository ??= TestEnv.#begun();
    const env = new TestEnv();
    TestEnv.#repository.restore(env.project);
    // The number of git commands that had run there, so that commits get the
    // same times.
    env.#clock = 3;
    // The index has the times and numbers of the files it was made for.
    env.git("update-index", "-q", "--refresh");
    return env;
  }

  /** Made once by git: writing the same files is much cheaper. */
  static #begun(): FolderCopy {
    using env = new TestEnv();
    env.git("init", "-q");
    for (const { name } of Deno.readDirSync(join(env.project, ".git/hooks"))) {
      env.remove(`.git/hooks/${name}`);
    }
    env.write("README.md", "# Project\n");
    env.commit("Start the project");
    return new FolderCopy(env.project);
  }

  env(): Record<string, string> {
    const date = this.#date();
    return {
      ...this.#fixed,
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_DATE: date,
      ...this.extra,
    };
  }

  /** The next moment of the environment's clock. */
  #date(): string {
    return new Date(Date.UTC(2026, 0, 1) + 1000 * this.#clock++).toISOString();
  }

  /** Returns one of the variables: mpm reads many, one by one. */
  #variable(name: string): string | undefined {
    const date = this.#date();
    if (Object.hasOwn(this.extra, name)) return this.extra[name];
    return /^GIT_(AUTHOR|COMMITTER)_DATE$/.test(name)
      ? date
      : this.#fixed[name];
  }

  /**
   * From now on the project stays the same repository, or stays outside git, so
   * commands in this process ask git only once. For tests that run very many
   * commands there, each of which would start a git only for that question.
   */
  settle(): void {
    this.#places ??= new Map();
  }

  /** Runs git in the project; throws unless it succeeds. */
  git(...args: string[]): string {
    return this.gitIn(this.project, ...args);
  }

  gitIn(folder: string, ...args: string[]): string {
    const done = this.run("git", args, { cwd: folder });
    if (done.status !== 0) {
      throw new Error(`git ${args.join(" ")}: ${done.stderr}`);
    }
    return done.stdout.trimEnd();
  }

  /** Stages everything in the project, commits it, returns the full id. */
  commit(message: string): string {
    this.git("add", "-A");
    this.git("commit", "-q", "--allow-empty", "-m", message);
    return this.#head() ?? this.git("rev-parse", "HEAD");
  }

  /**
   * The id of `HEAD` if files contain it, which is cheaper than calling git.
   */
  #head(): string | undefined {
    try {
      const head = this.read(".git/HEAD").trim();
      const ref = head.replace(/^ref: /, "");
      const id = ref === head ? head : this.read(`.git/${ref}`).trim();
      if (!/^[0-9a-f]{40,64}$/.test(id)) return undefined;
      // The clock ticks as for a call of git.
      this.#clock++;
      return id;
    } catch {
      return undefined;
    }
  }

  /** Writes a file of the project, making its folders. */
  write(path: string, content: string | Uint8Array): void {
    const full = join(this.project, path);
    Deno.mkdirSync(dirname(full), { recursive: true });
    if (typeof content === "string") Deno.writeTextFileSync(full, content);
    else Deno.writeFileSync(full, content);
  }

  read(path: string): string {
    return Deno.readTextFileSync(join(this.project, path));
  }

  remove(path: string): void {
    removeTree(join(this.project, path));
  }

  /** Returns whether anything exists there, even a dangling link. */
  exists(path: string): boolean {
    try {
      Deno.lstatSync(join(this.project, path));
      return true;
    } catch {
      return false;
    }
  }

  /** Runs any program in the hermetic environment. */
  run(
    program: string,
    args: readonly string[],
    options: { cwd?: string; env?: Record<string, string> } = {},
  ): Outcome {
    const { code, stdout, stderr } = new Deno.Command(program, {
      args: [...args],
      cwd: options.cwd ?? this.project,
      env: { ...this.env(), ...options.env },
      clearEnv: true,
      stdin: "null",
    }).outputSync();
    return {
      status: code,
      stdout: this.#text(stdout),
      stderr: this.#text(stderr),
    };
  }

  /**
   * The real machine seen from this environment: its variables, its working
   * folder, and programs that run in it.
   */
  system(options: { cwd?: string; now?: () => Date } = {}): System {
    const real = realSystem();
    return {
      ...real,
      program: () => join(this.root, "bin", "mpm"),
      cwd: () => options.cwd ?? this.project,
      home: () => this.#variable("HOME"),
      env: (name) => this.#variable(name),
      envNames: () => Object.keys(this.env()),
      now: options.now ?? real.now,
      run: (program: string, run: RunOptions) =>
        this.#place(
          run,
          () =>
            real.run(program, { ...run, env: this.#childEnv(run.env ?? {}) }),
        ),
      runProgram: (args, run) =>
        real.runProgram(args, {
          ...run,
          env: this.#childEnv(run.env ?? {}),
        }),
      startApart: (args, run) => Promise.resolve(this.#runApart(args, run)),
    };
  }

  /** Waits for what mpm leaves to itself, so that nothing outlives a test. */
  #runApart(
    args: readonly string[],
    { cwd, env = {} }: ApartOptions,
  ): boolean {
    const set = Object.entries({ ...this.env(), ...env })
      .filter((entry): entry is [string, string] => entry[1] !== null);
    const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
    try {
      new Deno.Command("sh", {
        args: ["-c", 'exec "$@"', "sh", ...args],
        ...{ ...streams, cwd, env: Object.fromEntries(set), clearEnv: true },
      }).outputSync();
      return true;
    } catch {
      return false;
    }
  }

  /** Sets the answer of {@link settle} for the one question about it. */
  #place(
    { args, cwd }: RunOptions,
    ask: () => Promise<RunResult>,
  ): Promise<RunResult> {
    const isAsked = cwd === this.project && args.includes("--show-toplevel");
    if (!this.#places || !isAsked) return ask();
    const key = JSON.stringify([args, this.extra]);
    const answer = this.#places.get(key) ?? ask();
    this.#places.set(key, answer);
    return answer;
  }

  /**
   * The hermetic environment with `changes`, without this process's variables.
   */
  #childEnv(
    changes: Record<string, string | null>,
  ): Record<string, string | null> {
    return { ...INHERITED, ...this.env(), ...changes };
  }

  #text(bytes: Uint8Array): string {
    return new TextDecoder().decode(bytes).replaceAll(this.root, "$ROOT");
  }

  [Symbol.dispose](): void {
    removeTree(this.root);
  }
}

/** Returns whether this machine's git knows an option of `git init`. */
export function knowsInit(option: string): boolean {
  using env = new TestEnv();
  return env.run("git", ["init", "-q", option]).status === 0;
}
