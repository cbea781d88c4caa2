import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { binary, mpmJson } from "../helpers/mpm.ts";
import { programTest } from "../helpers/programs.ts";

const BRANCH = `it's-"odd"$HOME(x)`;
const NAME = `Pay: it's "x" \\ b`;

/** A project with names that shells have to quote. */
async function project(): Promise<TestEnv> {
  const env = TestEnv.repository();
  env.git("branch", BRANCH);
  env.write("a b.json", "{}");
  env.write("my dir/c.txt", "");
  await mpmJson(env, ["checkpoint", "save", "Before the refactoring"]);
  const { session_id: id } = await mpmJson<{ session_id: string }>(env, [
    ...["pause", "--name", "odd-name", "-s", "Refunds", "--no-commit"],
  ]);
  // mpm itself refuses this name, but another program may have written it.
  const path = `.claude-mpm/sessions/${id}.json`;
  const save = JSON.parse(env.read(path));
  env.write(
    path,
    JSON.stringify({ ...save, mpm: { ...save.mpm, name: NAME } }),
  );
  env.remove(`${path}.sha256`);
  standIn(env);
  return env;
}

/**
 * An `mpm` on PATH that completes like mpm, and otherwise records its
 * arguments.
 */
function standIn(env: TestEnv): void {
  const bin = join(env.root, "bin");
  Deno.mkdirSync(bin);
  const script = `#!/bin/sh
case $1 in __complete | completions) exec "${binary()}" "$@" ;; esac
{ for word; do printf '<%s>' "$word"; done; echo; } >>"${env.root}/got"
`;
  Deno.writeTextFileSync(join(bin, "mpm"), script, { mode: 0o755 });
  env.extra.PATH = `${bin}:${Deno.env.get("PATH")}`;
  env.extra.TERM = "xterm";
}

/** Types lines into an interactive shell and returns the arguments of mpm. */
async function type(
  env: TestEnv,
  shell: string,
  lines: readonly string[],
): Promise<string[]> {
  const child = new Deno.Command("script", {
    args: ["-qec", shell, "/dev/null"],
    cwd: env.project,
    env: env.env(),
    clearEnv: true,
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    signal: AbortSignal.timeout(60_000),
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(
    new TextEncoder().encode([...lines, "exit", ""].join("\n")),
  );
  await child.status;
  await writer.close().catch(() => {});
  return Deno.readTextFileSync(join(env.root, "got")).trimEnd().split("\n");
}

/** Typed lines, with TABs, and the arguments that mpm must get. */
const TYPED: readonly [line: string, given: readonly string[]][] = [
  ["mpm sav\tli\t", ["saves", "list"]],
  ["mpm resume --form\tcon\t", ["resume", "--format", "context"]],
  ["mpm resume --format=j\t", ["resume", "--format=json"]],
  ["mpm checkpoint show Bef\t", [
    "checkpoint",
    "show",
    "Before the refactoring",
  ]],
  ['mpm checkpoint show "Before t\t', [
    "checkpoint",
    "show",
    "Before the refactoring",
  ]],
  ["mpm checkpoint show Before\\ t\t", [
    "checkpoint",
    "show",
    "Before the refactoring",
  ]],
  ["mpm branch x -b it\t", ["branch", "x", "-b", BRANCH]],
  ['mpm branch x --git-branch="it\t', [
    "branch",
    "x",
    `--git-branch=${BRANCH}`,
  ]],
  ["mpm branch x --git-branch='it\t", [
    "branch",
    "x",
    `--git-branch=${BRANCH}`,
  ]],
  ["mpm resume P\t", ["resume", NAME]],
  ['mpm resume "P\t', ["resume", NAME]],
  ["mpm resume 'P\t", ["resume", NAME]],
  ["mpm resume Pay:\t", ["resume", NAME]],
  ["mpm resume Pay:\\ i\t", ["resume", NAME]],
  ["mpm start -t bug\t--var bu\tx", [
    "start",
    "-t",
    "bug-fix",
    "--var",
    "bug=x",
  ]],
  ["mpm pause --input a\t", ["pause", "--input", "a b.json"]],
  ["mpm config set commit f\t", ["config", "set", "commit", "false"]],
  ["mpm help formats checkpoint-rec\t", [
    "help",
    "formats",
    "checkpoint-record",
  ]],
  ["true; X=1 mpm hooks status pre\t", ["hooks", "status", "pre-session"]],
];

const GIVEN = TYPED.map(([, words]) =>
  words.map((word) => `<${word}>`).join("")
);

programTest("bash inserts mpm's candidates", ["bash", "script"], async () => {
  using env = await project();
  const rc = join(env.root, "bashrc");
  Deno.writeTextFileSync(rc, 'eval "$(mpm completions bash)"\n');
  const lines = TYPED.map(([line]) => line);
  assertEquals(await type(env, `bash --rcfile "${rc}" -i`, lines), GIVEN);
});

programTest("zsh inserts mpm's candidates", ["zsh", "script"], async () => {
  using env = await project();
  Deno.writeTextFileSync(
    join(env.home, ".zshrc"),
    "autoload -Uz compinit; compinit -u -D\nsource <(mpm completions zsh)\n",
  );
  const lines = TYPED.map(([line]) => line);
  assertEquals(await type(env, "zsh -i", lines), GIVEN);
});

programTest("zsh finds the script in $fpath", ["zsh"], async () => {
  using env = await project();
  const folder = join(env.root, "functions");
  Deno.mkdirSync(folder);
  const { stdout } = env.run("mpm", ["completions", "zsh"]);
  Deno.writeTextFileSync(join(folder, "_mpm"), stdout);
  Deno.writeTextFileSync(
    join(env.home, ".zshrc"),
    `fpath=("${folder}" $fpath); autoload -Uz compinit; compinit -u -D\n`,
  );
  assertEquals(await type(env, "zsh -i", ["mpm resume P\t"]), [
    `<resume><${NAME}>`,
  ]);
});

programTest(
  "bash lists the description of each candidate",
  ["bash"],
  async () => {
    using env = await project();
    const { stdout } = env.run("bash", [
      "--norc",
      "-c",
      `
    eval "$(mpm completions bash)"
    COMP_TYPE=63 COMP_LINE="mpm checkpoint l" COMP_POINT=16 _mpm mpm
    printf '%s\\n' "\${COMPREPLY[@]}"
  `,
    ]);
    assertEquals(
      stdout,
      "list  (List the checkpoints of this project)\n" +
        "load  (Print what an agent needs to continue from a checkpoint)\n",
    );
  },
);

/** Returns fish's candidates for a line, as `value` and description. */
function fish(env: TestEnv, line: string): string[] {
  const { stdout, stderr } = env.run("fish", [
    "--no-config",
    "-c",
    "mpm completions fish | source; complete -C $argv[1]",
    line,
  ]);
  assertEquals(stderr, "");
  return stdout.trimEnd().split("\n");
}

programTest("fish offers mpm's candidates", ["fish"], async () => {
  using env = await project();
  const offered = (line: string) =>
    fish(env, line).map((row) => row.split("\t")[0]);
  assertEquals(fish(env, "mpm saves l"), [
    "list\tList the saves of this project",
  ]);
  assertEquals(offered("mpm checkpoint show Before\\ t"), [
    "Before the refactoring",
  ]);
  assertEquals(offered('mpm checkpoint show "Before t'), [
    "Before the refactoring",
  ]);
  assertEquals(offered("mpm branch x -b it"), [BRANCH]);
  assertEquals(offered("mpm branch x --git-branch=it"), [
    `--git-branch=${BRANCH}`,
  ]);
  assertEquals(offered("mpm resume P"), [NAME]);
  assertEquals(offered("mpm resume --format=j"), ["--format=json"]);
  assertEquals(offered("mpm pause --input a"), ["a b.json"]);
  assertEquals(offered("mpm pause --input=a"), ["--input=a b.json"]);
  assertEquals(offered("mpm -C my"), ["my dir/"]);
  assertEquals(offered("mpm template show nothing-of-the-kind"), [""]);
});

programTest("PowerShell inserts mpm's candidates", ["pwsh"], async () => {
  using env = await project();
  const { stdout } = env.run("pwsh", [
    "-NoProfile",
    "-Command",
    `
    mpm completions powershell | Out-String | Invoke-Expression
    foreach ($line in 'mpm sav', 'mpm resume P', 'mpm resume --format=j') {
      (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText
    }`,
  ]);
  assertEquals(stdout.trimEnd().split(/\r?\n/), [
    "saves",
    `'${NAME.replaceAll("'", "''")}'`,
    "--format=json",
  ]);
});

programTest("shellcheck reports nothing about the script", [
  "shellcheck",
], () => {
  using env = new TestEnv();
  const { stdout: script } = env.run(binary(), ["completions", "bash"]);
  const path = join(env.root, "mpm.bash");
  Deno.writeTextFileSync(path, script);
  const { status, stdout } = env.run("shellcheck", ["--shell=bash", path]);
  assertEquals([status, stdout], [0, ""]);
});
