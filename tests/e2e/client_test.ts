import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "@std/path";
import {
  type Called,
  clientTest,
  runClient,
  standIn,
} from "../helpers/client.ts";
import { ClientTalk } from "../helpers/client_talk.ts";
import { TestEnv } from "../helpers/env.ts";
import { type Block, MockApi } from "../helpers/mock_api.ts";
import { binary } from "../helpers/mpm.ts";
import { SHAPES } from "../helpers/settings_shapes.ts";
import { formatText } from "../helpers/stores.ts";
import { ROOT } from "../helpers/tree.ts";

/** Places of settings, by their scopes: the client reads all three at once. */
const FILES = {
  local: "project/.claude/settings.local.json",
  project: "project/.claude/settings.json",
  user: "home/.claude/settings.json",
} as const;

type Scope = keyof typeof FILES;

const SCOPES = Object.keys(FILES) as Scope[];

function writeSettings(env: TestEnv, scope: Scope, text: string): void {
  const path = join(env.root, FILES[scope]);
  Deno.mkdirSync(dirname(path), { recursive: true });
  Deno.writeTextFileSync(path, text);
}

/**
 * Installs mpm's hooks so that they start a stand-in, which notes the calls.
 */
function standsIn(env: TestEnv, scope: Scope, ...args: string[]) {
  const folder = join(env.root, `a ${scope} folder's bin`);
  Deno.mkdirSync(folder);
  const mpm = standIn(join(folder, "mpm"), binary());
  const install = () => {
    const where = ["--scope", scope, "--binary", mpm.path];
    const all = ["hooks", "install", ...where, ...args];
    const { status, stderr } = env.run(binary(), all);
    assertEquals([status, stderr.replace(/^Note: .*\n/gm, "")], [0, ""]);
  };
  return { mpm, install };
}

/** A repository with the hooks in the local settings. */
function installed(...args: string[]) {
  const env = TestEnv.repository();
  return { env, ...standsIn(env, "local", ...args) };
}

/** In groups of no more than `size`. */
function groups<T>(all: readonly T[], size: number): T[][] {
  return Array.from(
    { length: Math.ceil(all.length / size) },
    (_, at) => all.slice(at * size, (at + 1) * size),
  );
}

/** Assigns a scope to each text, as far as there are texts. */
function scoped<T>(texts: readonly T[]): [Scope, T][] {
  return texts.map((text, at) => [SCOPES[at]!, text]);
}

function prompt(text: string): string[] {
  return ["-p", text, "--model", "claude-opus-5-5", "--allowedTools", "Bash"];
}

/** The received events, sorted by name. */
function events(calls: readonly Called[]): string[] {
  return calls.map(({ args, input }) => {
    assertEquals(args.slice(0, 1), ["hook"]);
    assertEquals(args[1], input.hook_event_name);
    return args[1]!;
  }).sort();
}

const STEPS: Block[][] = [
  [{
    type: "tool_use",
    name: "Bash",
    input: { command: "exit 3", description: "Fail" },
  }],
  [{
    type: "tool_use",
    name: "Agent",
    input: {
      prompt: "SUBAGENT: say that you are done",
      description: "Try one",
      subagent_type: "general-purpose",
      run_in_background: false,
    },
  }],
];

clientTest("its validator accepts the plugin", async () => {
  using env = new TestEnv();
  await using api = new MockApi();
  const args = ["plugin", "validate", "--strict", ROOT];
  const { status, stdout, stderr } = await runClient(env, api, args);
  assertEquals([status, stderr], [0, ""], stdout);
  assertStringIncludes(stdout, "Validation passed");
});

clientTest(
  "the plugin is installed from a folder, and harmless without mpm",
  async () => {
    using env = TestEnv.repository();
    await using api = new MockApi({ steps: STEPS });
    const plugin = join(env.root, "a clone");
    for (const folder of [".claude-plugin", "hooks", "skills"]) {
      copySync(join(ROOT, folder), join(plugin, folder));
    }
    for (
      const args of [["marketplace", "add", plugin], ["install", "mpm@mpm"]]
    ) {
      const done = await runClient(env, api, ["plugin", ...args]);
      assertEquals([done.status, done.stderr], [0, ""], done.stdout);
    }
    const args = ["--model", "claude-opus-5-5", "--allowedTools", "Bash"];
    await using client = new ClientTalk(env, api, { args });
    const hooks = (await client.say("go"))
      .filter(({ subtype }) => subtype === "hook_response");
    assertEquals(
      hooks.map(({ hook_name, outcome, stdout }) => [
        hook_name,
        outcome,
        JSON.parse(`${stdout}`),
      ]),
      [["SessionStart:startup", "success", {
        systemMessage: "The mpm plugin does nothing: mpm is not on PATH",
      }]],
    );
    // A hook that fails or prints something leaves a line.
    const folder = join(env.home, ".claude/projects");
    const lines = transcripts(folder).filter((line) =>
      /"hook_(?!system_message)/.test(line) && !line.includes("SessionStart")
    );
    assertEquals(lines, []);
  },
);

/** The lines of all transcripts. */
function transcripts(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    if (isDirectory) return transcripts(path);
    return name.endsWith(".jsonl")
      ? Deno.readTextFileSync(path).split("\n")
      : [];
  });
}

function copySync(from: string, to: string): void {
  Deno.mkdirSync(to, { recursive: true });
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    if (isDirectory) copySync(join(from, name), join(to, name));
    else Deno.copyFileSync(join(from, name), join(to, name));
  }
}

clientTest("hooks installed in the settings of each scope fire", async () => {
  using env = TestEnv.repository();
  await using api = new MockApi({ steps: STEPS });
  const each = SCOPES.map((scope) => ({ scope, ...standsIn(env, scope) }));
  each.forEach(({ install }) => install());
  const { status, stdout, stderr } = await runClient(env, api, prompt("go"));
  assertEquals([status, stdout, stderr], [0, "All done.\n", ""]);
  for (const { scope, mpm } of each) {
    assertEquals(events(mpm.read()), [
      "PostToolBatch",
      "PostToolBatch",
      "PostToolUseFailure",
      "PreToolUse",
      "SessionEnd",
      "SessionStart",
      "Stop",
      "SubagentStart",
      "SubagentStop",
      "UserPromptSubmit",
    ], scope);
    const failed = mpm.read().find(({ args }) => args.includes("failed"));
    assertEquals(failed, undefined, scope);
  }
});

clientTest("it accepts settings of all kinds with hooks in them", async () => {
  const kinds = [
    "an empty file",
    "the same events",
    "a byte order mark",
    "CRLF",
    "duplicate keys",
    "the shape of old instructions",
    "an older mpm's entries",
    "rules that are skipped one by one",
  ];
  await Promise.all(
    groups(kinds, SCOPES.length).map(async (some) => {
      using env = TestEnv.repository();
      await using api = new MockApi();
      const each = scoped(some).map(([scope, kind]) => {
        writeSettings(env, scope, SHAPES[kind]!.text);
        return { kind, ...standsIn(env, scope) };
      });
      each.forEach(({ install }) => install());
      const { stderr } = await runClient(env, api, prompt("go"));
      assert(!stderr.includes("did not load"), `${some}: ${stderr}`);
      for (const { kind, mpm } of each) {
        const started = [
          "SessionEnd",
          "SessionStart",
          "Stop",
          "UserPromptSubmit",
        ];
        assertEquals(events(mpm.read()), started, kind);
      }
    }),
  );
});

/**
 * Starts the client with a settings file in each scope. Returns its output and
 * the keys of each file that it rejects, or "" for the whole file. The client
 * reports this before it finds that there is nothing to continue, which takes
 * half as long as a conversation.
 */
async function complaintsAbout(texts: readonly string[]) {
  using env = TestEnv.repository();
  await using api = new MockApi();
  for (const [scope, text] of scoped(texts)) writeSettings(env, scope, text);
  const absent = ["--resume", "00000000-0000-4000-8000-000000000000"];
  const { status, stderr } = await runClient(env, api, [
    ...prompt("go"),
    ...absent,
  ]);
  assertEquals(status, 1);
  assertStringIncludes(stderr, "No conversation found");
  const [refused] = stderr.split("These settings entries were skipped");
  const lines = [
    ...refused!.matchAll(/^ {2}\$ROOT\/(.*?\.json)(?: \(([$\w]+))?/gm),
  ];
  const named = scoped(texts).map(([scope]) =>
    new Set(
      lines.filter(([, path]) => path === FILES[scope])
        .map(([, , key = ""]) => key),
    )
  );
  return { stderr, named };
}

clientTest("it rejects settings that hooks install refuses", async () => {
  const kinds = Object.entries(SHAPES).filter(([kind, { refused }]) =>
    refused !== undefined &&
    /^(a guard|a setting|a comment$|an array$|null$)/.test(kind)
  );
  assert(kinds.length > 7);
  await Promise.all(
    groups(kinds, SCOPES.length).map(async (some) => {
      const { stderr, named } = await complaintsAbout(
        some.map(([, { text }]) => text),
      );
      assertStringIncludes(stderr, "did not load");
      some.forEach(([kind], at) =>
        assert(named[at]!.size > 0, `${kind}: ${stderr}`)
      );
    }),
  );
});

/** For each key of the settings, an invalid value and a valid one. */
const SETTINGS: Record<string, { wrong: unknown; right?: unknown }> = JSON
  .parse(formatText("claude-code-settings.json"));

clientTest("it judges each setting like mpm", async () => {
  const size = 10; // It names only the key of one file.
  const values = Object.entries(SETTINGS);
  const wrong = values.map(([key, { wrong }]) => [key, wrong] as const);
  const right = values.map(([key, { right }]) => [key, right] as const);
  const text = (settings: (readonly [string, unknown])[]) =>
    JSON.stringify(Object.fromEntries(settings));
  const files = groups(wrong, size);
  await Promise.all(
    groups(files, SCOPES.length).map(async (some) => {
      const { named, stderr } = await complaintsAbout(some.map(text));
      const keys = some.map((part) => new Set(part.map(([key]) => key)));
      assertEquals(named, keys, stderr);
    }),
  );
  const taken = right.filter(([, value]) => value !== undefined);
  assert(taken.length > 110);
  // A required login keeps the client from continuing.
  const { stderr } = await complaintsAbout([
    text(taken.filter(([key]) => !/^(forceLogin|required)/.test(key))),
  ]);
  assert(!stderr.includes("did not load"), stderr);
});

clientTest(
  "hooks start in a worktree and a subfolder from the local settings",
  async () => {
    const { env, mpm, install } = installed();
    using _ = env;
    await using api = new MockApi();
    install();
    env.write("sub/file", "");
    env.git("worktree", "add", "-q", "../tree");
    env.git("clone", "-q", "--bare", ".", "../bare.git");
    env.gitIn(join(env.root, "bare.git"), "worktree", "add", "-q", "../own");
    const own = join(env.root, "own");
    const args = ["hooks", "install", "--binary", mpm.path];
    assertEquals(env.run(binary(), args, { cwd: own }).status, 0);
    for (const cwd of [join(env.project, "sub"), join(env.root, "tree"), own]) {
      const before = mpm.read().length;
      await runClient(env, api, prompt("go"), { cwd });
      assertEquals(mpm.read().length, before + 4, cwd);
    }
  },
);

clientTest(
  "with the hooks off a typed skill reaches the model with the user's words",
  async () => {
    const { env, install } = installed("--skills");
    using _ = env;
    await using api = new MockApi();
    install();
    const typed = prompt("/mpm-pause the ledger is half done");
    const off = { env: { MPM_HOOKS: "off" } };
    assertEquals((await runClient(env, api, typed, off)).status, 0);
    const sent = JSON.stringify(api.requests.at(-1)!.messages);
    assertStringIncludes(sent, "mpm pause --agent-session");
    assertStringIncludes(sent, "---\\nthe ledger is half done\\n---");
  },
);

clientTest(
  "the plugin passes its events on, and removed hooks do not",
  async () => {
    const { env, mpm, install } = installed();
    using _ = env;
    install();
    assertEquals(env.run(binary(), ["hooks", "uninstall"]).status, 0);
    await using api = new MockApi();
    const PATH = `${join(mpm.path, "..")}:${Deno.env.get("PATH")}`;
    const args = [...prompt("/mpm:mpm-return"), "--plugin-dir", ROOT];
    // Off, or the hook would answer the typed skill itself.
    const off = { env: { PATH, MPM_HOOKS: "off" } };
    const { status, stderr } = await runClient(env, api, args, off);
    assertEquals([status, stderr], [0, ""]);
    assertEquals(
      events(mpm.read()),
      ["SessionEnd", "SessionStart", "Stop", "UserPromptSubmit"],
    );
    const sent = JSON.stringify(api.requests.at(-1)!.messages);
    assertStringIncludes(sent, "Run `mpm return` in the Bash tool");
  },
);
