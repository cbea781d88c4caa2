import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type {
  StartResult,
  TemplateListResult,
  TemplateNewResult,
  TemplateShowResult,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { putHome } from "../helpers/stores.ts";
import { workIds } from "../helpers/works.ts";

const FOLDER = ".claude-mpm/templates";

const text = (title: string) => `---\nname: ${title}\n---\n## P\n- [ ] One\n`;

Deno.test("the nearer template wins: the project's, the user's, then mpm's", async () => {
  using env = TestEnv.repository();
  const source = async () => {
    const { source, title } = await mpmJson<TemplateShowResult>(env, [
      ...["template", "show", "bug-fix"],
    ]);
    return `${source} ${title}`;
  };
  assertEquals(await source(), "shipped Bug Fix");
  putHome(env, ".config/mpm/templates/bug-fix.md", text("User's"));
  assertEquals(await source(), "user User's");
  env.write(`${FOLDER}/bug-fix.md`, text("Project's"));
  assertEquals(await source(), "project Project's");
  env.extra.XDG_CONFIG_HOME = `${env.root}/xdg`;
  Deno.mkdirSync(`${env.root}/xdg/mpm/templates`, { recursive: true });
  Deno.writeTextFileSync(`${env.root}/xdg/mpm/templates/mine.md`, text("X"));
  const { templates } = await mpmJson<TemplateListResult>(env, [
    ...["template", "list"],
  ]);
  assertEquals(
    templates.map(({ name, source, items }) => `${name} ${source} ${items}`),
    [
      "bug-fix project 1",
      "code-review shipped 14",
      "feature-development shipped 16",
      "incident shipped 16",
      "mine user 1",
      "refactoring shipped 12",
      "release shipped 16",
    ],
  );
});

Deno.test("a file that cannot be a template by its name is reported", async () => {
  using env = TestEnv.repository();
  const names = ["bug fix.md", "Fix.MD", "it's.md", ".hidden", "\x1b[31mred"];
  for (const name of names) env.write(`${FOLDER}/${name}`, text("X"));
  env.write(`${FOLDER}/folder/x`, "");
  const { status, stderr } = await mpm(env, ["template", "list"]);
  assertEquals(status, 0);
  const lines = stderr.split("\n").filter((line) => line !== "");
  assertEquals(
    lines.map((line) => /templates\/(.*)" is not a template/.exec(line)?.[1]),
    ["\\x1b[31mred", "Fix.MD", "bug fix.md", "it's.md"],
  );
});

Deno.test("a template is found by the name of its file and by its title", async () => {
  using env = TestEnv.repository();
  env.write(`${FOLDER}/x1.md`, text("Data Migration"));
  for (const wanted of ["x1", "X1", "Data Migration", "data migration"]) {
    const { name } = await mpmJson<TemplateShowResult>(env, [
      ...["template", "show", wanted],
    ]);
    assertEquals(name, "x1", wanted);
  }
  const names = ["Feature Development", "feature_development"];
  for (const wanted of names) {
    const { name } = await mpmJson<TemplateShowResult>(env, [
      ...["template", "show", wanted],
    ]);
    assertEquals(name, "feature-development");
  }
  const none = await mpm(env, ["template", "show", "../../etc/passwd"]);
  assertEquals([none.status, none.stderr.split("\n")[1]], [
    3,
    "Hint: Available templates: bug-fix, code-review, feature-development, incident, " +
    "refactoring, release, x1",
  ]);
});

Deno.test("the document's sentence is one command", async () => {
  using env = TestEnv.repository();
  const { session, checklist } = await mpmJson<StartResult>(env, [
    ...["start", "--template", "feature-development"],
    ...["--var", "feature=User notifications"],
  ]);
  assertEquals([session.task, session.template, checklist.length], [
    "Feature Development: User notifications",
    "feature-development",
    16,
  ]);
});

Deno.test("a template takes state variables: --var first, then mpm var, then the default", async () => {
  using env = TestEnv.repository();
  env.write(
    `${FOLDER}/fix.md`,
    "---\nname: Fix\nvariables:\n  bug:\n  target: main\n  port: '80'\n---\n" +
      "- [ ] {{bug}} on {{target}} at {{port}}\n",
  );
  await mpmJson(env, ["var", "set", "bug", "#12\n and  more"]);
  await mpmJson(env, ["var", "set", "target", "release"]);
  await mpmJson(env, ["var", "set", "long", "x".repeat(600)]);
  const started = async (...args: string[]) => {
    const { checklist } = await mpmJson<StartResult>(env, [
      ...["start", "--template", "fix", ...args],
    ]);
    return checklist[0]!.text;
  };
  assertEquals(
    await started("--dry-run", "--var", "bug=#7"),
    "#7 on release at 80",
  );
  assertEquals(await started(), "#12 and more on release at 80");
  // A session begins with the variables of its worktree.
  await mpmJson(env, ["var", "set", "bug", "#13"]);
  const { stdout } = await mpm(env, [
    ...["branch", "aside", "--template", "fix", "--dry-run", "--json"],
  ]);
  assertStringIncludes(stdout, "#13 on release at 80");
});

Deno.test("a state variable that is invalid in a template is named, and nothing is started", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["var", "set", "bug", "x".repeat(501)]);
  const long = await mpm(env, ["start", "--template", "bug-fix"]);
  assertEquals(long.status, 2);
  assertStringIncludes(long.stderr, 'state variable "bug" is longer than 500');
  assertStringIncludes(long.stderr, '--var bug="');
  const [file] = [
    ...Deno.readDirSync(`${env.project}/.claude-mpm/state/items`),
  ];
  env.write(`.claude-mpm/state/items/${file!.name}`, "{");
  const torn = await mpm(env, ["start", "--template", "bug-fix"]);
  assertEquals(torn.status, 5);
  assertStringIncludes(torn.stderr, file!.name);
  assertEquals(workIds(env), []);
  const given = ["start", "--template", "bug-fix", "--var", "bug=#1"];
  assertEquals((await mpm(env, given)).status, 0);
});

Deno.test("start says what is wrong with a template or its variables, and starts nothing", async () => {
  using env = TestEnv.repository();
  env.write(`${FOLDER}/torn.md`, "---\nname: x\nvariables: [\n---\n- [ ] a\n");
  const cases = [
    [["--template", "torn"], 5, `${FOLDER}/torn.md" line `],
    [["--template", "none"], 3, 'No template "none"'],
    [["--template", "bug-fix"], 2, 'needs "bug"'],
    [["--template", "bug-fix", "--var", "x=1"], 2, 'no variable "x"'],
    [
      ["--template", "bug-fix", "--var", "bug"],
      2,
      "not a variable with a value",
    ],
    [["--var", "a=b"], 2, '"--var" needs a template'],
  ] as const;
  for (const [args, status, words] of cases) {
    const answer = await mpm(env, ["start", ...args]);
    assertEquals(answer.status, status, args.join(" "));
    assertStringIncludes(answer.stderr, words);
  }
  assertEquals(workIds(env), []);
  const { templates } = await mpmJson<TemplateListResult>(env, [
    ...["template", "list"],
  ]);
  assert(templates.find(({ name }) => name === "torn")?.problem);
  assertStringIncludes(
    (await mpm(env, ["template", "list"])).stdout,
    "damaged",
  );
});

Deno.test("start --dry-run shows the checklist and writes nothing", async () => {
  using env = TestEnv.repository();
  const { stdout } = await mpm(env, [
    ...["start", "--dry-run", "--template", "incident"],
    ...["--var", "incident=Mail is down"],
  ]);
  assertStringIncludes(stdout, "Would start Incident: Mail is down, unknown");
  assertStringIncludes(stdout, "Note when Mail is down began");
  assertEquals(env.exists(".claude-mpm"), false);
});

Deno.test("template new writes a template that can be used, and replaces none", async () => {
  using env = TestEnv.repository();
  const args = ["template", "new", "Hot Fix", "--from", "bug-fix"];
  const dry = await mpmJson<TemplateNewResult>(env, [...args, "--dry-run"]);
  assertEquals(env.exists(FOLDER), false);
  const { path, text: made } = await mpmJson<TemplateNewResult>(env, args);
  assertEquals([path, made], [`${env.project}/${FOLDER}/hot-fix.md`, dry.text]);
  assertEquals(env.read(`${FOLDER}/hot-fix.md`), made);
  const { title, variables, items } = await mpmJson<TemplateShowResult>(env, [
    ...["template", "show", "hot-fix"],
  ]);
  assertEquals([title, variables.length, items.length], ["Hot Fix", 1, 14]);
  const again = await mpm(env, args);
  assertEquals(again.status, 4);
  const plain = await mpmJson<TemplateNewResult>(env, [
    ...["template", "new", "deploy"],
  ]);
  assertEquals(plain.text.split("\n")[1], "name: Deploy");
  const { session } = await mpmJson<StartResult>(env, [
    ...["start", "--template", "deploy", "--var", "topic=the docs"],
  ]);
  assertEquals(session.task, "Deploy: the docs");
});

Deno.test("template new copies any file, and reports its errors before writing", async () => {
  using env = TestEnv.repository();
  env.write("list.md", "\ufeff# List\r\n\r\n- [ ] a: {{x}}\r\n");
  const args = ["template", "new", "list", "--from", "list.md"];
  const bad = await mpm(env, args);
  assertEquals(bad.status, 5);
  assertStringIncludes(bad.stderr, 'Cannot use "list.md" line 3: unknown');
  env.write("list.md", "\ufeff# List\r\n\r\n- [ ] a\r\n");
  await mpmJson(env, args);
  assertEquals(
    env.read(`${FOLDER}/list.md`),
    "---\nname: List\n---\n\n# List\n\n- [ ] a\n",
  );
  for (const name of ["../x", "a/b", ".hidden", "", "x\u001b[31m"]) {
    assertEquals((await mpm(env, ["template", "new", name])).status, 2, name);
  }
  const missing = await mpm(env, ["template", "new", "y", "--from", "no.md"]);
  assertEquals(missing.status, 6);
});

Deno.test("template new removes a secret from the front matter of a copy", async () => {
  using env = TestEnv.repository();
  const token = `ghp_${"a1B2c3D4e5".repeat(3)}F6g7H8`;
  const label = "[redacted:github-token]";
  const args = ["template", "new", "mine", "--from", "list.md", "--dry-run"];
  const copied = async (variables: string) => {
    env.write(
      "list.md",
      `---\nvariables:\n${variables}---\n# T\n- [ ] {{t}} ${token}\n`,
    );
    return await mpmJson<TemplateNewResult>(env, args);
  };
  for (
    const [given, made] of [
      [`  t: ${token}\n`, `  t: "${label}"\n`],
      [
        `  t:\n    default: ${token} # mine\n`,
        `  t:\n    default: "${label}" # mine\n`,
      ],
      [
        `  t:\n    default: ${token} "or" another\n`,
        `  t:\n    default: "${label} \\"or\\" another"\n`,
      ],
      [`  - t: ${token}\n`, `  - t: "${label}"\n`],
      [
        `  - {name: t, default: ${token}}\n`,
        `  - {name: t, default: "${label}"}\n`,
      ],
      // Quoted values, and values that do not begin with it, are unchanged.
      [`  t: "${token}"\n`, `  t: "${label}"\n`],
      [`  t: with ${token}\n`, `  t: with ${label}\n`],
    ]
  ) {
    assertEquals(
      (await copied(given!)).text,
      `---\nname: Mine\nvariables:\n${made}---\n# T\n- [ ] {{t}} ${label}\n`,
    );
  }
  env.write("list.md", `---\nvariables:\n  ${token}: x\n---\n- [ ] a\n`);
  const { status, stderr } = await mpm(env, args);
  assertEquals(status, 5);
  assertStringIncludes(stderr, 'Cannot copy "list.md": without its secrets');
  assertStringIncludes(stderr, "Hint: Remove the secret from the front matter");
  assert(!stderr.includes(token));
});

Deno.test("template new gives a copy its own name, however the original spelled it", async () => {
  using env = TestEnv.repository();
  for (const name of ["name: >\n  Of two\n  lines", '"name": Quoted']) {
    env.write(
      "list.md",
      `---\n${name}\nvariables: [a]\n---\n# Todo\n- [ ] {{a}}\n`,
    );
    const { text } = await mpmJson<TemplateNewResult>(env, [
      ...["template", "new", "mine", "--from", "list.md", "--dry-run"],
    ]);
    assertEquals(
      text,
      "---\nname: Mine\nvariables: [a]\n---\n# Todo\n- [ ] {{a}}\n",
    );
  }
});
