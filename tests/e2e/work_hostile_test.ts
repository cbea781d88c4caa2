import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { type Outcome, TestEnv } from "../helpers/env.ts";
import { binary, mpm } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { CURRENT, putWork, WORK, workIds } from "../helpers/works.ts";

/**
 * A cloned repository may hold anything in `.claude-mpm/`. Links are tested
 * with the binary, since only there its permissions affect them.
 */
const PLANTED = "work-20991231-000000";
const TEMPLATES = ".claude-mpm/templates";

type Run = (env: TestEnv, ...args: string[]) => Promise<Outcome>;

const run: Run = (env, ...args) => mpm(env, args);

const runBinary: Run = (env, ...args) =>
  Promise.resolve(env.run(binary(), args));

async function store(): Promise<TestEnv> {
  const env = TestEnv.repository();
  assertEquals((await run(env, "start", "own", "My work")).status, 0);
  return env;
}

const COMMANDS = [
  ["status"],
  ["status", "--porcelain"],
  ["stack"],
  ["stack", "--all", "--json"],
  ["check"],
  ["saves", "list"],
  ["pause", "--no-commit"],
  ["resume"],
  ["complete", PLANTED],
  ["template", "list"],
  ["template", "show", "planted"],
  ["start", "x", "--template", "planted"],
];

/** Commands that determine the current session. */
const POINTED = [["status", "--porcelain"], ["check"], [
  "pause",
  "--no-commit",
]];

/** No command crashes, hangs or reveals data from outside. */
async function surviveAll(
  env: TestEnv,
  commands = COMMANDS,
  by = run,
): Promise<string> {
  const outputs: string[] = [];
  for (const args of commands) {
    const { status, stdout, stderr } = await by(env, ...args);
    assert(status < 70, `${args.join(" ")}: ${stderr}`);
    assert(!`${stdout}${stderr}`.includes("hunter2"), args.join(" "));
    outputs.push(stdout);
  }
  return outputs.join("\n");
}

const RECORD = {
  schema: 1,
  id: PLANTED,
  name: "planted",
  task: "",
  state: "active",
  started_at: "2026-11-21T12:00:00.000Z",
  transitions: [],
  parent: null,
  place: "main",
  worktree: "/",
  git: { branch: null, head: null },
  agent_session: null,
  template: null,
  checklist: [],
  saves: [],
  children: [],
  detour: null,
  summary: null,
};

posixTest(
  "a damaged record is reported, and a pointer is skipped",
  async () => {
    using env = await store();
    const odd = new Uint8Array([0xff, 0xfe, 0, 1]);
    env.write(`${WORK}/${PLANTED}.json`, odd);
    const outputs = await surviveAll(env);
    assertStringIncludes(outputs, "own");
    assertStringIncludes(outputs, `${PLANTED}.json": it is not JSON`);
    const { status, stderr } = await run(env, "complete", PLANTED);
    assertEquals(status, 5, stderr);
    Deno.removeSync(join(env.project, CURRENT, "main.json"));
    Deno.mkdirSync(join(env.project, CURRENT, "main.json"));
    await surviveAll(env, POINTED);
    const { stderr: noted } = await run(env, "status", "--porcelain");
    assertEquals(noted, "");
  },
);

posixTest(
  "links instead of the folders are refused, and their targets not changed",
  async () => {
    for (const folder of [".claude-mpm/state", WORK, CURRENT, TEMPLATES]) {
      using env = await store();
      await runBinary(env, "template", "new", "planted");
      const outside = join(env.root, "outside");
      Deno.renameSync(join(env.project, folder), outside);
      Deno.symlinkSync(outside, join(env.project, folder));
      const names = () =>
        [...Deno.readDirSync(outside)].map(({ name }) => name).sort();
      const before = names();
      const more = [...POINTED, ["stack"], ["template", "list"]];
      await surviveAll(env, more, runBinary);
      await runBinary(env, "template", "new", "other");
      if (folder !== TEMPLATES) {
        const { status } = await runBinary(env, "start", "z");
        assertEquals(status, 4, folder);
      }
      assertEquals(names(), before, folder);
    }
  },
);

posixTest(
  "text in a record or template never controls the terminal",
  async () => {
    using env = await store();
    const evil = "\u001b]0;x\u0007\u001b[2J\u202e\r\nname=evil";
    putWork(env, {
      ...RECORD,
      name: evil,
      task: evil,
      template: { name: evil, variables: {} },
      checklist: [{ phase: evil, text: evil, done: false, done_at: null }],
    });
    env.write(
      `${CURRENT}/main.json`,
      JSON.stringify({ schema: 1, session: PLANTED }),
    );
    env.write(
      `${TEMPLATES}/planted.md`,
      `# ${evil}\n## ${evil}\n- [ ] ${evil}\n`,
    );
    const outputs = await surviveAll(env);
    // deno-lint-ignore no-control-regex -- finds terminal sequences
    assert(!/[\u0000-\u0009\u000b-\u001f\u202e]/.test(outputs));
    assertStringIncludes(outputs, "\\x1b");
    const { stdout } = await run(env, "status", "--porcelain");
    assertEquals(stdout.split("\n").length, 19);
  },
);

posixTest("a planted pointer or record is not followed elsewhere", async () => {
  using env = await store();
  const outside = join(env.root, "home/work-20991231-000000.json");
  Deno.writeTextFileSync(
    outside,
    JSON.stringify({ ...RECORD, name: "hunter2" }),
  );
  const own = workIds(env)[0]!;
  for (
    const session of [
      "../../../../home/work-20991231-000000",
      "work-20991231-000000/../../x",
      { toString: 1 },
      null,
    ]
  ) {
    env.write(`${CURRENT}/main.json`, JSON.stringify({ session, before: own }));
    await surviveAll(env, POINTED);
    env.write(`${CURRENT}/main.json`, JSON.stringify({ session: own }));
  }
  for (const parent of ["../x", "", 5, ["work-20991231-000000"]]) {
    env.write(`${WORK}/${PLANTED}.json`, JSON.stringify({ ...RECORD, parent }));
    const { stdout } = await run(env, "stack");
    assertStringIncludes(stdout, '"parent" is invalid');
  }
});

posixTest(
  "a save's session is data: invalid ones rebuild nothing and stop no resume",
  async () => {
    using env = await store();
    assertEquals((await run(env, "pause", "--no-commit", "Own")).status, 0);
    const folder = join(env.project, ".claude-mpm/sessions");
    const name = [...Deno.readDirSync(folder)].map(({ name }) => name)
      .find((name) => /^session-.*\.json$/.test(name))!;
    const save = JSON.parse(Deno.readTextFileSync(join(folder, name)));
    Deno.removeSync(join(folder, `${name}.sha256`));
    const before = workIds(env);
    const sessions = [
      5,
      [],
      { id: "../../x" },
      { id: "work-20991231-000000", name: 5, task: {}, transitions: "x" },
    ];
    for (const session of sessions) {
      const stack = [{ id: "../y" }, 7, { id: PLANTED, checklist: "x" }];
      const mpm = { ...save.mpm, session, stack, checklist: [1, { phase: 2 }] };
      Deno.writeTextFileSync(
        join(folder, name),
        JSON.stringify({ ...save, mpm }),
      );
      // Texts of others do not bring a session here; these, the user accepted
      // as their own.
      assertEquals((await run(env, "resume")).status, 0);
      assertEquals(workIds(env), before);
      assertEquals((await run(env, "saves", "trust", "latest")).status, 0);
      for (
        const args of [
          ...[["saves", "trust", "latest"], ["resume"]],
          ...[["saves", "list"], ["saves", "show"]],
        ]
      ) {
        const { status, stderr } = await run(env, ...args);
        assertEquals(status, 0, `${args.join(" ")}: ${stderr}`);
      }
    }
    // The last one has only a valid id: it is rebuilt without other data.
    assertEquals(workIds(env), [...before, PLANTED]);
  },
);
