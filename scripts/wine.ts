import { dirname, join } from "@std/path";
import { build } from "./build.ts";
import { BuildError, say } from "./build_error.ts";
import { findClaudeForWindows } from "./client.ts";
import { cacheFolder } from "./runtime.ts";

/**
 * A Debian with Wine, for tests of `mpm.exe`. Earlier Debians have a Wine that
 * does not run it.
 */
const RELEASE = "trixie";

/** The packages installed there on top of the base system: about 1.6 GB. */
const PACKAGES = ["wine", "wine64", "git", "perl", "gcc-mingw-w64-x86-64"];

/**
 * The words that begin a command in there, without the variables of this
 * machine.
 */
export const ALONE = [
  ...["env", "-i", "HOME=/root", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
  ...["LC_ALL=C.UTF-8", "XDG_RUNTIME_DIR=/tmp"],
  ...["WINEPREFIX=/wine", "WINEDEBUG=-all", "DEBIAN_FRONTEND=noninteractive"],
];

/** The folder of that Debian, or the reason why it is missing. */
export interface Wine {
  readonly folder?: string;
  readonly reason?: string;
}

/**
 * Makes that Debian once, in the user's cache. Needs Linux on x64, root,
 * `debootstrap` and Debian's packages, which come from `DEBIAN_MIRROR`.
 */
export async function findWine(): Promise<Wine> {
  if (Deno.build.target !== "x86_64-unknown-linux-gnu") {
    return { reason: "Wine is set up on Linux on x64 only" };
  }
  if (Deno.uid() !== 0) return { reason: "only root may set Wine up" };
  const cache = cacheFolder(Deno.build.os, (name) => Deno.env.get(name));
  const folder = join(cache, `wine-${RELEASE}-1`);
  try {
    // It got this name only when it was complete.
    if (!await isFolder(folder)) await install(cache, folder);
    return { folder };
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return { reason: error.message };
  }
}

async function install(cache: string, folder: string): Promise<void> {
  await Deno.mkdir(cache, { recursive: true });
  const made = await Deno.makeTempDir({ dir: cache, prefix: "wine-" });
  try {
    say(`Setting up Wine of Debian ${RELEASE} (1.6 GB, two minutes)`);
    const mirror = Deno.env.get("DEBIAN_MIRROR");
    await run("debootstrap", [
      ...["--variant=minbase", RELEASE, made],
      ...mirror === undefined ? [] : [mirror],
    ]);
    await Deno.copyFile("/etc/resolv.conf", join(made, "etc/resolv.conf"));
    const apt = "apt-get -qq install -y --no-install-recommends";
    const script = [
      "apt-get -qq update",
      `${apt} ${PACKAGES.join(" ")}`,
      "apt-get clean",
      "wineboot --init",
    ].join("\n");
    const mounted = [...MOUNTS, 'exec chroot "$0" "$@"'].join("\n");
    await run("unshare", [
      ...["-m", "sh", "-euc", mounted, made, ...ALONE],
      ...["sh", "-euc", script],
    ]);
    await Deno.rename(made, folder);
  } catch (error) {
    await Deno.remove(made, { recursive: true });
    throw error;
  }
}

/** A complete copy of that Debian, with folders of this machine in it. */
export interface WinePlace {
  /** The words that begin a command in there. */
  readonly before: readonly string[];
  /** Ends all Windows programs. */
  stop(): Promise<void>;
}

/**
 * Mounts the folders and everything that Wine needs, only for this process.
 * Wine's own server runs there until `stop`: it opens the files of all its
 * programs.
 */
export async function startWine(
  folder: string,
  shared: readonly string[],
): Promise<WinePlace> {
  const script = [
    ...MOUNTS,
    ...shared.map((path) => {
      const there = `"$0${path}"`;
      return `mkdir -p ${there}; mount --bind "${path}" ${there}`;
    }),
    "echo ready; exec cat",
  ].join("\n");
  const child = new Deno.Command("unshare", {
    args: ["-m", "sh", "-euc", script, folder],
    ...{ stdin: "piped", stdout: "piped" },
  }).spawn();
  const { value } = await child.stdout.getReader().read();
  if (value === undefined) throw new BuildError("Cannot mount", "Be root");
  const before = [
    ...["nsenter", "-t", String(child.pid), "-m", "chroot", folder],
    ...ALONE,
  ];
  // Otherwise the first program would wait for all programs that it starts.
  // This fails if a server is already running, which also works.
  await quietly([...before, "wineserver", "-p"]).catch(() => {});
  await quietly([...before, "wine", "cmd", "/c", "exit"]);
  return {
    before,
    stop: async () => {
      await quietly([...before, "wineserver", "-k"]);
      await child.stdin.close();
      await child.status;
    },
  };
}

/** `$0`: that Debian. */
const MOUNTS = [
  'mount -t proc proc "$0/proc"',
  'mount --rbind /dev "$0/dev"',
];

async function run(program: string, args: readonly string[]): Promise<void> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(program, {
      args: [...args],
      stdin: "null",
    }).output();
  } catch (cause) {
    const hint = `apt-get install ${program}`;
    throw new BuildError(`${program} is not installed`, hint, cause);
  }
  if (output.success) return;
  const said = new TextDecoder().decode(output.stderr).trim().split("\n");
  throw new BuildError(`${program} failed: ${said.at(-1)}`, "See its log");
}

/** Runs a command whose programs stay and keep their files open. */
async function quietly([program = "", ...args]: string[]): Promise<void> {
  const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
  const { code } = await new Deno.Command(program, { args, ...streams })
    .spawn().status;
  if (code !== 0) throw new BuildError(`${args.at(-1)} failed`, "Try again");
}

async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path)
    .then(({ isDirectory }) => isDirectory, () => false);
}

/**
 * Variables for the tests of `mpm.exe`, and a function that ends their Wine.
 */
export interface WineForTests {
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * Starts Wine for tests, with a new binary. Without Wine, prints the reason.
 */
export async function wineForTests(): Promise<WineForTests> {
  const { folder, reason } = await findWine();
  if (folder === undefined) {
    say(`SKIPPED: all tests of mpm.exe. ${reason}`);
    return { env: {}, stop: () => Promise.resolve() };
  }
  const [binary = ""] = await build(["x86_64-pc-windows-msvc"]);
  const claude = await findClaudeForWindows();
  if (claude.path === undefined) {
    say(`SKIPPED: Claude Code for Windows. ${claude.reason}`);
  }
  const temporary = Deno.env.get("TMPDIR") ?? "/tmp";
  const programs = [binary, ...claude.path === undefined ? [] : [claude.path]];
  const shared = [temporary, ...programs.map((path) => dirname(path))];
  const { before, stop } = await startWine(folder, shared);
  const env = {
    MPM_SOAK: "1",
    MPM_EXE: binary,
    MPM_CLAUDE_EXE: claude.path ?? "",
    MPM_WINE: folder,
    MPM_WINE_BEFORE: JSON.stringify(before),
  };
  return { env, stop };
}

/** Runs a command that tests `mpm.exe`, as in `wine.ts deno test -A …`. */
if (import.meta.main) {
  const [program = Deno.execPath(), ...given] = Deno.args;
  const args = Deno.args.length > 0
    ? given
    : ["test", "--allow-all", "--no-check", "tests/windows/"];
  const { env, stop } = await wineForTests();
  const { code } = await new Deno.Command(program, { args, env, stdin: "null" })
    .spawn().status;
  await stop();
  Deno.exit(code);
}
