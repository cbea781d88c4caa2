import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { SummaryResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { putHome } from "../helpers/stores.ts";

/** A time on the day on which these stories end at noon. */
const at = (clock: string) => () => new Date(`2026-11-20T${clock}Z`);
const NOON = at("12:00:00");

const TITLES = [
  "## Layer 1: Full History (0-1 hour old)",
  "## Layer 2: Detailed Summary (1-4 hours old)",
  "## Layer 3: Brief Summary (4+ hours old)",
  "## Layer 4: Archived (completed sessions)",
];

async function pause(env: TestEnv, clock: string, ...args: string[]) {
  const now = clock.includes("T") ? () => new Date(clock) : at(clock);
  await mpmJson(env, ["pause", "--no-commit", ...args], { now });
}

/** Pauses of yesterday, of three hours ago, and of half an hour ago. */
async function story(env: TestEnv): Promise<void> {
  await pause(
    env,
    "2026-11-19T09:00:00Z",
    ...["Set the database up", "-a", "Schema written", "-d", "Postgres"],
  );
  await pause(
    env,
    "09:00:00",
    ...["Login endpoint complete", "-a", "Implemented user login"],
    ...["-d", "Using JWT for tokens", "-n", "Logout", "-b", "No staging key"],
  );
  await pause(
    env,
    "11:30:00",
    ...["Working on logout", "-a", "Logout route", "-n", "Refresh tokens"],
    ...["-d", "24-hour expiration"],
  );
}

async function summary(env: TestEnv, ...args: string[]) {
  return await mpmJson<SummaryResult>(env, ["summary", ...args], { now: NOON });
}

/** Returns the lines of each layer, by its number. */
function linesIn({ layers }: SummaryResult, layer: number): string[] {
  return layers.filter((one) => one.layer === layer)
    .flatMap(({ blocks }) => blocks)
    .flatMap(({ lines }) => lines.map(({ text }) => text));
}

Deno.test("summary has a layer for each age, and each line names its save", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["start", "Authentication feature"], {
    now: () => new Date("2026-11-18T08:00:00Z"),
  });
  await pause(env, "2026-11-18T09:00:00Z", "Signed in");
  await mpmJson(env, ["resume"], {
    now: () => new Date("2026-11-18T09:10:00Z"),
  });
  await mpmJson(env, ["complete", "-s", "Merged"], {
    now: () => new Date("2026-11-18T10:00:00Z"),
  });
  await story(env);
  assertEquals(await mpm(env, ["summary"], { now: NOON }), {
    status: 0,
    stdout: `# Session Summary Layers

${TITLES[0]}
### 11:30 UTC Working on logout (session-20261120-113000)
- Done: Logout route (session-20261120-113000)
- Next: Refresh tokens (#5, session-20261120-113000)
- Decided: 24-hour expiration (#6, session-20261120-113000)

${TITLES[1]}
### Done
- Implemented user login (session-20261120-090000)

### Key decisions
- Using JWT for tokens (#3, session-20261120-090000)

### Current state
- Login endpoint complete (session-20261120-090000)
- Next: Logout (#2, session-20261120-090000)
- Blocked by: No staging key (#4, session-20261120-090000)

${TITLES[2]}
main: Set the database up (2026-11-19). Done: Schema written. Decided: Postgres (session-20261119-090000)

${TITLES[3]}
Session 2026-11-18: Authentication feature completed: Merged (session-20261118-090000)
`,
    stderr: "",
  });
  const { layers } = await summary(env);
  for (
    const { save, item, text } of layers.flatMap(({ blocks }) => blocks)
      .flatMap(({ lines }) => lines)
  ) {
    const names = [save!, ...item === null ? [] : [`#${item}`]];
    for (const name of names) {
      const shown = await mpm(env, ["show", name]);
      assertEquals(shown.status, 0, shown.stderr);
      if (item !== null) {
        assertStringIncludes(shown.stdout, text.replace(/^.*: /, ""));
      }
    }
  }
  assertEquals((await mpm(env, ["show", "#99"])).status, 3);
});

Deno.test("summary names a decision once among older work", async () => {
  using env = TestEnv.repository();
  await pause(env, "2026-11-17T09:00:00Z", "First", "-d", "Postgres");
  await pause(env, "2026-11-18T09:00:00Z", "Second", "-d", "JWT");
  assertEquals(linesIn(await summary(env), 3), [
    "main: Second (2026-11-18). Decided: JWT",
    "main: First (2026-11-17). Decided: Postgres",
  ]);
});

Deno.test("summary is the same twice, and depends on the clock alone", async () => {
  using env = TestEnv.repository();
  await story(env);
  assertEquals(await summary(env), await summary(env));
  const later = await mpmJson<SummaryResult>(env, ["summary"], {
    now: at("15:00:00"),
  });
  assertEquals(linesIn(later, 1), []);
  assert(linesIn(later, 2).includes("24-hour expiration"));
  assert(linesIn(later, 3).some((line) => line.includes("Login endpoint")));
});

Deno.test("summary reports commits by their own time, once", async () => {
  using env = TestEnv.repository();
  const commit = (clock: string, subject: string) =>
    env.run("git", ["commit", "-q", "--allow-empty", "-m", subject], {
      env: {
        GIT_AUTHOR_DATE: `2026-11-20T${clock}Z`,
        GIT_COMMITTER_DATE: `2026-11-20T${clock}Z`,
      },
    });
  commit("09:30:00", "Add tests");
  await pause(env, "09:40:00", "One");
  commit("11:20:00", "Fix logout");
  await pause(env, "11:30:00", "Two");
  const found = await summary(env);
  const commits = (layer: number) =>
    linesIn(found, layer).filter((line) => line.startsWith("Commit: "))
      .map((line) => line.replace(/^Commit: [0-9a-f]{7} /, ""));
  assertEquals([commits(1), commits(2)], [["Fix logout"], ["Add tests"]]);
});

Deno.test("summary --since leaves out what is before, and whole layers", async () => {
  using env = TestEnv.repository();
  await story(env);
  const short = await summary(env, "--since", "2h");
  assertEquals(short.layers.map(({ layer }) => layer), [1, 2, 4]);
  assertEquals(linesIn(short, 2), []);
  assertEquals(short.since, "2026-11-20T10:00:00.000Z");
  assertEquals(
    (await summary(env, "--since", "30m")).layers.map(({ layer }) => layer),
    [1, 4],
  );
  const odd = await mpm(env, ["summary", "--since", "soon"]);
  assertEquals(odd.status, 2);
  const both = await mpm(env, ["summary", "--since", "2h", "--all"]);
  assertEquals(both.status, 2);
});

Deno.test("summary --session reports one session and its detours", async () => {
  using env = TestEnv.repository();
  await pause(env, "08:00:00", "Something else");
  await mpmJson(env, ["start", "login", "Login"], {
    now: at("09:00:00"),
  });
  await mpmJson(env, ["branch", "hotfix", "Fix the crash"], {
    now: at("09:10:00"),
  });
  await pause(env, "09:15:00", "Found the crash");
  await mpmJson(env, ["return", "-s", "Crash fixed"], { now: at("09:20:00") });
  await pause(env, "11:30:00", "Login half done");
  const found = await summary(env, "--session", "login");
  const all = [1, 2, 3, 4].flatMap((layer) => linesIn(found, layer));
  assert(!all.some((line) => line.includes("Something else")), all.join());
  assertStringIncludes(found.text, "Login half done");
  assertEquals(found.saves, 3);
  assertStringIncludes(found.text, "Found the crash");
  assertEquals(linesIn(found, 4), [
    "Detour 2026-11-20: hotfix completed: Crash fixed",
  ]);
  const unknown = await mpm(env, ["summary", "--session", "nothing"]);
  assertEquals(unknown.status, 3);
});

Deno.test("summary --all goes back to the first save", async () => {
  using env = TestEnv.repository();
  await pause(env, "2024-01-15T09:00:00Z", "Long ago");
  await pause(env, "11:30:00", "Now");
  assertEquals(linesIn(await summary(env), 3), []);
  const all = await summary(env, "--all");
  assertEquals(linesIn(all, 3), ["main: Long ago (2024-01-15)"]);
});

Deno.test("summary of nothing reports it, with and without git", async () => {
  using env = TestEnv.repository();
  using bare = new TestEnv();
  for (const one of [env, bare]) {
    const { status, stdout } = await mpm(one, ["summary"], { now: NOON });
    assertEquals(status, 0);
    assertEquals(
      stdout,
      [
        "# Session Summary Layers",
        ...TITLES.map((title) => `${title}\nNothing.`),
      ]
        .join("\n\n") + "\n",
    );
    assert(!one.exists(".claude-mpm/state/summaries"));
  }
  await pause(bare, "11:30:00", "Outside git");
  assertStringIncludes((await summary(bare)).text, "Outside git");
});

Deno.test("summary puts each entry of a save on one line, and hides nothing", async () => {
  using env = TestEnv.repository();
  const hostile = "\x1b[2J\u202eevil\n## Layer 9: Mine\n" + "x".repeat(5000);
  await pause(env, "11:30:00", hostile, "-a", hostile, "-d", hostile);
  await pause(env, "07:00:00", hostile, "-d", "constructor");
  const { text } = await summary(env);
  assertEquals(text.match(/^## /gm)?.length, 4);
  assert(!/\p{Cf}/u.test(text) && !text.includes("\x1b"));
  assert(text.split("\n").every((line) => line.length < 1000));
});

Deno.test("summary leaves out what someone else made, and reports it", async () => {
  using env = TestEnv.repository();
  await pause(env, "11:30:00", "Theirs");
  // As another user, who has the project but not the state.
  env.extra.XDG_STATE_HOME = join(env.root, "state");
  const found = await summary(env);
  assert(!found.text.includes("Theirs"));
  assertEquals(found.warnings, [
    "1 save made by someone else left out: mpm saves trust",
  ]);
});

Deno.test("summary --output writes a file, once, and undo undoes it", async () => {
  using env = TestEnv.repository();
  await story(env);
  const write = (...more: string[]) =>
    summary(env, "--output", "session-summary.md", ...more);
  const planned = await write("--dry-run");
  assertEquals([planned.changed, env.exists("session-summary.md")], [
    true,
    false,
  ]);
  const written = await write();
  assertEquals(written.changed, true);
  assertEquals(env.read("session-summary.md"), written.text);
  assertEquals((await write()).changed, false);
  await pause(env, "11:50:00", "Another");
  const again = await write();
  assertEquals(env.read("session-summary.md"), again.text);
  await mpmJson(env, ["undo"], { now: NOON });
  assertEquals(env.read("session-summary.md"), written.text);
  assertEquals(
    [...Deno.readDirSync(env.project)].map(({ name }) => name).sort(),
    [".claude-mpm", ".git", "README.md", "session-summary.md"],
  );
});

posixTest(
  "summary --output refuses links, other files and closed places",
  async () => {
    using env = TestEnv.repository();
    await story(env);
    env.write("notes.md", "# Mine\n");
    env.write("docs/a.md", "");
    Deno.symlinkSync("README.md", join(env.project, "link.md"));
    Deno.symlinkSync("docs", join(env.project, "linked"));
    const refused = async (path: string) => {
      const { status, stderr } = await mpm(env, ["summary", "-o", path], {
        now: NOON,
      });
      return `${status} ${stderr.split("\n")[0]}`;
    };
    const messages = [];
    const paths = [
      ...["link.md", "linked/x.md", "notes.md", "docs", ".git/x.md"],
      ...[".claude-mpm/x.md", "nowhere/x.md"],
    ];
    for (const path of paths) messages.push(await refused(path));
    assertEquals(messages.map((one) => one.replaceAll(env.root, "$ROOT")), [
      '4 Error: Cannot write "link.md": it is a symbolic link',
      '4 Error: Cannot write "linked/x.md": a folder in it is a symbolic link',
      '4 Error: Cannot write "notes.md": it exists and is not a summary',
      '4 Error: Cannot write "docs": it is not a file',
      '4 Error: Cannot write ".git/x.md": "$ROOT/project/.git" belongs to mpm or git',
      '4 Error: Cannot write ".claude-mpm/x.md": "$ROOT/project/.claude-mpm" belongs to mpm or git',
      '3 Error: Cannot write "nowhere/x.md": folder "$ROOT/project/nowhere" does not exist',
    ]);
    assertEquals(env.read("README.md"), "# Project\n");
    assertEquals(env.read("notes.md"), "# Mine\n");
    // An empty file does not belong to anyone.
    assertEquals((await mpm(env, ["summary", "-o", "docs/a.md"])).status, 0);
  },
);

/**
 * Sets `program` as the program that rewrites layers; it counts its runs in a
 * file.
 */
function summarizer(env: TestEnv, script: string, timeout = "1m"): string {
  const path = join(env.home, "shorten");
  Deno.writeTextFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  putHome(
    env,
    ".config/mpm/config.toml",
    `[summarizer]\ncommand = ["${path}", "an argument"]\n` +
      `timeout = "${timeout}"\n`,
  );
  return path;
}

posixTest(
  "a program of the user rewrites layers, and is called once",
  async () => {
    using env = TestEnv.repository();
    await story(env);
    const path = summarizer(
      env,
      'echo run >> "$HOME/runs"; echo "# $1, hooks $MPM_HOOKS"; head -c 12; ' +
        'printf "\\033[2J\\nghp_16C7e42F292c6912E7710c838347Ae178B4a"',
    );
    const first = await summary(env);
    const second = first.layers[1]!;
    assertEquals(second.rewritten_by, path);
    assertEquals(first.layers.map(({ rewritten_by: by }) => by !== null), [
      ...[false, true, true, false],
    ]);
    assert(second.text.startsWith("### an argument, hooks off\n### Done"));
    assert(!first.text.includes("\x1b") && !first.text.includes("ghp_16"));
    assertStringIncludes(second.text, "From: session-20261120-090000");
    assertStringIncludes(first.text, `(rewritten by ${path})`);
    assertEquals(await summary(env), first);
    const runs = () => Deno.readTextFileSync(join(env.home, "runs")).length / 4;
    assertEquals(runs(), 2);
    // A cloned layer is not the program's text.
    const folder = join(env.project, ".claude-mpm/state/summaries");
    for (const { name } of Deno.readDirSync(folder)) {
      const file = join(folder, name);
      const text = Deno.readTextFileSync(file);
      Deno.writeTextFileSync(
        file,
        text.replace(/"text": ".*"/, '"text": "Evil"'),
      );
    }
    assertEquals(await summary(env), first);
    assertEquals(runs(), 4);
  },
);

posixTest(
  "a program that fails, is slow or prints nothing changes nothing",
  async () => {
    using env = TestEnv.repository();
    await pause(env, "09:00:00", "Login");
    const { layers } = await summary(env);
    const messages: string[] = [];
    const scripts = ["echo no >&2; exit 3", "cat >/dev/null", "sleep 60"];
    for (const script of scripts) {
      summarizer(env, script, script === "sleep 60" ? "1s" : "1m");
      const found = await summary(env);
      assertEquals(found.layers, layers);
      messages.push(...found.warnings);
    }
    putHome(
      env,
      ".config/mpm/config.toml",
      '[summarizer]\ncommand = ["no-such-program"]\n',
    );
    messages.push(...(await summary(env)).warnings);
    const name = join(env.home, "shorten");
    assertEquals(messages, [
      `Layer 2 was not rewritten: "${name}" ended with exit status 3: no`,
      `Layer 2 was not rewritten: "${name}" wrote nothing`,
      `Layer 2 was not rewritten: "${name}" took too long`,
      'Layer 2 was not rewritten: "no-such-program" is not installed',
    ]);
  },
);

Deno.test("a project cannot name the program, nor a variable, nor its own path", async () => {
  using env = TestEnv.repository();
  await pause(env, "09:00:00", "Login");
  env.write(".claude-mpm/config.toml", '[summarizer]\ncommand = ["evil"]\n');
  const found = await summary(env);
  assertStringIncludes(found.warnings.join(), "cannot be set in");
  assert(found.layers.every(({ rewritten_by: by }) => by === null));
  env.remove(".claude-mpm/config.toml");
  env.extra.MPM_CONFIG_SUMMARIZER_COMMAND = "evil";
  assertStringIncludes(
    (await summary(env)).warnings.join(),
    "Unknown variable",
  );
  delete env.extra.MPM_CONFIG_SUMMARIZER_COMMAND;
  const set = await mpm(env, ["config", "set", "summarizer.command", "./evil"]);
  assertEquals(set.status, 2);
});

Deno.test("an agent gets the layers if that is configured", async () => {
  using env = TestEnv.repository();
  await story(env);
  const given = await mpm(env, ["context", "inject", "--part", "layers"], {
    now: NOON,
  });
  assertStringIncludes(given.stdout, "## Summary\n# Session Summary Layers\n");
  assertStringIncludes(given.stdout, TITLES[1]!);
  assert(!given.stdout.includes(TITLES[3]!));
  using empty = TestEnv.repository();
  const nothing = await mpm(empty, ["context", "inject", "--part", "layers"]);
  assertEquals(nothing.stdout, "");
});
