import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { indexedByData } from "./helpers/indexed.ts";
import { fromFileUrl, ROOT, sources } from "./helpers/tree.ts";

/** Which folder of `src/` may import which, beside what all may import. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  "main.ts": ["program.ts"],
  "program.ts": ["app.ts", "system/real.ts"],
  "app.ts": ["run_line.ts", "commands", "cli", "system"],
  "run_line.ts": ["commands", "cli", "system"],
  commands: ["cli", "session", "store", "git", "claude", "system"],
  store: ["session", "system"],
  git: ["session", "system"],
  claude: ["session", "system"],
  session: [],
  cli: ["system"],
  system: [],
};

/** Small, pure and below everything else. */
const FREE = [
  "errors.ts",
  "escape.ts",
  "nearest.ts",
  "own.ts",
  "version.ts",
];

/** `main.ts`, a file of `src/` itself, or a folder of `src/`. */
function layerOf(path: string): string {
  if (path === "main.ts") return path;
  return path.replace(/^src\//, "").split("/")[0]!;
}

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
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
    for (const { code, type } of dependencies) {
      const to = fromFileUrl((code ?? type)?.specifier ?? "");
      if (to?.endsWith(".ts")) found.push({ from, to, typeOnly: !code });
    }
  }
  return found;
}

Deno.test("every import follows the table", async () => {
  const wrong = (await imports()).filter(({ from, to }) => {
    const [here, there] = [layerOf(from), layerOf(to)];
    if (here === there || FREE.includes(there)) return false;
    const allowed = MAY_IMPORT[here] ?? [];
    return !allowed.includes(there) &&
      !allowed.includes(to.replace(/^src\//, ""));
  });
  assertEquals(wrong, []);
});

Deno.test("only program.ts imports the real machine; others take its types", async () => {
  const wrong = (await imports()).filter(({ from, to, typeOnly }) =>
    layerOf(to) === "system" && !typeOnly && from !== "src/program.ts" &&
    layerOf(from) !== "system"
  );
  assertEquals(wrong, []);
});

Deno.test("no command imports another one", async () => {
  const table = await Deno.readTextFile(`${ROOT}/src/commands/mod.ts`);
  const commands = [...table.matchAll(/import\("\.\/(\w+\.ts)"\)/g)]
    .map(([, file]) => `src/commands/${file}`);
  const wrong = (await imports()).filter(({ from, to }) =>
    commands.includes(from) && commands.includes(to)
  );
  assertEquals(wrong, []);
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
    if (lines.length > 300) long.push(`${path}: ${lines.length} lines`);
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
    .filter((path) => path !== "src/own.ts");
  const found = indexedByData(paths.map((path) => join(ROOT, path)));
  assertEquals(found.map((one) => one.slice(ROOT.length + 1)), []);
});
