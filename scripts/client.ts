import { join } from "@std/path";
import { CLIENT_NAMES, type ClientName } from "../src/base/clients.ts";
import { BuildError, say } from "./build_error.ts";
import { cacheFolder } from "./runtime.ts";
import { fetchArchive, type Pinned } from "./runtime_package.ts";

/** A client that tests run, in an npm package. */
interface Packed extends Pinned {
  readonly title: string;
  /** The program's path in the package. */
  readonly program: string;
  /** Another program that must be available. */
  readonly needs?: string;
}

/**
 * The clients that mpm is tested with, one package each, without install
 * scripts.
 */
const PACKED = {
  claude: {
    title: "Claude Code",
    name: "@anthropic-ai/claude-code-linux-x64",
    version: "2.1.329",
    integrity:
      "sha512-+n4lu1ubYAp02Y0X/MAUnxw9yY6SHHZ77F+IoW+V0wVoFuiI9opdH6gofjf14gXJCEYMTNpks7Gn1i8XZTKAWA==",
    program: "claude",
  },
  codex: {
    title: "Codex CLI",
    name: "@openai/codex",
    version: "0.169.0-linux-x64",
    integrity:
      "sha512-o05NyAOCDygSPRo1yinzxvkRSdmsZyBD9E7mbpmjRanSfM8lypqWtQgEo4XfNkwhuCR2aFu8mlGOsQGFXVbVww==",
    program: "vendor/x86_64-unknown-linux-musl/bin/codex",
  },
  gemini: {
    title: "Gemini CLI",
    name: "@google/gemini-cli",
    version: "0.61.0",
    integrity:
      "sha512-dbQ9A0qBtFJNi6XBkHvfZ6Azpn6PNgH/P8h2MZ67RLlX8hSAVjup39CRWqdRxZv7YXIuhrFaytr8y0jKnkoxnQ==",
    program: "bundle/gemini.js",
    needs: "node",
  },
  // The baseline build also runs on processors without AVX2.
  opencode: {
    title: "opencode",
    name: "opencode-linux-x64-baseline",
    version: "1.18.33",
    integrity:
      "sha512-1KQGBiiDDeL/VHHbHkOvvFo8Jr97WT5+C1tear+p7IcDTnXgVHXqIjU4O4jM4mHQzykTP2i884FCnW5LDa+zCA==",
    program: "bin/opencode",
  },
  copilot: {
    title: "Copilot CLI",
    name: "@github/copilot-linux-x64",
    version: "1.0.102",
    integrity:
      "sha512-eGHPbsP0p2QgfVZCjtbGBFZPBOJQ0DN7xIbBRAo7oG8b1zfLirQIdfI4h8Iy68Dv2cKJGJZg2/EO7W7KpIMJOw==",
    program: "copilot",
  },
} satisfies Record<ClientName, Packed>;

/** Tests of `mpm.exe` run it in Wine. */
const CLAUDE_FOR_WINDOWS: Packed = {
  title: "Claude Code for Windows",
  name: "@anthropic-ai/claude-code-win32-x64",
  version: PACKED.claude.version,
  integrity:
    "sha512-BkbOTOAYvz1BNVwdRJzibhxXtZVw289ucHt1aSArGSax8C6INgf6Xtp2wxmwsSSpKk+P8LyIhj0ufvFD1VJOFA==",
  program: "claude.exe",
};

/** The platform of the packages. */
const PLATFORM = "x86_64-unknown-linux-gnu";

/** A program's path, or the reason why it is not available. */
interface Found {
  readonly path?: string;
  readonly reason?: string;
}

/** A client with its program. */
export interface Client extends Found {
  readonly name: ClientName;
}

/**
 * The real clients for tests: those that `CLAUDE_BIN`, `CODEX_BIN` and so on
 * name, else the pinned ones in the user's cache (1.2 GB in all). Those that
 * `fetched` lists are fetched once with npm if they are missing there.
 */
export async function findClients(
  fetched: readonly ClientName[] = CLIENT_NAMES,
): Promise<Client[]> {
  const clients: Client[] = [];
  for (const name of CLIENT_NAMES) {
    clients.push({ name, ...await find(name, fetched.includes(name)) });
  }
  return clients;
}

/** The real Claude Code alone, fetched if it is missing. */
export async function findClaude(): Promise<Client> {
  return { name: "claude", ...await find("claude", true) };
}

/** The real Claude Code for Windows, fetched if it is missing. */
export async function findClaudeForWindows(): Promise<Found> {
  return await findPacked("claude-windows", CLAUDE_FOR_WINDOWS, true);
}

/** The variable that names a client's program to the tests. */
function variable(name: ClientName): string {
  return `${name.toUpperCase()}_BIN`;
}

/** The variables by which tests find the clients' programs. */
export function clientVariables(
  clients: readonly Client[],
): Record<string, string> {
  return Object.fromEntries(
    clients.map(({ name, path }) => [variable(name), path ?? ""]),
  );
}

/** Prints which clients the tests run and why others are left out. */
export function sayClients(clients: readonly Client[]): void {
  for (const { name, path, reason } of clients) {
    const { title } = PACKED[name];
    say(
      path === undefined
        ? `SKIPPED: all tests against the real ${title}. ${reason}`
        : `With the real ${title}: ${path}`,
    );
  }
}

async function find(name: ClientName, fetched: boolean): Promise<Found> {
  const named = Deno.env.get(variable(name));
  if (named) return { path: named };
  if (Deno.build.target !== PLATFORM) {
    return { reason: `It is fetched for ${PLATFORM} only` };
  }
  const packed: Packed = PACKED[name];
  if (packed.needs && !await runs(packed.needs)) {
    return { reason: `It needs ${packed.needs}, which does not run here` };
  }
  return await findPacked(name, packed, fetched);
}

async function findPacked(
  name: string,
  packed: Packed,
  fetched: boolean,
): Promise<Found> {
  const folder = folderOf(name, packed);
  const path = join(folder, packed.program);
  // It got this name only when it was complete.
  if (await isFile(path)) return { path };
  if (!fetched) {
    return {
      reason:
        `It is not in ${folder}: \`deno task soak\` or scripts/client.ts fetches it`,
    };
  }
  try {
    await fetchClient(packed, folder);
    return { path };
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return { reason: error.message.split("\n")[0]! };
  }
}

function folderOf(client: string, { version, integrity }: Packed): string {
  const cache = cacheFolder(Deno.build.os, (name) => Deno.env.get(name));
  const digest = integrity.slice(7, 19).replaceAll(/[^\w]/g, "_");
  return join(cache, `${client}-${version}-${digest}`);
}

async function fetchClient(packed: Packed, folder: string): Promise<void> {
  say(`Fetching ${packed.name}@${packed.version} with npm`);
  await Deno.mkdir(join(folder, ".."), { recursive: true });
  const scratch = await Deno.makeTempDir({
    dir: join(folder, ".."),
    prefix: "fetch-",
  });
  try {
    const { path: archive } = await fetchArchive(packed, scratch, [
      // Without a registry, tests need not wait for one.
      "--fetch-retries=1",
      "--fetch-retry-mintimeout=1000",
    ]);
    await unpack(packed, archive, scratch);
    const unpacked = join(scratch, "package");
    await Deno.chmod(join(unpacked, packed.program), 0o755);
    await Deno.rename(unpacked, folder);
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

async function unpack(
  { name }: Packed,
  archive: string,
  folder: string,
): Promise<void> {
  const hint = "Is there a tar, and space for 1.2 GB in the user's cache?";
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command("tar", {
      args: ["-xzf", archive, "-C", folder],
      stdin: "null",
    }).output();
  } catch (cause) {
    throw new BuildError("Cannot run tar", hint, cause);
  }
  if (output.success) return;
  const detail = new TextDecoder().decode(output.stderr).trim();
  throw new BuildError(`Cannot unpack ${name}: ${detail}`, hint);
}

async function runs(program: string): Promise<boolean> {
  const command = new Deno.Command(program, {
    args: ["--version"],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  return await command.output().then(({ success }) => success, () => false);
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}

if (import.meta.main) {
  const clients = await findClients();
  sayClients(clients);
  if (clients.some(({ path }) => path === undefined)) Deno.exit(1);
}
