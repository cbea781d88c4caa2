import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { blocksOf } from "../helpers/markdown.ts";
import { binary, mpm, mpmJson, start } from "../helpers/mpm.ts";
import { programTest } from "../helpers/programs.ts";
import { logOf, results, runIds, until } from "../helpers/tasks.ts";

/** The first line of a block that is a file of the project. */
const FILE = /^# ((?:scripts|\.claude-mpm\/tasks)\/\S+)$/;

/** A project with the files of the page on tasks. */
function projectOfPage(): TestEnv {
  const env = TestEnv.repository();
  for (const { lines } of blocksOf("docs/tasks.md")) {
    const path = FILE.exec(lines[0] ?? "")?.[1];
    if (path) env.write(path, `${lines.join("\n")}\n`);
  }
  const bin = join(env.root, "bin");
  Deno.mkdirSync(bin);
  Deno.symlinkSync(binary(), join(bin, "mpm"));
  env.extra.PATH = `${bin}:${Deno.env.get("PATH")}`;
  return env;
}

/** The lines of the page for a task. */
function linesFor(task: string): string[] {
  const found = blocksOf("docs/tasks.md").find(({ kind, lines }) =>
    kind === "sh" && lines.some((line) => line === `mpm task run ${task}`)
  );
  assert(found, `the page does not run ${task}`);
  return [...found.lines];
}

/** Runs the page's lines, with its task killed after `chunks` items. */
async function interrupted(
  env: TestEnv,
  { task, chunks }: { task: string; chunks: number },
): Promise<string> {
  const [allow, run, report] = linesFor(task);
  assertEquals(env.run("sh", ["-c", allow!]).status, 0);
  const child = start(env, run!.split(" ").slice(1));
  const ended = (id: string | undefined) =>
    id === undefined
      ? 0
      : logOf(env, id).filter(({ event }) => event === "end").length;
  await until("some items ended", () => ended(runIds(env)[0]) >= chunks);
  child.kill("SIGKILL");
  const { signal } = await child.output();
  assertEquals(signal, "SIGKILL", "it was over too soon");
  const [id] = runIds(env);
  const before = await mpmJson(env, ["task", "status", id!]);
  assertEquals(before.state, "interrupted");
  await mpm(env, ["task", "resume", id!]);
  const reported = env.run("sh", ["-c", report!]);
  assertEquals(reported.status, 0, reported.stderr);
  return id!;
}

programTest(
  "the analysis of a code base is interrupted, resumed, and reports",
  ["awk"],
  async () => {
    using env = projectOfPage();
    const files = Array.from({ length: 60 }, (_, at) => `src/${at}/part.js`);
    for (const [at, path] of files.entries()) {
      const lines = Array(at).fill("if (a && b) eval(c); // TODO");
      env.write(path, `${lines.join("\n")}\n`);
    }
    const id = await interrupted(env, { task: "smells", chunks: 5 });
    const found = results(env, id);
    assertEquals(found.size, 60);
    const states = [...found.values()].map(({ state }) => state);
    const flagged = states.filter((state) => state === "flagged").length;
    assert(flagged <= 1 && !states.includes("failed"), states.join());
    const last = found.get("src/59/part.js")!;
    assertEquals(last.result, {
      complexity: 119,
      long: 0,
      open: 59,
      risky: 59,
    });
    assert(env.read("smells.md").includes("src/59/part.js"));
  },
);

/** Two tables with 20,000 and 1,500 rows, and one for their sums. */
const TABLES = `
CREATE TABLE orders (id INTEGER PRIMARY KEY, cents INTEGER NOT NULL);
CREATE TABLE refunds (id INTEGER PRIMARY KEY, cents INTEGER NOT NULL);
CREATE TABLE totals (name, first, rows, cents, PRIMARY KEY (name, first));
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
  INSERT INTO orders SELECT i, i FROM n;
INSERT INTO refunds SELECT id, 1 FROM orders WHERE id <= 1500;
`;

programTest(
  "tables in chunks of 1,000 rows are interrupted and resumed, each row once",
  ["sqlite3"],
  async () => {
    using env = projectOfPage();
    const sql = (text: string) => {
      const { status, stdout, stderr } = env.run("sqlite3", ["shop.db", text]);
      assertEquals(status, 0, stderr);
      return stdout;
    };
    sql(TABLES);
    const id = await interrupted(env, { task: "totals", chunks: 5 });
    const found = [...results(env, id)];
    assertEquals(found.length, 22);
    assertEquals(found.filter(([, { state }]) => state !== "done"), []);
    assertEquals(
      sql(
        "SELECT name, count(*), sum(rows), sum(cents) FROM totals GROUP BY 1",
      ),
      "orders|20|20000|200010000\nrefunds|2|1500|1500\n",
    );
    assert(env.read("totals.md").includes("orders 19001"));
  },
);
