import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { PATH, TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { logOf, runIds } from "../helpers/tasks.ts";

const FILE = ".claude-mpm/pipelines/development.yaml";

Deno.test("pipeline new prints the next commands", async () => {
  using env = TestEnv.repository();
  const dry = await mpm(env, ["pipeline", "new", "development", "--dry-run"]);
  assertEquals([dry.status, env.exists(FILE)], [0, false], dry.stderr);
  assertStringIncludes(dry.stdout, "requirements.md");
  const { status, stdout, stderr } = await mpm(env, [
    ...["pipeline", "new", "development"],
  ]);
  assertEquals(status, 0, stderr);
  assertEquals(stdout.split("\n").slice(1), [
    "Read it, then:",
    `  mpm allow ${FILE}`,
    '  mpm pipeline run development --var feature="User profiles"',
    "",
  ]);
});

Deno.test("pipeline new replaces nothing, and can be undone", async () => {
  using env = TestEnv.repository();
  env.write(FILE, "mine");
  for (const more of [[], ["--dry-run"]]) {
    const { status, stderr } = await mpm(env, [
      ...["pipeline", "new", "development", ...more],
    ]);
    assertEquals([status, env.read(FILE)], [4, "mine"], stderr);
  }
  await mpm(env, ["pipeline", "new", "analysis", "nightly"]);
  const path = ".claude-mpm/pipelines/nightly.yaml";
  assert(env.exists(path));
  const { status, stderr } = await mpm(env, ["undo"]);
  assertEquals([status, env.exists(path)], [0, false], stderr);
});

Deno.test("pipeline new refuses other kinds and names", async () => {
  using env = TestEnv.repository();
  const kind = await mpm(env, ["pipeline", "new", "develpment"]);
  assertEquals(kind.status, 3);
  assertStringIncludes(kind.stderr, '"development"');
  for (const name of ["../x", "a/b", "", "-x"]) {
    const { status } = await mpm(env, [
      ...["pipeline", "new", "--", "analysis", name],
    ]);
    assertEquals(status, 2, name);
  }
});

/** Stands in for Claude Code, as far as these pipelines need it. */
const STAND_IN = `#!/bin/sh
for prompt; do :; done
step=$(printf '%s' "$prompt" |
  sed -n 's/^You run the step "\\([a-z]*\\)" of .*/\\1/p')
for path in $(cat "$FILES/$step"); do
  mkdir -p "$(dirname "$path")" && echo "By $MPM_AGENT" >"$path"
done
printf '%s' "$prompt" >"$FILES/$step.prompt"
echo '{"type":"result","is_error":false,"result":"Wrote it, '"$step"'"}'
`;

const PRODUCED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  development: {
    requirements: "requirements.md",
    architecture: "architecture.md data-models.md",
    implementation: "src/profile.ts",
    testing: "test-report.md",
    documentation: "docs/api.md docs/user-guide.md",
    deployment: "deployment.md",
  },
  analysis: {
    security: "analysis/security.md",
    performance: "analysis/performance.md",
    quality: "analysis/quality.md",
    report: "analysis/report.md",
  },
};

for (const [kind, produced] of Object.entries(PRODUCED)) {
  posixTest(`the shipped ${kind} pipeline runs to its end`, async () => {
    using env = TestEnv.repository();
    const bin = join(env.root, "programs");
    const files = join(env.root, "files");
    for (const folder of [bin, files]) Deno.mkdirSync(folder);
    Deno.writeTextFileSync(join(bin, "claude"), STAND_IN, { mode: 0o755 });
    for (const [step, paths] of Object.entries(produced)) {
      Deno.writeTextFileSync(join(files, step), paths);
    }
    Object.assign(env.extra, { PATH: `${bin}:${PATH}`, FILES: files });
    await mpm(env, ["pipeline", "new", kind]);
    await mpm(env, ["allow", `.claude-mpm/pipelines/${kind}.yaml`]);
    const { status, stderr } = await mpm(env, [
      ...["pipeline", "run", kind],
      ...kind === "development" ? ["--var", "feature=Profiles; $(id)"] : [],
    ]);
    assertEquals(
      status,
      0,
      stderr + JSON.stringify(logOf(env, runIds(env)[0]!)),
    );
    const all = Object.values(produced).join(" ").split(" ");
    for (const path of all) assert(env.exists(path), path);
    const last = Object.keys(produced).at(-1)!;
    const prompt = Deno.readTextFileSync(join(files, `${last}.prompt`));
    for (const step of Object.keys(produced).slice(0, -1)) {
      assertStringIncludes(prompt, `## Step ${step}: done`);
      assertStringIncludes(prompt, `Wrote it, ${step}`);
    }
    const first = Deno.readTextFileSync(
      join(files, `${Object.keys(produced)[0]}.prompt`),
    );
    assertStringIncludes(
      first,
      kind === "development"
        ? "Profiles; $(id)"
        : "Review the security of this code: the whole project\n",
    );
  });
}
