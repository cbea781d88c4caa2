import { basename, dirname, join } from "@std/path";
import { createHash } from "node:crypto";
import { SOAKS } from "./posix.ts";
import { Pty } from "./pty.ts";
import { removeTree } from "./remove.ts";
import { say } from "./say.ts";
import { ROOT } from "./tree.ts";

/**
 * From `deno task soak`: the folder of a Debian that has Wine, the words that
 * begin a command in there, and the binary for Windows.
 */
const DEBIAN = Deno.env.get("MPM_WINE");
const BEFORE: string[] = JSON.parse(Deno.env.get("MPM_WINE_BEFORE") ?? "[]");
const BINARY = Deno.env.get("MPM_EXE");

/** Claude Code for Windows, or "" if it is not available. */
export const CLAUDE_EXE = Deno.env.get("MPM_CLAUDE_EXE") ?? "";

/**
 * A test of `mpm.exe`. Without Wine, or a program that it `needs`, it is left
 * out, which is reported.
 */
export function wineTest(
  name: string,
  fn: (env: WineEnv) => void | Promise<void>,
  needs = BINARY,
): void {
  const there = DEBIAN !== undefined && Boolean(BINARY) && Boolean(needs);
  if (SOAKS && !there) say(`SKIPPED in Wine: "${name}"`);
  Deno.test({
    name: `mpm.exe: ${name}`,
    ignore: !there,
    fn: async () => {
      using env = new WineEnv();
      await fn(env);
    },
  });
}

/**
 * Sources next to the tests, and the programs that Debian's compiler makes from
 * them.
 */
const PROGRAMS = {
  "git.exe": ["git.c", "-lws2_32"],
  "start.exe": ["start.c"],
  "long.dll": ["long.c", "-shared", "-lntdll"],
};
const SOURCES = join(ROOT, "tests", "windows");

/** Compiles the programs of the tests once; returns their folder. */
function programs(): string {
  const hash = createHash("sha256");
  const sources = Object.values(PROGRAMS).map(([source]) => source!);
  for (const name of [...sources, "git-run.pl"]) {
    hash.update(Deno.readFileSync(join(SOURCES, name)));
  }
  const digest = hash.digest("hex").slice(0, 16);
  const folder = join(DEBIAN!, "programs", digest);
  if (isThere(folder)) return folder;
  Deno.mkdirSync(dirname(folder), { recursive: true });
  const made = Deno.makeTempDirSync({ dir: dirname(folder) });
  const there = made.slice(DEBIAN!.length);
  for (const [name, [source, ...flags]] of Object.entries(PROGRAMS)) {
    Deno.copyFileSync(join(SOURCES, source!), join(made, source!));
    const words = [
      ..."x86_64-w64-mingw32-gcc -O1 -Wall -Werror -municode".split(" "),
      ...["-o", name, source, ...flags],
    ];
    start(["sh", "-euc", `cd ${there}; ${words.join(" ")}`]);
  }
  Deno.copyFileSync(join(SOURCES, "git-run.pl"), join(made, "git-run.pl"));
  Deno.chmodSync(join(made, "git-run.pl"), 0o755);
  try {
    Deno.renameSync(made, folder);
  } catch (error) {
    // Another test was faster.
    if (!isThere(folder)) throw error;
    removeTree(made);
  }
  return folder;
}

function isThere(path: string): boolean {
  try {
    return Deno.lstatSync(path).isDirectory;
  } catch {
    return false;
  }
}

/** Runs a command in that Debian; throws unless it succeeds. */
function start(command: readonly string[]): void {
  const [program = "", ...args] = [...BEFORE, ...command];
  const { success, stderr } = new Deno.Command(program, { args }).outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** The end of a program, with `$ROOT` instead of the folder of the test. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface WineOptions {
  readonly stdin?: string;
  /** A folder in Linux's spelling. */
  readonly cwd?: string;
  /** Variables of Windows; an empty text removes one. */
  readonly env?: Readonly<Record<string, string>>;
  /** The verb of `start.c`, with its number. */
  readonly verb?:
    | readonly ["run" | "long"]
    | readonly ["kill" | "crash", number];
}

/** A temporary Windows user with a project; `using` removes it. */
export class WineEnv implements Disposable {
  readonly root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "mpm-w-" }));
  readonly home = join(this.root, "home");
  readonly project = join(this.root, "project");
  readonly #kept = join(this.root, "kept");
  readonly #programs = programs();

  constructor() {
    for (const folder of [this.home, this.project, join(this.root, "tmp")]) {
      Deno.mkdirSync(folder);
    }
  }

  [Symbol.dispose](): void {
    removeTree(this.root);
  }

  /** The program that starts and disturbs others: `start.c`. */
  get starter(): string {
    return this.windows(
      join(this.#programs, "start.exe").slice(DEBIAN!.length),
    );
  }

  /** A path as Windows spells it: Linux's root is drive Z. */
  windows(path: string): string {
    return `Z:${path.replaceAll("/", "\\")}`;
  }

  /** Writes a file of the project; returns its path. */
  write(path: string, text: string | Uint8Array): string {
    const at = join(this.project, path);
    Deno.mkdirSync(dirname(at), { recursive: true });
    if (typeof text === "string") Deno.writeTextFileSync(at, text);
    else Deno.writeFileSync(at, text);
    return at;
  }

  read(path: string): string {
    return Deno.readTextFileSync(join(this.project, path));
  }

  /** Remembers the project and the home, for {@link restore}. */
  keep(): void {
    Deno.mkdirSync(this.#kept);
    copy([this.home, this.project], this.#kept);
  }

  restore(): void {
    for (let tries = 0;; tries++) {
      try {
        for (const folder of [this.home, this.project]) removeTree(folder);
        const kept = ["home", "project"].map((name) => join(this.#kept, name));
        return copy(kept, this.root);
      } catch (error) {
        // A command may still write there in the background.
        if (tries === 20) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
      }
    }
  }

  /** Git of this machine, in the project. Throws unless it succeeds. */
  git(...args: string[]): string {
    const { success, stdout, stderr } = new Deno.Command("git", {
      args: ["-C", this.project, ...args],
      env: { ...GIT, HOME: this.home },
    }).outputSync();
    const decoder = new TextDecoder();
    if (!success) throw new Error(decoder.decode(stderr));
    return decoder.decode(stdout);
  }

  /** Makes the project a repository with one commit. */
  repository(): this {
    this.git("init", "-q", "-b", "main");
    this.write("README.md", "# Project\n");
    this.git("add", "-A");
    this.git("commit", "-q", "-m", "First");
    return this;
  }

  /** The command line that runs a program of Windows as this user. */
  line(
    program: string,
    args: readonly string[],
    { cwd = this.project, env = {}, verb = ["run"] }: WineOptions = {},
  ): string[] {
    const home = this.windows(this.home);
    const variables = {
      ...GIT,
      USERPROFILE: home,
      HOME: "",
      APPDATA: `${home}\\AppData\\Roaming`,
      LOCALAPPDATA: `${home}\\AppData\\Local`,
      TEMP: this.windows(join(this.root, "tmp")),
      TMP: this.windows(join(this.root, "tmp")),
      PATH: `${this.windows(this.#programs.slice(DEBIAN!.length))};` +
        "C:\\windows\\system32",
      NO_COLOR: "1",
      ...env,
    };
    return [
      ...BEFORE,
      "wine",
      join(this.#programs, "start.exe").slice(DEBIAN!.length),
      ...verb.map(String),
      this.windows(cwd),
      ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
      "--",
      program,
      ...args,
    ];
  }

  /** The path of `mpm.exe`. */
  get exe(): string {
    return this.windows(BINARY!);
  }

  /** Runs `mpm.exe` to its end. */
  async mpm(args: readonly string[], options: WineOptions = {}) {
    return await this.run(this.exe, args, options);
  }

  /** Runs a program of Windows to its end. */
  async run(
    name: string,
    words: readonly string[],
    options: WineOptions = {},
  ): Promise<Outcome> {
    const child = this.spawn(name, words, options);
    const writer = child.stdin.getWriter();
    // A program that has ended accepts no input.
    await writer.write(new TextEncoder().encode(options.stdin ?? ""))
      .then(() => writer.close()).catch(() => {});
    const { code, stdout, stderr } = await child.output();
    return {
      status: code,
      stdout: this.#shown(stdout),
      stderr: this.#shown(stderr),
    };
  }

  spawn(name: string, words: readonly string[], options: WineOptions = {}) {
    const [program = "", ...args] = this.line(name, words, options);
    return new Deno.Command(program, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  /** Makes another program open a file exclusively until it is released. */
  async hold(path: string): Promise<{ release(): Promise<void> }> {
    const child = this.spawn(this.starter, ["hold", this.windows(path)]);
    const reader = child.stdout.getReader();
    const said = new TextDecoder().decode((await reader.read()).value);
    if (!said.includes("held")) throw new Error(`Cannot open ${path} alone`);
    return {
      async release() {
        await child.stdin.close();
        await reader.cancel();
        await child.stderr.cancel();
        await child.status;
      },
    };
  }

  /** A program of Windows on a terminal, which then prints its status. */
  console(
    name: string,
    words: readonly string[],
    options: WineOptions = {},
  ): Pty {
    const quoted = this.line(name, words, options).map((word) =>
      `'${word.replaceAll("'", `'\\''`)}'`
    );
    const env = { PATH: Deno.env.get("PATH") ?? "" };
    const place = { project: this.project, env: () => env };
    return new Pty(place, `${quoted.join(" ")}; echo status $?.`);
  }

  #shown(bytes: Uint8Array): string {
    const root = this.windows(this.root);
    return new TextDecoder().decode(bytes)
      .replaceAll(root, "$ROOT")
      .replaceAll(root.replaceAll("\\", "/"), "$ROOT")
      .replaceAll(JSON.stringify(root).slice(1, -1), "$ROOT");
  }
}

function copy(from: readonly string[], to: string): void {
  const { success } = new Deno.Command("cp", { args: ["-a", ...from, to] })
    .outputSync();
  if (!success) throw new Error(`Cannot copy to ${to}`);
}

/** Git does not prompt and reads only the repository's settings. */
const GIT = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.com",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.com",
};

/** The names in a folder, sorted. */
export function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => basename(name)).sort();
}
