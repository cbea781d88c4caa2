import { assertEquals } from "@std/assert";
import { TestEnv } from "./helpers/env.ts";
import { mpm } from "./helpers/mpm.ts";
import { ROOT } from "./helpers/tree.ts";

/** The commands of the story in the README, and what is typed between them. */
const STORY = [
  "git status --short",
  'mpm branch hotfix "Fix login" --stash --git-branch fix/login',
  "git status --short",
  'git commit -qam "Keep the session over a reload"',
  'mpm return -s "fixed"',
  "git status --short",
  "mpm status --tree",
];

/** A shell's words, for the quotes that the story uses. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)]
    .map(([, quoted, plain]) => quoted ?? plain!);
}

/** Really runs the story; ids are replaced by those of the README. */
async function transcript(): Promise<string> {
  using env = TestEnv.repository();
  env.write("login.js", "broken\n");
  env.commit("Add the login");
  env.git("switch", "-q", "-c", "feature");
  env.write("feature.js", "half\n");
  env.git("add", "feature.js");
  env.write("notes.txt", "ask about VAT\n");
  let time = Date.parse("2026-11-20T14:30:00Z");
  /** Minutes that the work before a line takes. */
  const pause = (line: string) => line.startsWith("git commit") ? 40 : 0;
  const parts: string[] = [];
  for (const line of STORY) {
    const [program, ...args] = words(line) as [string, ...string[]];
    time += pause(line) * 60_000 + 1000;
    if (line.startsWith("git commit")) env.write("login.js", "fixed\n");
    const now = () => new Date(time);
    const { status, stdout, stderr } = program === "mpm"
      ? await mpm(env, args, { now })
      : env.run("git", args);
    assertEquals([status, stderr], [0, ""], line);
    parts.push(`$ ${line}\n${stdout.trimEnd()}`.trimEnd());
  }
  return parts.join("\n\n");
}

Deno.test("the story of the urgent fix in the README is what mpm prints", async () => {
  const path = `${ROOT}/README.md`;
  const readme = await Deno.readTextFile(path);
  const pattern = /(<!-- urgent-fix -->\n\n```console\n)([^]*?)(```\n)/;
  // Only hashes depend on the machine's git; the report does not.
  const plain = (text: string) =>
    text.replaceAll(/\b[0-9a-f]{7}\b/g, "1a2b3c4");
  const expected = plain(await transcript()) + "\n";
  if (Deno.env.get("UPDATE") === "1") {
    const updated = readme.replace(
      pattern,
      (_, head, __, end) => head + expected + end,
    );
    await Deno.writeTextFile(path, updated);
  }
  const [, , written] = pattern.exec(await Deno.readTextFile(path)) ?? [];
  assertEquals(written, expected);
});
