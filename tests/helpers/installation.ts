import { assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import { TestEnv } from "./env.ts";
import { has, pathOf } from "./programs.ts";
import { type Answer, releaseOf, ReleaseServer } from "./release_server.ts";
import { ROOT } from "./tree.ts";

/** The installer for Linux and macOS. */
export const SCRIPT = join(ROOT, "scripts", "install.sh");
/** Name of this machine's archive in a release. */
export const NAME = `mpm-${Deno.build.target}.tar.gz`;

/** The shells that there are here, as command lines. */
export const SHELLS = Deno.build.os === "windows" ? [] : [
  ["dash"],
  ["bash"],
  ["busybox", "sh"],
  ["zsh"],
].filter(([program]) => has(program!))
  .map(([program, ...args]) => [pathOf(program!)!, ...args]);

/**
 * An installation with a release of a program that answers like mpm, and a
 * server.
 */
export class Installation implements AsyncDisposable {
  readonly env = new TestEnv();
  readonly folder = join(this.env.home, ".local", "bin");
  readonly mpm = join(this.folder, "mpm");
  readonly archive: Uint8Array;
  readonly server: ReleaseServer;

  constructor(answers?: (archive: Uint8Array) => Map<string, Answer>) {
    this.archive = archiveOf(this.env, "9.9.9");
    const files = answers?.(this.archive) ??
      releaseOf("v9.9.9", { [NAME]: this.archive });
    this.server = new ReleaseServer(files);
  }

  /** Runs the installer as another process, so that the server can answer. */
  async run(
    args: readonly string[],
    { shell = ["sh"], env = {}, clear = false, command = (all) => all }: {
      shell?: readonly string[];
      env?: Record<string, string>;
      clear?: boolean;
      command?: (all: string[]) => string[];
    } = {},
  ) {
    const [program, ...rest] = command([...shell, SCRIPT, ...args]);
    const { code, stdout, stderr } = await new Deno.Command(program!, {
      args: rest,
      cwd: this.env.project,
      env: { ...this.vars(), ...env },
      clearEnv: !clear,
      stdin: "null",
    }).output();
    const text = (bytes: Uint8Array) =>
      new TextDecoder().decode(bytes)
        .replaceAll(this.env.root, "$ROOT")
        .replaceAll(this.server.address, "$RELEASES");
    return { status: code, stdout: text(stdout), stderr: text(stderr) };
  }

  vars(): Record<string, string> {
    const env = this.env.env();
    return {
      PATH: `${this.folder}:${env.PATH}`,
      HOME: env.HOME!,
      TMPDIR: env.TMPDIR!,
      LC_ALL: "C",
      SHELL: "/bin/bash",
      MPM_RELEASES: this.server.address,
    };
  }

  /** Checks that the home folder is as before, without temporary files. */
  assertNothing(message?: string): void {
    const left = [this.env.home, join(this.env.root, "tmp")]
      .flatMap((folder) => [...Deno.readDirSync(folder)].map((e) => e.name));
    assertEquals(left, [], message);
  }

  /** Checks that the folder contains only the program. */
  assertInstalled(version: string, message?: string): void {
    assertEquals(names(this.folder), ["mpm"], message);
    assertEquals(this.env.run(this.mpm, ["--version"]).stdout, answer(version));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    this.env[Symbol.dispose]();
  }
}

/** Returns the answer of a release's program. */
export const answer = (version: string) =>
  `mpm ${version} (0123456789ab 2026-01-02)\n`;

/** The names in a folder, sorted. */
export const names = (folder: string) =>
  [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

/** Files next to the program in an archive. */
const PAGES = {
  "README.md": "not installed\n",
  "man/mpm.1": '.\\" Written\n.TH MPM 1 "" "mpm 9.9.9" "mpm manual"\n',
  "man/mpm-pause.1":
    '.\\" Written\n.TH MPM\\-PAUSE 1 "" "mpm 9.9.9" "mpm manual"\n',
  "completions/mpm.bash": "# bash completion for mpm. To switch it on\n",
  "completions/mpm.fish": "# fish completion for mpm. To switch it on\n",
  "completions/mpm.ps1": "# PowerShell completion for mpm\n",
  "completions/mpm.zsh": "#compdef mpm\n# zsh completion for mpm. To switch\n",
};

/**
 * Places of man pages and completions for an installation in the home folder.
 */
export const PLACED = [
  "bash-completion/completions/mpm",
  "fish/vendor_completions.d/mpm.fish",
  "man/man1/mpm-pause.1",
  "man/man1/mpm.1",
  "zsh/site-functions/_mpm",
];

/** An archive with a program that answers as mpm, or runs `script`. */
export function archiveOf(
  env: TestEnv,
  version: string,
  script?: string,
): Uint8Array {
  const folder = Deno.makeTempDirSync({ dir: env.root });
  const text = script ?? `printf '%s' '${answer(version)}'`;
  Deno.writeTextFileSync(join(folder, "mpm"), `#!/bin/sh\n${text}\n`, {
    mode: 0o755,
  });
  for (const [path, text] of Object.entries(PAGES)) {
    Deno.mkdirSync(dirname(join(folder, path)), { recursive: true });
    Deno.writeTextFileSync(join(folder, path), text);
  }
  const packed = ["mpm", "man", "completions", "README.md"];
  const done = env.run("tar", ["-czf", "a.tar.gz", ...packed], {
    cwd: folder,
  });
  assertEquals(done.status, 0, done.stderr);
  const bytes = Deno.readFileSync(join(folder, "a.tar.gz"));
  Deno.removeSync(folder, { recursive: true });
  return bytes;
}

/** A folder that comes first on PATH, with programs that give these answers. */
export function fakes(
  installation: Installation,
  answers: Record<string, string>,
): string {
  const folder = join(installation.env.root, "fakes");
  Deno.mkdirSync(folder, { recursive: true });
  for (const [name, script] of Object.entries(answers)) {
    Deno.writeTextFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, {
      mode: 0o755,
    });
  }
  return folder;
}

/** Links to the named programs, as the only available ones. */
export function only(
  installation: Installation,
  programs: readonly string[],
): string {
  const folder = join(installation.env.root, "only");
  Deno.mkdirSync(folder);
  for (const name of programs) {
    const path = pathOf(name);
    if (path) Deno.symlinkSync(path, join(folder, name));
  }
  return folder;
}

/** The programs without which install.sh cannot do anything. */
export const NEEDED = [
  ...["sh", "uname", "getconf", "dirname", "basename", "mktemp", "find", "rm"],
  ...["mkdir", "mv", "chmod", "cat", "tr", "sed", "tail", "tar", "gzip", "ldd"],
  "grep",
];
