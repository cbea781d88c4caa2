import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { binary } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { CURRENT, putWork, WORK, workIds } from "../helpers/works.ts";

/** A cloned repository may hold anything in `.claude-mpm/`. */
const PLANTED = "work-20991231-000000";
const TEMPLATES = ".claude-mpm/templates";

function run(env: TestEnv, ...args: string[]) {
  return env.run(binary(), args);
}

function store(): TestEnv {
  const env = TestEnv.repository();
  assertEquals(run(env, "start", "own", "My work").status, 0);
  return env;
}

const COMMANDS = [
  ["status"],
  ["status", "--porcelain"],
  ["stack"],
  ["stack", "--all", "--json"],
  ["check"],
  ["sessions", "list"],
  ["pause", "--no-commit"],
  ["resume"],
  ["complete", PLANTED],
  ["template", "list"],
  ["template", "show", "planted"],
  ["start", "x", "--template", "planted"],
];

/** Those that ask which session is the current one. */
const POINTED = [["status", "--porcelain"], ["check"], [
  "pause",
  "--no-commit",
]];

/** No command crashes, hangs or tells what is outside. */
function surviveAll(env: TestEnv, commands = COMMANDS): string {
  return commands.map((args) => {
    const { status, stdout, stderr } = run(env, ...args);
    assert(status < 70, `${args.join(" ")}: ${stderr}`);
    assert(!`${stdout}${stderr}`.includes("hunter2"), args.join(" "));
    return stdout;
  }).join("\n");
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

posixTest("a damaged record is told of, and a pointer is passed over", () => {
  using env = store();
  const odd = new Uint8Array([0xff, 0xfe, 0, 1]);
  env.write(`${WORK}/${PLANTED}.json`, odd);
  env.write(`${TEMPLATES}/planted.md`, odd);
  const told = surviveAll(env);
  assertStringIncludes(told, "own");
  assertStringIncludes(told, "damaged");
  const { status, stderr } = run(env, "complete", PLANTED);
  assertEquals(status, 5, stderr);
  Deno.removeSync(join(env.project, CURRENT, "main.json"));
  Deno.mkdirSync(join(env.project, CURRENT, "main.json"));
  surviveAll(env, POINTED);
  assertEquals(run(env, "status", "--porcelain").stderr, "");
});

posixTest(
  "links in place of the folders are refused, what they lead to left alone",
  () => {
    for (const folder of [".claude-mpm/state", WORK, CURRENT, TEMPLATES]) {
      using env = store();
      run(env, "template", "new", "planted");
      const outside = join(env.root, "outside");
      Deno.renameSync(join(env.project, folder), outside);
      Deno.symlinkSync(outside, join(env.project, folder));
      const names = () =>
        [...Deno.readDirSync(outside)].map(({ name }) => name).sort();
      const before = names();
      surviveAll(env, [...POINTED, ["stack"], ["template", "list"]]);
      run(env, "template", "new", "other");
      if (folder !== TEMPLATES) {
        assertEquals(run(env, "start", "z").status, 4, folder);
      }
      assertEquals(names(), before, folder);
    }
  },
);

posixTest("what a record or template says never acts on the terminal", () => {
  using env = store();
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
  const told = surviveAll(env);
  // deno-lint-ignore no-control-regex
  assert(!/[\u0000-\u0009\u000b-\u001f\u202e]/.test(told));
  assertStringIncludes(told, "\\x1b");
  const { stdout } = run(env, "status", "--porcelain");
  assertEquals(stdout.split("\n").length, 19);
});

posixTest("a planted pointer or record leads nowhere else", () => {
  using env = store();
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
    surviveAll(env, POINTED);
    env.write(`${CURRENT}/main.json`, JSON.stringify({ session: own }));
  }
  for (const parent of ["../x", "", 5, ["work-20991231-000000"]]) {
    env.write(`${WORK}/${PLANTED}.json`, JSON.stringify({ ...RECORD, parent }));
    const { stdout } = run(env, "stack");
    assertStringIncludes(stdout, '"parent" is not what it should be');
  }
});

posixTest(
  "a save's session is data: odd ones rebuild nothing and stop no resume",
  () => {
    using env = store();
    assertEquals(run(env, "pause", "--no-commit", "Own").status, 0);
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
      // Nobody's words bring a session here; these the user took for theirs.
      assertEquals(run(env, "resume").status, 0);
      assertEquals(workIds(env), before);
      assertEquals(run(env, "sessions", "trust", "latest").status, 0);
      for (
        const args of [
          ...[["sessions", "trust", "latest"], ["resume"]],
          ...[["sessions", "list"], ["sessions", "show"]],
        ]
      ) {
        const { status, stderr } = run(env, ...args);
        assertEquals(status, 0, `${args.join(" ")}: ${stderr}`);
      }
    }
    // The last one has a valid id and nothing else: it is rebuilt, bare.
    assertEquals(workIds(env), [...before, PLANTED]);
  },
);
