import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { alnum, privateKey } from "../helpers/secrets.ts";

const TOKEN = `ghp_${alnum(36)}`;

interface Scanned {
  readonly files: number;
  readonly findings: {
    file: string;
    line: number;
    column: number;
    label: string;
  }[];
  readonly labels: Record<string, number>;
  readonly skipped: { file: string; reason: string }[];
}

/** `mpm scan --json`, whose exit status is 5 where it finds something. */
async function scan(env: TestEnv, ...files: string[]): Promise<Scanned> {
  const done = await mpm(env, ["scan", ...files, "--json"]);
  const result = JSON.parse(done.stdout) as Scanned;
  const clean = result.findings.length + result.skipped.length === 0;
  assertEquals(done.status, clean ? 0 : 5);
  return result;
}

Deno.test("scan says where secrets are, and never which", async () => {
  using env = TestEnv.repository();
  env.write("a/notes.md", `one\n  🙂 ${TOKEN}\n\npassword=hunter2 ${TOKEN}\n`);
  env.write("a/b/key.pem", `x\n${privateKey()}\n`);
  env.write("a/clean.txt", "nothing\n");
  env.write("a/node_modules/x.js", TOKEN);
  const { status, stdout } = await mpm(env, ["scan", "a"]);
  assertEquals(status, 5);
  assertEquals(
    stdout,
    [
      "a/b/key.pem:2:1: private-key",
      "a/notes.md:2:5: github-token",
      "a/notes.md:4:10: password",
      "a/notes.md:4:18: github-token",
      "4 secrets in 3 files",
      "",
    ].join("\n"),
  );
  const result = await scan(env, "a/notes.md");
  assertEquals(result.labels, { "github-token": 2, "password": 1 });
  assert(!JSON.stringify(result).includes(alnum(36)));
  assertEquals((await scan(env, "a/clean.txt")).files, 1);
});

Deno.test("scan reads standard input, UTF-16 and what is no text", async () => {
  using env = TestEnv.repository();
  const { status, stdout } = await mpm(env, ["scan", "-"], {
    stdin: `a\nb ${TOKEN}`,
  });
  assertEquals([status, stdout], [
    5,
    "-:2:3: github-token\n1 secret in 1 file\n",
  ]);
  const wide = new Uint8Array(
    [...`\ufeff${TOKEN}`].flatMap((
      one,
    ) => [one.charCodeAt(0) & 255, one.charCodeAt(0) >> 8]),
  );
  env.write("wide.txt", wide);
  assertEquals((await scan(env, "wide.txt")).labels, { "github-token": 1 });
  env.write("data.bin", `\0\0${TOKEN}\0 ${alnum(40)} \0`);
  assertEquals((await scan(env, "data.bin")).labels, { "github-token": 1 });
});

Deno.test("without a file scan reads what mpm wrote, and finds nothing", async () => {
  using env = TestEnv.repository();
  env.write("a.txt", "one\n");
  env.commit("First");
  assertEquals((await scan(env)).files, 0);
  env.write("a.txt", "two\n");
  await mpmJson(env, ["start", "login", "Fix the login"]);
  await mpmJson(env, ["pause", `Use ${TOKEN} and password=hunter2`]);
  await mpmJson(env, ["checkpoint", "save", "one"]);
  env.write("a.txt", "three\n");
  await mpmJson(env, ["checkpoint", "restore", "one", "--yes"]);
  await mpmJson(env, ["undo"]);
  await mpmJson(env, ["sessions", "list"]);
  await mpmJson(env, ["pause", "Again"]);
  const result = await scan(env);
  assertEquals([result.findings, result.skipped], [[], []]);
  assert(result.files > 10);
  // What another program left there.
  env.write(
    ".claude-mpm/sessions/session-20200101-120000.json",
    JSON.stringify({ conversation: { summary: TOKEN } }),
  );
  const [found] = (await scan(env)).findings;
  assertEquals(found, {
    file: ".claude-mpm/sessions/session-20200101-120000.json",
    line: 1,
    column: 29,
    label: "github-token",
  });
});

posixTest(
  "scan follows no link it finds, and says what it cannot read",
  async () => {
    using env = TestEnv.repository();
    env.write("a/x.txt", "x\n");
    Deno.writeTextFileSync(join(env.root, "outside"), TOKEN);
    Deno.symlinkSync(join(env.root, "outside"), join(env.project, "a/link"));
    Deno.symlinkSync(env.root, join(env.project, "a/folder"));
    assertEquals((await scan(env, "a")).files, 1);
    // A link that is named is what was asked for.
    assertEquals((await scan(env, "a/link")).labels, { "github-token": 1 });
    const missing = await mpm(env, ["scan", "nowhere"]);
    assertEquals(missing.status, 3);
    assertStringIncludes(missing.stderr, 'No file or folder "nowhere"');
  },
);

Deno.test("nothing that mpm writes of its own is taken for a secret", async () => {
  using env = TestEnv.repository();
  env.write("notes.txt", "more\n");
  for (
    const line of [
      ["start", "-t", "bug-fix", "--var", "bug=1"],
      ["check", "1"],
      ["checkpoint", "save", "one"],
      ["pause", "Half of it"],
      ["resume"],
      ["branch", "detour", "--stash"],
      ["return"],
      ["config", "set", "commit", "false", "--scope", "local"],
      ["hooks", "install"],
      ["hooks", "eject"],
      ["undo"],
      ["template", "new", "two"],
      ["undo"],
      ["checkpoint", "rm", "one"],
      ["sessions", "rm", "0"],
      ["context", "resume-file"],
    ]
  ) await mpmJson(env, line);
  const { files, findings } = await scan(env);
  assert(files > 20, `${files}`);
  assertEquals(findings, []);
});
