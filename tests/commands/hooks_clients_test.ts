import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type {
  ClientFilesResult,
  DoctorResult,
  HooksReport,
  SetupRemoveResult,
  SetupReport,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

/** A project, and the mpm that hooks start. */
function withBinary(): TestEnv {
  const env = TestEnv.repository();
  env.write("../bin/mpm", "#!/bin/sh\n");
  Deno.chmodSync(`${env.root}/bin/mpm`, 0o755);
  return env;
}

const OTHERS = ["codex", "gemini", "opencode", "copilot"] as const;

type File = readonly [path: string, text: string];

/** Settings of someone else next to mpm's, by client. */
const FOREIGN: Readonly<Record<string, File>> = {
  codex: [
    ".codex/hooks.json",
    '{\n\t"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "x"}]}]}\n}',
  ],
  gemini: [".gemini/settings.json", '{"theme": "x"}'],
  opencode: [".config/opencode/plugins/other.js", "// mine\n"],
  copilot: [".copilot/hooks/mine.json", '{"version": 1}'],
};

/** Paths and contents below a folder, without the state of mpm. */
function treeOf(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    if (name === ".local") return [];
    return isDirectory
      ? [`${path}/`, ...treeOf(path)]
      : [`${path} ${Deno.readTextFileSync(path)}`];
  }).sort();
}

function inHome(env: TestEnv, path: string, text: string): void {
  const file = join(env.home, path);
  Deno.mkdirSync(join(file, ".."), { recursive: true });
  Deno.writeTextFileSync(file, text);
}

/** Hooks of the user, in the other form that Codex accepts. */
const IN_TOML: File = [
  ".codex/config.toml",
  [
    'model = "x"  # mine\r\n',
    "[[hooks.Stop]]\n[[ hooks.Stop.hooks ]]\n",
    "type = 'command'\ncommand = \"x\"",
  ].join(""),
];

const CASES: readonly (readonly [client: string, file: File])[] = [
  ...OTHERS.map((client) => [client, FOREIGN[client]!] as const),
  ["codex", IN_TOML],
];

for (const [client, foreign] of CASES) {
  Deno.test(`the hooks of ${client} with ${foreign[0]} are added and removed without other changes`, async () => {
    using env = withBinary();
    inHome(env, ...foreign);
    const before = treeOf(env.home);
    const install = ["hooks", "install", "--client", client, "--skills"];
    const dry = await mpmJson<ClientFilesResult>(env, [
      ...install,
      "--dry-run",
    ]);
    assert(dry.dry_run && dry.files.some(({ diff }) => diff !== ""));
    assertEquals(treeOf(env.home), before);
    const done = await mpmJson<ClientFilesResult>(env, install);
    assertEquals(
      done.files.map(({ path }) => path),
      dry.files.map(({ path }) => path),
    );
    assert(treeOf(env.home).length > before.length);
    const again = await mpmJson<ClientFilesResult>(env, install);
    assertEquals(
      again.files.filter(({ action }) => action !== "kept"),
      [],
    );
    const { stdout } = await mpm(env, ["hooks", "status", "--json"]);
    const status: HooksReport = JSON.parse(stdout);
    assertEquals(
      status.findings.map(({ problem }) => problem),
      client === "codex" ? ["untrusted"] : [],
    );
    assertEquals(status.clients.map((one) => one.client), [client]);
    await mpm(env, ["undo"]);
    assertEquals(treeOf(env.home), before);
    await mpmJson(env, install);
    await mpmJson(env, ["hooks", "uninstall", "--client", client]);
    assertEquals(treeOf(env.home), before);
    const text = await mpm(env, ["hooks", "uninstall", "--client", client]);
    assertStringIncludes(text.stdout, "No mpm hooks in the settings of");
  });
}

Deno.test("setup finds every client, and its removal restores all bytes", async () => {
  using env = withBinary();
  for (const file of Object.values(FOREIGN)) inHome(env, ...file);
  const before = treeOf(env.home);
  const setup = await mpmJson<SetupReport>(env, ["setup", "--yes"]);
  assertEquals(
    setup.clients.map(({ client }) => client).sort(),
    [
      ...OTHERS,
    ].sort(),
  );
  const wrong = setup.clients.filter(({ problems }) => problems.length > 0);
  assertEquals(wrong.map(({ client }) => client), ["codex"]);
  assertStringIncludes(wrong[0]!.problems[0]!.detail, "not trusted yet");
  const skill = join(env.home, ".agents/skills/mpm-pause/SKILL.md");
  assert(!Deno.readTextFileSync(skill).includes("CLAUDE_SESSION_ID"));
  // One client keeps the skills that it shares with others.
  await mpmJson(env, ["hooks", "uninstall", "--client", "codex"]);
  assert(Deno.statSync(skill).isFile);
  const removed = await mpmJson<SetupRemoveResult>(env, [
    ...["setup", "--remove", "--yes"],
  ]);
  assertEquals(removed.elsewhere, []);
  assertEquals(
    treeOf(env.home).filter((line) => !line.includes("completion")),
    before,
  );
});

for (const name of ["hooks.json", "config.toml"]) {
  Deno.test(`doctor reports in red which hooks of Codex CLI in ${name} are not trusted`, async () => {
    using env = withBinary();
    const before = name === "config.toml" ? USER_HOOK : "";
    inHome(env, ".codex/config.toml", before);
    await untrustedHooks(env, name);
  });
}

const USER_HOOK = `[[hooks.Stop]]
[[hooks.Stop.hooks]]
type = "command"
command = "true"

`;

async function untrustedHooks(env: TestEnv, name: string): Promise<void> {
  env.extra.NO_COLOR = "";
  env.extra.TERM = "xterm";
  const install = ["hooks", "install", "--client", "codex"];
  const red = async (args: string[]) => {
    const { stdout } = await mpm(env, args, { typed: [] });
    return stdout.includes("\x1b[38;5;167mProblem: Codex does not run");
  };
  assert(await red(install));
  assert(await red(["setup", "--yes"]));
  const rowOf = async () => {
    const { stdout } = await mpm(env, ["doctor", "--json"]);
    const { checks }: DoctorResult = JSON.parse(stdout);
    return checks.find(({ name }) => name === "Codex CLI");
  };
  const untrusted = await rowOf();
  assertEquals(untrusted?.state, "error");
  assertStringIncludes(untrusted?.findings[0]?.detail ?? "", "not trusted yet");
  assert(await red(["hooks", "status"]));
  // As Codex writes it for a hook that the user trusts.
  const state = HASHES.map(([key, hash]) =>
    `[hooks.state."${join(env.home, ".codex", name)}:${key}:0:0"]\n` +
    `trusted_hash = "sha256:${hash}"\n`
  );
  const config = join(env.home, ".codex/config.toml");
  const written = Deno.readTextFileSync(config);
  inHome(env, ".codex/config.toml", `${written}${state.join("\n")}`);
  const other = await rowOf();
  const details = other?.findings.map(({ detail }) => detail) ?? [];
  assert(details.some((detail) => detail.includes("changed since")));
  inHome(env, ".codex/config.toml", `${written}hooks = `);
  assertStringIncludes(
    (await rowOf())?.findings[0]?.detail ?? "",
    "cannot tell whether Codex runs its hooks",
  );
}

/** Digests of other commands. */
const HASHES: readonly (readonly [key: string, hash: string])[] = [
  ...["session_start", "user_prompt_submit", "pre_tool_use"],
  ...["post_tool_use", "subagent_start", "subagent_stop", "stop"],
  ...["pre_compact", "session_end"],
].map((key) => [key, "0".repeat(64)]);

/** The lines of a shell that the hooks of Gemini CLI are. */
function geminiLines(env: TestEnv): string[] {
  const path = ".gemini/extensions/mpm/hooks/hooks.json";
  const { hooks } = JSON.parse(Deno.readTextFileSync(join(env.home, path)));
  return Object.values(hooks as Record<string, Group[]>).flat()
    .flatMap(({ hooks }) => hooks.map(({ command }) => command));
}

interface Group {
  readonly hooks: readonly { readonly command: string }[];
}

posixTest(
  "a hook of Gemini CLI passes answers on, and ends when it is killed",
  async () => {
    using env = withBinary();
    await mpm(env, ["hooks", "install", "--client", "gemini"]);
    const [line = ""] = geminiLines(env);
    const program = join(env.root, "bin/mpm");
    const run = (script: string) => {
      Deno.writeTextFileSync(program, `#!/bin/sh\n${script}\n`);
      return env.run("bash", ["-c", line]);
    };
    const answer = '{"a": "%s\\\\n"}';
    const said = run(`cat; printf '%s\\n' '${answer}'; echo oops >&2`);
    assertEquals(said, { status: 0, stdout: `${answer}\n`, stderr: "" });
    for (const failing of ["echo '{}'; exit 2", "kill -9 $$"]) {
      const ended = run(failing);
      assertEquals([ended.status, ended.stdout], [0, ""], failing);
    }
    // The client kills only the shell, and waits for the end of its output.
    const file = join(env.root, "pid");
    Deno.writeTextFileSync(
      program,
      `#!/bin/sh\necho $$ >'${file}.new' && mv '${file}.new' '${file}'\nexec sleep 60\n`,
    );
    const shell = new Deno.Command("bash", {
      ...{ args: ["-c", line], env: env.env(), clearEnv: true },
      ...{ stdin: "null", stdout: "piped", stderr: "piped" } as const,
    }).spawn();
    while (!isThere(file)) await new Promise((done) => setTimeout(done, 10));
    const begun = performance.now();
    shell.kill("SIGTERM");
    await shell.output();
    assert(performance.now() - begun < 30_000);
    Deno.kill(Number(Deno.readTextFileSync(file)), "SIGKILL");
  },
);

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

Deno.test("settings of a client that cannot be read are left alone", async () => {
  using env = withBinary();
  inHome(env, ".codex/hooks.json", '{"hooks": [}');
  inHome(env, ".copilot/hooks/mpm.json", '{"mine": true}');
  const before = treeOf(env.home);
  const { status, stderr } = await mpm(env, [
    ...["hooks", "install", "--client", "codex"],
  ]);
  assertEquals(status, 5);
  assertStringIncludes(stderr, "is not JSON");
  const copilot = await mpm(env, ["hooks", "install", "--client", "copilot"]);
  assertEquals(copilot.status, 4);
  const setup = await mpmJson<SetupReport>(env, [
    ...["setup", "--yes", "--no-completions"],
  ]);
  const warned = setup.clients.filter(({ warnings }) => warnings.length > 0);
  assertEquals(warned.map(({ client }) => client), ["codex", "copilot"]);
  for (const line of before) assert(treeOf(env.home).includes(line), line);
});

Deno.test("hooks test needs hooks of the client", async () => {
  using env = withBinary();
  const test = ["hooks", "test", "--client", "codex"];
  const { status, stderr } = await mpm(env, test);
  assertEquals(status, 3);
  assertStringIncludes(stderr, "mpm hooks install --client codex");
  assertEquals((await mpm(env, [...test, "--runs", "2"])).status, 2);
});
