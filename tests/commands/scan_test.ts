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
  readonly left_out: Record<string, number>;
  readonly scope: string;
  readonly skipped: { file: string; reason: string }[];
}

/** `mpm scan --json`, whose exit status is 5 if it finds something. */
async function scan(env: TestEnv, ...files: string[]): Promise<Scanned> {
  const done = await mpm(env, ["scan", ...files, "--json"]);
  const result = JSON.parse(done.stdout) as Scanned;
  const clean = result.findings.length + result.skipped.length === 0;
  assertEquals(done.status, clean ? 0 : 5);
  return result;
}

Deno.test("scan reports where secrets are, but never the secrets", async () => {
  using env = TestEnv.repository();
  env.write("a/notes.md", `one\n  🙂 ${TOKEN}\n\npassword=hunter2 ${TOKEN}\n`);
  env.write("a/b/key.pem", `x\n${privateKey()}\n`);
  env.write("a/clean.txt", "nothing\n");
  env.write("long.txt", `${TOKEN}\n${"some words\n".repeat(181_815)}`);
  assertEquals(
    (await mpm(env, ["scan", "long.txt"])).stdout.split("\n")[1],
    "1 secret in 1 file, 2.0 MB: 0.50 per MB",
  );
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
      "Left out: 1 node_modules folder",
      "",
    ].join("\n"),
  );
  const result = await scan(env, "a/notes.md");
  assertEquals(result.labels, { "github-token": 2, "password": 1 });
  assert(!JSON.stringify(result).includes(alnum(36)));
  assertEquals((await scan(env, "a/clean.txt")).files, 1);
});

Deno.test("scan reads standard input, UTF-16 and binary files", async () => {
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

Deno.test("without a file, scan reads the project and reports what it read", async () => {
  using env = TestEnv.repository();
  env.write(".gitignore", "*.log\nbuild/\n");
  env.write("src/a.ts", `const key = "${TOKEN}";\n`);
  env.write("src/gone.ts", "x\n");
  env.commit("First");
  env.remove("src/gone.ts");
  env.write("notes.md", `password=hunter2\n`);
  env.write("debug.log", TOKEN);
  env.write("build/out.js", TOKEN);
  env.write("logo.png", `\0\0${TOKEN}`);
  env.write("vendor/other/.git/HEAD", "ref: refs/heads/main\n");
  env.git("init", "-q", "vendor/other");
  env.write("vendor/other/x.txt", TOKEN);
  const said = await mpm(env, ["scan"]);
  assertEquals(
    [said.status, said.stdout],
    [
      5,
      [
        "notes.md:1:10: password",
        "src/a.ts:1:14: github-token",
        "2 secrets in 4 files of the project (what git tracks or does not ignore)",
        "Left out: 1 other repository, 1 binary file",
        "",
      ].join("\n"),
    ],
  );
  const { left_out, scope } = await scan(env);
  assertEquals([left_out, scope], [{ binary: 1, repository: 1 }, "project"]);
  // In a subfolder it is the same project, with relative names.
  const below = await mpm(env, ["scan", "--json"], {
    cwd: join(env.project, "src"),
  });
  const { findings } = JSON.parse(below.stdout) as Scanned;
  assertEquals(
    findings.map(({ file }) => file),
    [join("..", "notes.md"), "a.ts"],
  );
});

Deno.test("without git, scan reads the folder and names skipped files", async () => {
  using env = TestEnv.repository();
  const folder = join(env.root, "plain");
  Deno.mkdirSync(join(folder, "node_modules"), { recursive: true });
  Deno.writeTextFileSync(join(folder, "a.txt"), "nothing\n");
  Deno.writeTextFileSync(join(folder, "node_modules/x.js"), TOKEN);
  // Larger than the limit for a file that was not named: a hole.
  const large = Deno.openSync(join(folder, "large.txt"), {
    create: true,
    write: true,
  });
  large.writeSync(new TextEncoder().encode("text\n".repeat(2000)));
  large.truncateSync(33 * 1024 * 1024);
  large.close();
  const { status, stdout } = await mpm(env, ["scan"], { cwd: folder });
  assertEquals(
    stdout.split("\n").slice(-3),
    [
      "0 secrets in 1 file of this folder (no git repository)",
      "Left out: 1 node_modules folder",
      "",
    ],
  );
  assertStringIncludes(stdout, "large.txt: not read: ");
  assertEquals(status, 5);
});

Deno.test("scan finds nothing in files that mpm wrote", async () => {
  using env = TestEnv.repository();
  env.write("a.txt", "one\n");
  env.commit("First");
  env.write("a.txt", "two\n");
  await mpmJson(env, ["start", "login", "Fix the login"]);
  await mpmJson(env, ["pause", `Use ${TOKEN} and password=hunter2`]);
  await mpmJson(env, ["checkpoint", "save", "one"]);
  env.write("a.txt", "three\n");
  await mpmJson(env, ["checkpoint", "restore", "one", "--yes"]);
  await mpmJson(env, ["undo"]);
  await mpmJson(env, ["saves", "list"]);
  await mpmJson(env, ["pause", "Again"]);
  const result = await scan(env, ".claude-mpm");
  assertEquals([result.findings, result.skipped], [[], []]);
  assert(result.files > 10);
  // Files that another program left there.
  env.write(
    ".claude-mpm/sessions/session-20200101-120000.json",
    JSON.stringify({ conversation: { summary: TOKEN } }),
  );
  const [found] = (await scan(env, ".claude-mpm")).findings;
  assertEquals(found, {
    file: ".claude-mpm/sessions/session-20200101-120000.json",
    line: 1,
    column: 29,
    label: "github-token",
  });
});

posixTest(
  "scan follows no links, and reports files that it cannot read",
  async () => {
    using env = TestEnv.repository();
    env.write("a/x.txt", "x\n");
    Deno.writeTextFileSync(join(env.root, "outside"), TOKEN);
    Deno.symlinkSync(join(env.root, "outside"), join(env.project, "a/link"));
    Deno.symlinkSync(env.root, join(env.project, "a/folder"));
    assertEquals((await scan(env, "a")).files, 1);
    // A link that is named explicitly is followed.
    assertEquals((await scan(env, "a/link")).labels, { "github-token": 1 });
    const missing = await mpm(env, ["scan", "nowhere"]);
    assertEquals(missing.status, 3);
    assertStringIncludes(missing.stderr, 'File or folder "nowhere" not found');
  },
);

Deno.test("no text that mpm writes is treated as a secret", async () => {
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
      ["saves", "rm", "0"],
      ["context", "resume-file"],
    ]
  ) await mpmJson(env, line);
  const { files, findings } = await scan(env, ".claude-mpm");
  assert(files > 20, `${files}`);
  assertEquals(findings, []);
});
