import { join } from "@std/path";
import { BuildError, say } from "./build_error.ts";
import { cacheFolder } from "./runtime.ts";

/** Packages with programs that tests use, and a library that these need. */
const PACKAGES = ["openssh-server", "libwrap0", "age", "parallel", "cron"];

/** The programs of {@link PACKAGES}. */
const NEEDED = ["sshd", "age", "age-keygen", "parallel", "cron", "crontab"];

/** Options of `apt-get` that make it fail soon without a network. */
const SOON = [
  "-qq",
  "-o",
  "Acquire::Retries=0",
  "-o",
  "Acquire::http::Timeout=20",
];

/** The path of programs for tests, or the reason why some are missing. */
export interface Programs {
  readonly path: string;
  readonly reason?: string;
}

/**
 * Finds `sshd`, `age` and `parallel` for tests. On a Debian that lacks them, it unpacks
 * their packages once into the user's cache, and installs nothing.
 */
export async function findPrograms(): Promise<Programs> {
  const own = Deno.env.get("PATH") ?? "";
  if (Deno.build.os !== "linux") return { path: own };
  const path = `${own}:/usr/sbin`;
  if (await has(NEEDED, path)) return { path };
  try {
    const folder = await unpacked();
    return { path: `${path}:${folder}/usr/bin:${folder}/usr/sbin` };
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return { path, reason: error.message.split("\n")[0]! };
  }
}

async function has(names: readonly string[], path: string): Promise<boolean> {
  const script = 'for name; do command -v "$name" || exit 1; done';
  const { success } = await new Deno.Command("sh", {
    args: ["-c", script, "sh", ...names],
    env: { PATH: path },
    stdout: "null",
  }).output();
  return success;
}

async function unpacked(): Promise<string> {
  const cache = cacheFolder(Deno.build.os, (name) => Deno.env.get(name));
  const folder = join(cache, `debian-${await codename()}-3`);
  // It got this name only when it was complete.
  if (await Deno.stat(folder).then(() => true, () => false)) return folder;
  say(`Fetching ${PACKAGES.join(", ")} with apt-get`);
  await Deno.mkdir(cache, { recursive: true });
  const scratch = await Deno.makeTempDir({ dir: cache, prefix: "fetch-" });
  try {
    await download(scratch);
    const made = join(scratch, "made");
    for (const { name } of Deno.readDirSync(scratch)) {
      if (!name.endsWith(".deb")) continue;
      await run("dpkg-deb", ["-x", join(scratch, name), made], scratch);
    }
    await Deno.rename(made, folder);
    return folder;
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

/**
 * Downloads the packages, after updating the package lists if the machine has
 * none.
 */
async function download(scratch: string): Promise<void> {
  const fetch = ["download", ...PACKAGES];
  try {
    await run("apt-get", [...SOON, ...fetch], scratch);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    const lists = join(scratch, "lists");
    await Deno.mkdir(join(lists, "partial"), { recursive: true });
    const own = [...SOON, "-o", `Dir::State::Lists=${lists}`];
    await run("apt-get", [...own, "update"], scratch);
    await run("apt-get", [...own, ...fetch], scratch);
  }
}

/**
 * The name of this machine's Debian release; other releases have other
 * libraries.
 */
async function codename(): Promise<string> {
  const text = await Deno.readTextFile("/etc/os-release").catch(() => "");
  const name = /^VERSION_CODENAME=(\w+)$/m.exec(text)?.[1];
  if (name) return name;
  throw new BuildError(
    "This Linux is not a Debian",
    "Install sshd, age and parallel",
  );
}

async function run(
  program: string,
  args: readonly string[],
  cwd: string,
): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd,
    stdin: "null",
    stdout: "null",
  }).output().catch((cause) => {
    const hint = "Install sshd, age and parallel";
    throw new BuildError(`${program} is not installed`, hint, cause);
  });
  if (success) return;
  const said = new TextDecoder().decode(stderr).trim().split("\n").at(-1);
  throw new BuildError(
    `${program} ${args.at(-1)} failed: ${said}`,
    "Try again",
  );
}
