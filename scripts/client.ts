import { join } from "@std/path";
import { BuildError, say } from "./build_error.ts";
import { cacheFolder } from "./runtime.ts";
import { fetchArchive, type Pinned } from "./runtime_package.ts";

/** The Claude Code that mpm is tested with, for Linux on x64. */
export const CLIENT: Pinned = {
  name: "@anthropic-ai/claude-code-linux-x64",
  version: "2.1.329",
  integrity:
    "sha512-+n4lu1ubYAp02Y0X/MAUnxw9yY6SHHZ77F+IoW+V0wVoFuiI9opdH6gofjf14gXJCEYMTNpks7Gn1i8XZTKAWA==",
};

/** The platform of {@link CLIENT}. */
const PLATFORM = "x86_64-unknown-linux-gnu";

/** The client's program, or the reason why it is not available. */
export interface Client {
  readonly path?: string;
  readonly reason?: string;
}

/**
 * The real Claude Code for tests: the one that `CLAUDE_BIN` names, else the
 * pinned one, fetched once with npm into the user's cache (377 MB).
 */
export async function findClient(): Promise<Client> {
  const named = Deno.env.get("CLAUDE_BIN");
  if (named) return { path: named };
  if (Deno.build.target !== PLATFORM) {
    return { reason: `It is fetched for ${PLATFORM} only` };
  }
  try {
    return { path: await fetchClient() };
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return { reason: error.message.split("\n")[0]! };
  }
}

async function fetchClient(): Promise<string> {
  const cache = cacheFolder(Deno.build.os, (name) => Deno.env.get(name));
  const digest = CLIENT.integrity.slice(7, 19).replaceAll(/[^\w]/g, "_");
  const folder = join(cache, `claude-${CLIENT.version}-${digest}`);
  const path = join(folder, "claude");
  // It got this name when it was whole.
  if (await isFile(path)) return path;
  say(`Fetching ${CLIENT.name}@${CLIENT.version} with npm`);
  await Deno.mkdir(cache, { recursive: true });
  const scratch = await Deno.makeTempDir({ dir: cache, prefix: "fetch-" });
  try {
    const { path: archive } = await fetchArchive(CLIENT, scratch, [
      // Where there is no registry, tests need not wait for one.
      "--fetch-retries=1",
      "--fetch-retry-mintimeout=1000",
    ]);
    await unpack(archive, scratch);
    await Deno.mkdir(folder, { recursive: true });
    await Deno.rename(join(scratch, "package", "claude"), path);
    return path;
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

async function unpack(archive: string, folder: string): Promise<void> {
  const args = ["-xzf", archive, "-C", folder, "package/claude"];
  const hint = "Is there a tar, and space for 377 MB in the user's cache?";
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command("tar", { args, stdin: "null" }).output();
  } catch (cause) {
    throw new BuildError("Cannot run tar", hint, cause);
  }
  if (output.success) return;
  const detail = new TextDecoder().decode(output.stderr).trim();
  throw new BuildError(`Cannot unpack ${CLIENT.name}: ${detail}`, hint);
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}

if (import.meta.main) {
  const { path, reason } = await findClient();
  say(path ?? `Not available: ${reason}`);
  if (!path) Deno.exit(1);
}
