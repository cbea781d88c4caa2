import { assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";
import * as posix from "@std/path/posix";
import { indexedByData } from "./helpers/indexed.ts";
import { fromFileUrl, modules, ROOT, sources } from "./helpers/tree.ts";

/** The folders of `src/`: each may import those after it, and none before. */
const ORDER = [
  ...["app", "doctor", "undo", "hooks", "handoff", "detours", "checkpoints"],
  ...[
    "saves",
    "work",
    "worktrees",
    "clients",
    "secrets",
    "config",
    "ops",
    "git",
  ],
  ...["cli", "system", "base"],
];

/** The folder of `src/` that a path lies in, or `main.ts`. */
function contextOf(path: string): string {
  return path.replace(/^src\//, "").split("/")[0]!;
}

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
  /** Whether it is loaded when it is needed. */
  readonly later: boolean;
}

async function imports(): Promise<Import[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "main.ts"],
    cwd: ROOT,
  }).output();
  const graph = JSON.parse(new TextDecoder().decode(stdout));
  const found: Import[] = [];
  for (const { specifier, dependencies = [] } of graph.modules) {
    const from = fromFileUrl(specifier);
    if (!from) continue;
    for (const { code, type, isDynamic: later = false } of dependencies) {
      const to = fromFileUrl((code ?? type)?.specifier ?? "");
      if (to?.endsWith(".ts")) found.push({ from, to, typeOnly: !code, later });
    }
  }
  return found;
}

Deno.test("imports go one way", async () => {
  const wrong = (await imports()).filter(({ from, to }) => {
    const [here, there] = [contextOf(from), contextOf(to)];
    return from.startsWith("src/") &&
      ORDER.indexOf(there) < ORDER.indexOf(here);
  });
  assertEquals(wrong, []);
});

/** Files that load commands or handlers of events, each for itself. */
const LOADERS = new Set([
  "src/app/main.ts",
  "src/app/table.ts",
  "src/hooks/events/take.ts",
  // What these load is large, and hardly any event or command needs it.
  "src/detours/settle.ts",
  "src/hooks/events/gauge.ts",
  "src/hooks/events/prompt.ts",
  "src/hooks/run_command.ts",
]);

/** Libraries for schemas, users' expressions, TOML and YAML: slow to load. */
const SLOW =
  /from "(?:zod\/mini|[./]*\/base\/schema\.ts|re2js|@std\/toml|@std\/yaml)"/;

Deno.test("only commands, events and slow libraries are loaded later", async () => {
  const wrong = (await imports()).filter(({ from, to, later }) =>
    later && !LOADERS.has(from) &&
    !SLOW.test(Deno.readTextFileSync(join(ROOT, to)))
  );
  assertEquals(wrong, []);
});

/** What of the project a test that speaks to `main` or the binary may know. */
const OUTSIDE =
  /^(src\/app\/main\.ts$|src\/system\/|schemas\/|scripts\/|tests\/)/;

Deno.test("tests of behaviour import main, the machine and schemas alone", async () => {
  const folders = ["commands", "faults", "e2e", "formats", "helpers"];
  const paths = await Promise.all(
    folders.map((one) => modules(`tests/${one}`)),
  );
  const wrong: string[] = [];
  for (const path of paths.flat()) {
    const text = await Deno.readTextFile(`${ROOT}/${path}`);
    for (const [, name] of text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)) {
      const to = posix.join(posix.dirname(path), name!);
      if (!OUTSIDE.test(to)) wrong.push(`${path} imports ${to}`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("every folder of src/ has its place", async () => {
  const folders = new Set((await sources("src")).map(contextOf));
  assertEquals([...folders].sort(), [...ORDER].sort());
});

Deno.test("only program.ts imports the real machine; others take its types", async () => {
  const wrong = (await imports()).filter(({ from, to, typeOnly }) =>
    contextOf(to) === "system" && !typeOnly && from !== "src/app/program.ts" &&
    contextOf(from) !== "system"
  );
  assertEquals(wrong, []);
});

Deno.test("no command imports another one", async () => {
  const table = await Deno.readTextFile(`${ROOT}/src/app/table.ts`);
  const commands = [...table.matchAll(/import\("\.\.?\/([\w/]+\.ts)"\)/g)]
    .map(([, file]) => `src/${file}`);
  const wrong = (await imports()).filter(({ from, to }) =>
    commands.includes(from) && commands.includes(to)
  );
  assertEquals(wrong, []);
});

Deno.test("no folder of src/ has more than 25 files", async () => {
  const counts = new Map<string, number>();
  for (const path of await sources("src")) {
    const folder = dirname(path);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  assertEquals([...counts].filter(([, count]) => count > 25), []);
});

Deno.test("every file of src/ is reached from main.ts", async () => {
  const reached = new Set(["main.ts"]);
  for (const { from, to } of await imports()) reached.add(from).add(to);
  const lost = (await sources("src")).filter((path) => !reached.has(path));
  assertEquals(lost, []);
});

Deno.test("files and functions stay small", async () => {
  const long: string[] = [];
  for (const path of [...await sources("src"), ...await sources("scripts")]) {
    const lines = (await Deno.readTextFile(`${ROOT}/${path}`)).split("\n");
    if (lines.length > 400) long.push(`${path}: ${lines.length} lines`);
    let start = -1;
    lines.forEach((line, at) => {
      if (/^(export )?(async )?function/.test(line)) start = at;
      if (line !== "}" || start < 0) return;
      const length = at - start + 1;
      if (length > 60) long.push(`${path}:${start + 1}: ${length} lines`);
      start = -1;
    });
  }
  assertEquals(long, []);
});

// An object made by a literal, by JSON or by `Object.fromEntries` also answers
// to the names that it inherits: a file, a session or a label may have one.
Deno.test("no object is indexed by data, except by getOwn()", async () => {
  const paths = [...await sources("src"), ...await sources("scripts")]
    .filter((path) => path !== "src/base/own.ts");
  const found = indexedByData(paths.map((path) => join(ROOT, path)));
  assertEquals(found.map((one) => one.slice(ROOT.length + 1)), []);
});
