import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "@std/yaml";
import { Ajv } from "ajv";
import { TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";
import { ROOT } from "../helpers/tree.ts";

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Record<string, string>;
  readonly with?: Record<string, string>;
}

interface Workflow {
  readonly on: { readonly workflow_dispatch: { inputs: object } };
  readonly jobs: Record<string, { needs?: string[]; steps: Step[] }>;
}

const SCHEMA = `${ROOT}/tests/formats/github-actions/github-workflow.json`;

/** Returns the workflow of a definition, which fits the schema of workflows. */
async function exported(
  env: TestEnv,
  definition: object,
): Promise<{ workflow: Workflow; text: string; stderr: string }> {
  env.write(".claude-mpm/pipelines/work.yaml", JSON.stringify(definition));
  const done = await mpm(env, ["pipeline", "export", "work"]);
  assertEquals(done.status, 0, done.stderr);
  const workflow = parse(done.stdout);
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const fits = ajv.compile(JSON.parse(Deno.readTextFileSync(SCHEMA)));
  assert(fits(workflow), JSON.stringify(fits.errors));
  assert(!fits({ jobs: { a: { steps: 1 } } }), "the schema takes anything");
  const { stdout: text, stderr } = done;
  return { workflow: workflow as Workflow, text, stderr };
}

/** The expressions of GitHub in a text. */
const EXPRESSION = /\$\{\{ (.*?) \}\}/g;

Deno.test("a workflow fits the published schema, with a job for each step", async () => {
  using env = TestEnv.repository();
  const { workflow, stderr } = await exported(env, {
    description: "Release\n# it",
    vars: { version: { required: true }, "dry-run": { default: "no" } },
    jobs: 2,
    steps: {
      "1-notes": { run: ["sh", "n.sh", "{version}"], produces: ["out/N.md"] },
      lint: { run: ["npm", "run", "lint"], worktree: true },
      build: {
        ...{ needs: ["1-notes"], run: ["make"], retries: 2, timeout: "10m" },
        ...{ verify: ["make", "test"], produces: ["dist/**", "dist/a.js"] },
      },
      check: {
        needs: ["lint", "build"],
        agent: { prompt: "Check {version}", turns: 3, client: "claude" },
      },
    },
  });
  const { jobs, on } = workflow;
  assertEquals(Object.keys(on.workflow_dispatch.inputs), [
    "version",
    "dry-run",
  ]);
  assertEquals(Object.keys(jobs).sort(), [
    "_1-notes",
    "build",
    "check",
    "lint",
  ]);
  assertEquals(jobs.build!.needs, ["_1-notes"]);
  // The files of every step above come along, also through others.
  const got = jobs.check!.steps.filter(({ uses }) => uses?.includes("download"))
    .map((step) => [step.with!.name, step.with!.path]);
  assertEquals(got, [["1-notes", "out"], ["build", "dist"]]);
  for (const { steps } of Object.values(jobs)) {
    for (const { uses } of steps) {
      if (uses) assert(/@[0-9a-f]{40}$/.test(uses), uses);
    }
  }
  const agent = jobs.check!.steps.find(({ name }) => name === "Ask the agent")!;
  assertStringIncludes(agent.run!, "claude");
  assertEquals(agent.env!.MPM_PROMPT, "Check ${{ inputs.version }}");
  assertStringIncludes(stderr, "needs the secret ANTHROPIC_API_KEY");
  assertStringIncludes(stderr, "does not merge worktrees");
});

Deno.test("an export names the key of each client, and says if another may be needed", async () => {
  using env = TestEnv.repository();
  const { workflow, stderr } = await exported(env, {
    steps: {
      check: { agent: { client: "codex", prompt: "Check" } },
      write: { agent: { client: "opencode", prompt: "Write" } },
    },
  });
  assertStringIncludes(stderr, "needs the secret OPENAI_API_KEY");
  assertStringIncludes(stderr, "opencode gets ANTHROPIC_API_KEY. If its model");
  const runs = Object.values(workflow.jobs).flatMap(({ steps }) =>
    steps.map(({ run }) => run)
  );
  for (const from of ["@openai/codex", "opencode-ai"]) {
    assert(runs.includes(`npm install --global ${from}`), from);
  }
});

Deno.test("values reach the scripts of a workflow as they are", async () => {
  using env = TestEnv.repository();
  const odd = 'a\'b "c" $(touch never) ${{ github.token }} `id` \\';
  const { workflow } = await exported(env, {
    vars: { version: { required: true } },
    steps: {
      show: {
        run: ["printf", "%s|", "{version}", `x{version}-${odd}`, "", "{step}"],
        env: { ODD: `{version} ${odd}` },
      },
    },
  });
  const run = workflow.jobs.show!.steps.find(({ name }) => name === "Run")!;
  assertEquals([...run.run!.matchAll(EXPRESSION)], []);
  const version = "1'; touch never; $(touch never)";
  // Replaced as on GitHub.
  const values: Record<string, string> = {
    "inputs.version": version,
    "'${{'": "${{",
  };
  const given = Object.fromEntries(
    Object.entries(run.env!).map(([name, text]) => [
      name,
      text.replaceAll(EXPRESSION, (_, what) => values[what]!),
    ]),
  );
  const script = `${run.run}; printf %s "$ODD"`;
  const done = env.run("bash", ["-eo", "pipefail", "-c", script], {
    env: given,
  });
  assertEquals(
    done.stdout,
    `${version}|x${version}-${odd}||show|${version} ${odd}`,
  );
  assert(!env.exists("never"));
});

Deno.test("an input has no expression, which GitHub would refuse", async () => {
  using env = TestEnv.repository();
  const steps = { show: { run: ["echo", "{title}"] } };
  const about = { description: "The ${{ title }}" };
  const { text } = await exported(env, {
    ...{ vars: { title: { ...about, required: true } }, steps },
  });
  assertStringIncludes(text, "The $ {{ title }}");
  const vars = { title: { ...about, default: "${{ github.token }}" } };
  const definition = JSON.stringify({ vars, steps });
  env.write(".claude-mpm/pipelines/work.yaml", definition);
  const refused = await mpm(env, ["pipeline", "export", "work"]);
  assertEquals(refused.status, 2);
  assertEquals(
    refused.stderr,
    'Error: A workflow cannot have the default of the variable "title"\n' +
      "Hint: GitHub refuses ${{ in it: use required: true instead\n",
  );
});

Deno.test("unusual names stay distinct in a workflow, and cannot add to it", async () => {
  using env = TestEnv.repository();
  const { workflow, text } = await exported(env, {
    description: "a\u0085jobs: {}\u2028jobs: {}\u0007",
    vars: { v: { default: "right" } },
    steps: {
      "1a": {
        run: ["sh", "-c", 'printf %s "$1" "$A"', "A=1", "{v}"],
        env: { VAR_V: "wrong", PROMPT: "mine", A: "{v}" },
        produces: ["!a", "#b", "c[1]/d", "e{f}/g", "h "],
      },
      "_1a": { run: ["true"], needs: ["1a"] },
      "__1a": { agent: { prompt: "Say {v}" }, env: { PROMPT: "mine" } },
    },
  });
  assertEquals(/[^\n -~]/.exec(text), null);
  const { jobs } = workflow;
  assertEquals(Object.keys(jobs).length, 3);
  const [first, id] = [jobs["___1a"]!, "___1a"];
  assertEquals(jobs["_1a"]!.needs, [id]);
  const run = first.steps.find(({ name }) => name === "Run")!;
  const done = env.run("bash", ["-ec", run.run!], {
    env: { ...run.env, MPM_VAR_V: "right", A: "right" },
  });
  assertEquals(done.stdout, "rightright");
  assertEquals(run.env!.MPM_VAR_V, "${{ inputs.v }}");
  const upload = first.steps.find(({ uses }) => uses?.includes("upload"))!;
  assertEquals(upload.with!.path!.split("\n"), [
    ...["./!a", "./#b", "c[[]1]/d", "e{f}/g", "h[ ]"],
  ]);
  const agent = jobs["__1a"]!.steps.find(({ name }) =>
    name === "Ask the agent"
  )!;
  assertEquals(agent.env!.PROMPT, "mine");
  assertEquals(agent.env!.MPM_PROMPT, "Say ${{ inputs.v }}");
  const line = { steps: { a: { run: ["true"], produces: ["a\nb"] } } };
  env.write(".claude-mpm/pipelines/work.yaml", JSON.stringify(line));
  const refused = await mpm(env, ["pipeline", "export", "work"]);
  assertEquals(refused.status, 2, refused.stdout);
  assertStringIncludes(refused.stderr, 'cannot keep the file "a\\nb"');
});

Deno.test("the files of a step come back into their folder", async () => {
  using env = TestEnv.repository();
  for (
    const [produces, folder] of [
      [["a{b}/c"], "a{b}"],
      [["!a/b", "!a/c/d"], "!a"],
      [["a[1]/b", "a[1]/*"], "a[1]"],
      [["a/*/b"], "a"],
    ] as const
  ) {
    const { workflow: { jobs } } = await exported(env, {
      steps: {
        make: { run: ["true"], produces },
        use: { run: ["true"], needs: ["make"] },
      },
    });
    const get = jobs.use!.steps.find(({ uses }) => uses?.includes("download"));
    assertEquals(get!.with!.path, folder);
  }
});

Deno.test("retries of a workflow include the check", async () => {
  using env = TestEnv.repository();
  const { workflow } = await exported(env, {
    steps: {
      flaky: {
        run: ["sh", "-c", "echo run >>runs"],
        verify: ["sh", "-c", "test $(wc -l <runs) -ge 2"],
        retries: 1,
      },
    },
  });
  const { run } = workflow.jobs.flaky!.steps.find(({ run }) => run)!;
  const script = run!.replace(/sleep .*/, "true");
  const once = env.run("bash", ["-eo", "pipefail", "-c", script]);
  assertEquals([once.status, env.read("runs")], [0, "run\nrun\n"]);
});

Deno.test("a workflow is written to a file, and never over another one", async () => {
  using env = TestEnv.repository();
  const definition = { steps: { a: { run: ["true"] } } };
  env.write(".claude-mpm/pipelines/work.yaml", JSON.stringify(definition));
  const write = () => mpm(env, ["pipeline", "export", "work", "-o", "w.yml"]);
  assertEquals((await write()).status, 0);
  assertStringIncludes(env.read("w.yml"), "# A workflow of the mpm pipeline");
  assertEquals((await write()).status, 0);
  env.write("w.yml", "mine\n");
  assertEquals((await write()).status, 4);
  assertEquals(env.read("w.yml"), "mine\n");
  const none = await mpm(env, ["pipeline", "export", "other"]);
  assertEquals(none.status, 3, none.stderr);
});
