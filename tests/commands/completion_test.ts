import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { HelpResult, NoteResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";

/**
 * Returns the candidates of mpm without their descriptions; the first is the
 * paths.
 */
async function offered(
  env: TestEnv,
  words: readonly string[],
  options: { cwd?: string } = {},
): Promise<string[]> {
  const { status, stdout, stderr } = await mpm(
    env,
    ["__complete", "zsh", ...words],
    options,
  );
  assertEquals([status, stderr], [0, ""]);
  return stdout.split("\n").map((line) => line.split("\t")[0]!)
    .filter((line) => line !== "");
}

/** Every path of the project with its content and time. */
function snapshot(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    const { mtime, size } = Deno.lstatSync(path);
    return [
      `${path} ${mtime?.getTime()} ${size}`,
      ...isDirectory ? snapshot(path) : [],
    ];
  }).sort();
}

Deno.test("completion knows commands, options and values", async () => {
  using env = new TestEnv();
  const first = (await offered(env, [""])).slice(1);
  const { commands } = await mpmJson<HelpResult>(env, ["help"]);
  const words = commands.map(({ name }) => name.split(" ")[0]!);
  assertEquals(first, [...new Set(words), "list", "show"]);
  assertEquals(await offered(env, ["template", ""]), [
    ...["-", "list", "show", "new"],
  ]);
  assertEquals(await offered(env, ["-q", "template", ""]), [
    ...["-", "list", "show", "new"],
  ]);
  assertEquals(await offered(env, ["resume", "--format", ""]), [
    ...["-", "text", "md", "json", "context", "full"],
  ]);
  assertEquals(await offered(env, ["completions", ""]), [
    ...["-", "bash", "zsh", "fish", "powershell"],
  ]);
  assertEquals(await offered(env, ["nonsense", ""]), ["-"]);
  assertEquals(await offered(env, ["resume", "x", "--", "-"]), ["-"]);
  assertEquals(await offered(env, ["pause", "--export", ""]), ["files"]);
  assertEquals(await offered(env, ["-C", ""]), ["folders"]);
});

Deno.test("a used option is offered again only if it can be repeated", async () => {
  using env = new TestEnv();
  const flags = await offered(env, ["pause", "-t", "x", "-s", "y", "--"]);
  assertEquals(flags.includes("--todo"), true);
  assertEquals(flags.includes("--summary"), false);
});

Deno.test("completion knows the names in the project", async () => {
  using env = TestEnv.repository();
  env.git("branch", "feature/login");
  await mpmJson(env, [
    "start",
    "login",
    "Log in",
    "-t",
    "bug-fix",
    "--var",
    "bug=1",
  ]);
  await mpmJson(env, ["pause", "--name", "first", "-s", "Begin"]);
  await mpmJson(env, ["checkpoint", "save", "Before it"]);
  await mpmJson(env, ["resume"]);
  await mpmJson(env, ["check", "1"]);
  const { sessions: [row] } = await mpmJson<
    { sessions: { session_id: string }[] }
  >(env, ["saves", "list"]);
  const saves = ["-", "latest", "first", "login", row!.session_id];
  assertEquals(await offered(env, ["resume", ""]), saves);
  assertEquals(await offered(env, ["saves", "rm", "first", ""]), [
    ...["-", "latest", "login", row!.session_id],
  ]);
  assertEquals(await offered(env, ["checkpoint", "show", ""]), [
    ...["-", "latest", "Before it"],
  ]);
  assertEquals(await offered(env, ["complete", ""]), ["-", "login"]);
  const { note } = await mpmJson<NoteResult>(env, ["note", "Dates are UTC"]);
  assertEquals(await offered(env, ["notes", "rm", ""]), ["-", note.id]);
  assertEquals((await offered(env, ["check", ""])).slice(0, 3), [
    "-",
    "2",
    "3",
  ]);
  assertEquals(await offered(env, ["branch", "x", "-b", ""]), [
    ...["-", "feature/login", "main"],
  ]);
  assertEquals(await offered(env, ["start", "-t", "bug-fix", "--var", ""]), [
    ...["-", "bug="],
  ]);
  assertEquals(
    (await offered(env, ["config", "get", ""])).includes("context.pause_at"),
    true,
  );
  assertEquals(await offered(env, ["config", "set", "commit", ""]), [
    ...["-", "true", "false"],
  ]);
  const away = await offered(env, ["-C", env.project, "resume", ""], {
    cwd: env.home,
  });
  assertEquals(away, saves);
  assertEquals(await offered(env, ["resume", ""], { cwd: env.home }), ["-"]);
});

Deno.test("the description of a save is its age, branch and summary", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["pause", "--name", "pay", "-s", "Refunds\twork"]);
  const { stdout } = await mpm(env, ["__complete", "zsh", "resume", ""]);
  assertStringIncludes(stdout, "pay\tjust now, main: Refunds work\n");
});

Deno.test("completion offers help pages, formats and hooks", async () => {
  using env = new TestEnv();
  const pages = await offered(env, ["help", ""]);
  for (const page of ["exit-codes", "privacy", "pause", "saves"]) {
    assertEquals(pages.includes(page), true, page);
  }
  assertEquals(await offered(env, ["help", "template", ""]), [
    ...["-", "list", "show", "new"],
  ]);
  const formats = await offered(env, ["help", "formats", ""]);
  assertEquals(formats.slice(1, 3), ["save", "work-session"]);
  assertEquals((await offered(env, ["hooks", "status", ""]))[1], "pre-session");
  assertEquals((await offered(env, ["hook", ""]))[1], "SessionStart");
});

Deno.test("completion writes nothing, however large the store", async () => {
  using env = TestEnv.repository();
  const { session_id: id } = await mpmJson<{ session_id: string }>(env, [
    ...["pause", "-s", "One", "--no-commit"],
  ]);
  const text = env.read(`.claude-mpm/sessions/${id}.json`);
  for (let at = 0; at < 250; at++) {
    const other = `session-20250101-${String(100_000 + at)}`;
    env.write(
      `.claude-mpm/sessions/${other}.json`,
      text.replaceAll(id, other),
    );
  }
  const before = snapshot(env.project);
  for (
    const words of [["resume", ""], ["branch", "x", "-b", ""], ["check", ""]]
  ) {
    await offered(env, words);
  }
  assertEquals(snapshot(env.project), before);
});

Deno.test("completion is silent and harmless after any error", async () => {
  using env = TestEnv.repository();
  env.write(".claude-mpm/sessions/session-20260101-000000.json", "{torn");
  env.write(".claude-mpm/state/work", "no folder");
  env.write(".claude-mpm/state/journal.jsonl", "\0\n{");
  const lines = [
    ...[[], [""], ["resume", ""], ["complete", ""], ["undo", ""]],
    ...[["-C", "/nowhere", "resume", ""], ["worktrees", "restore", ""]],
    ...[["__proto__", ""], ["config", "set", "__proto__", ""], ["-", ""]],
  ];
  for (const shell of ["bash", "zsh", "fish", "powershell", "tcsh", ""]) {
    for (const words of lines) {
      const { status, stderr } = await mpm(env, [
        "__complete",
        shell,
        ...words,
      ]);
      assertEquals([status, stderr], [0, ""], `${shell} ${words.join(" ")}`);
    }
  }
  const { status, stdout } = await mpm(env, ["__complete", "powershell", "=%"]);
  assertEquals([status, stdout], [0, ""]);
});

Deno.test("candidates for PowerShell are quoted as it requires", async () => {
  using env = TestEnv.repository();
  env.git("branch", "it's-@odd");
  const words = ["branch", "x", "--git-branch=it"];
  const { stdout } = await mpm(env, [
    ...["__complete", "powershell"],
    ...words.map((word) => `=${encodeURIComponent(word)}`),
  ]);
  const { paths, candidates } = JSON.parse(stdout);
  assertEquals([paths, candidates.length], ["-", 1]);
  assertEquals(candidates[0].text, "'--git-branch=it''s-@odd'");
  assertEquals(candidates[0].value, "--git-branch=it's-@odd");
});

Deno.test("mpm completions prints a script for each shell", async () => {
  using env = new TestEnv();
  for (const shell of ["bash", "zsh", "fish", "powershell"]) {
    const { stdout } = await mpm(env, ["completions", shell]);
    assertStringIncludes(stdout, "__complete");
    const { script } = await mpmJson(env, ["completions", shell]);
    assertEquals(script, stdout);
  }
  const { status, stderr } = await mpm(env, ["completions", "fsh"]);
  assertEquals([status, stderr], [
    2,
    "Error: Argument <shell> must be one of bash, zsh, fish, powershell, " +
    'not "fsh"\n' +
    'Hint: Did you mean "fish"? Otherwise run "mpm completions --help"\n',
  ]);
});
