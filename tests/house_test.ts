import { assertEquals } from "@std/assert";
import { basename, dirname, join } from "@std/path";
import * as posix from "@std/path/posix";
import { CLIENT_NAMES } from "../src/base/clients.ts";
import { CLIENTS } from "../src/clients/mod.ts";
import { indexedByData } from "./helpers/indexed.ts";
import { modules, ROOT, sources } from "./helpers/tree.ts";

/**
 * The folders of `src/`: each may import those after it, but not those before
 * it.
 */
const ORDER = [
  ...[
    "app",
    "doctor",
    "undo",
    "replay",
    "hooks",
    "team",
    "schedules",
    "pipelines",
    "tasks",
    "agents",
    "handoff",
  ],
  "detours",
  "checkpoints",
  ...[
    "saves",
    "documents",
    "items",
    "partitions",
    "work",
    "worktrees",
    "clients",
    "secrets",
    "config",
  ],
  ...["ops", "git", "cli", "system", "base"],
];

/** Folders of small tools: each file is entered by its own name. */
const OPEN = ["system", "base"];

/** Files that load code only when a command line or an event needs it. */
const DISPATCH = new Set([
  ...CLIENT_NAMES.map((name) => `src/clients/${name}/client.ts`),
  ...["src/app/main.ts", "src/app/table.ts", "src/hooks/events/take.ts"],
  // These load large code that few events or commands need.
  ...["src/hooks/events/gauge.ts", "src/hooks/events/prompt.ts"],
  ...["src/hooks/run_command.ts", "src/handoff/inject.ts"],
]);

/**
 * Libraries that take milliseconds to load, and so do the files that import
 * them.
 */
const SLOW =
  /^import (?!type )[^;]*"(zod\/|@std\/(yaml|toml)|re2js|age-encryption|bcrypt-pbkdf|@noble\/)/m;

interface Import {
  readonly from: string;
  readonly to: string;
  readonly names: readonly string[];
  readonly typeOnly: boolean;
  /** True for `import()`, which loads when it is reached. */
  readonly late: boolean;
}

interface Source {
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly imports: readonly Import[];
  /** True if loading it loads a library that takes long. */
  readonly slow: boolean;
}

const STATEMENT =
  /^(?:import|export) (type )?(?:(\* as \w+|\*)|\{([^}]*)\}) from "([^"]+)";$/gm;
const LATE = /\bimport\(\s*"([^"]+)",?\s*\)/g;

function importsOf(path: string, text: string): Import[] {
  const target = (name: string) => posix.join(posix.dirname(path), name);
  const found: Import[] = [];
  for (const [, type, , list = "", name] of text.matchAll(STATEMENT)) {
    if (!name!.startsWith(".")) continue;
    const names = list.split(",").map((one) => one.trim()).filter(Boolean);
    const typeOnly = type !== undefined ||
      names.length > 0 && names.every((one) => one.startsWith("type "));
    found.push({ from: path, to: target(name!), names, typeOnly, late: false });
  }
  for (const [, name] of text.matchAll(LATE)) {
    if (!name!.startsWith(".")) continue;
    const to = target(name!);
    found.push({ from: path, to, names: [], typeOnly: false, late: true });
  }
  return found;
}

async function read(): Promise<Source[]> {
  return await Promise.all((await sources("src")).map(async (path) => {
    const text = await Deno.readTextFile(join(ROOT, path));
    return {
      path,
      text,
      lines: text.trimEnd().split("\n"),
      imports: importsOf(path, text),
      slow: SLOW.test(text),
    };
  }));
}

const SOURCES = await read();
const IMPORTS = SOURCES.flatMap(({ imports }) => imports)
  .filter(({ to }) => to.startsWith("src/") && to.endsWith(".ts"));
const SLOW_ONES = new Set(
  SOURCES.filter(({ slow }) => slow).map(({ path }) => path),
);
for (let count = 0; count < SLOW_ONES.size;) {
  count = SLOW_ONES.size;
  for (const { from, to, late, typeOnly } of IMPORTS) {
    if (late || typeOnly || isDoor(from)) continue;
    if (SLOW_ONES.has(to)) SLOW_ONES.add(from);
  }
}

/** The folder of `src/` that a path is in. */
function contextOf(path: string): string {
  return path.split("/")[1]!;
}

function described({ from, to }: Import): string {
  return `${from} imports ${to}`;
}

Deno.test("every folder of src/ has its place", () => {
  const folders = new Set(SOURCES.map(({ path }) => contextOf(path)));
  assertEquals([...folders].sort(), [...ORDER].sort());
  const page = Deno.readTextFileSync(join(ROOT, "docs/architecture.md"));
  const listed = page.matchAll(/^(\w+)\/ {2,}\S/gm);
  assertEquals([...listed].map(([, name]) => name), ORDER);
});

Deno.test("imports go one way", () => {
  const wrong = IMPORTS.filter(({ from, to }) =>
    ORDER.indexOf(contextOf(to)) < ORDER.indexOf(contextOf(from))
  );
  assertEquals(wrong.map(described), []);
});

// A schema is entered late or by schemas: a door would load its library.
Deno.test("a context is entered through its door", () => {
  const wrong = IMPORTS.filter(({ from, to, late, typeOnly }) => {
    const there = contextOf(to);
    if (there === contextOf(from) || OPEN.includes(there)) return false;
    if (to === `src/${there}/mod.ts`) return false;
    return !(SLOW_ONES.has(to) && !typeOnly && (late || SLOW_ONES.has(from))) &&
      !DISPATCH.has(from);
  });
  assertEquals(wrong.map(described), []);
});

Deno.test("paths are joined by the join() that hooks can afford", () => {
  const slow = /^import \{[^}]*\bjoin\b[^}]*\} from "@std\/path";$/m;
  const wrong = SOURCES.filter(({ path, text }) =>
    path !== "src/base/join.ts" && slow.test(text)
  );
  assertEquals(wrong.map(({ path }) => path), []);
});

Deno.test("only program.ts imports the real machine", () => {
  const wrong = IMPORTS.filter(({ from, to, typeOnly }) =>
    contextOf(to) === "system" && contextOf(from) !== "system" && !typeOnly &&
    from !== "src/app/program.ts"
  );
  assertEquals(wrong.map(described), []);
});

Deno.test("nothing imports itself through others, types included", () => {
  const graph = new Map<string, string[]>();
  for (
    const { from, to } of IMPORTS.filter(({ from, late }) =>
      !(late && DISPATCH.has(from))
    )
  ) graph.set(from, [...graph.get(from) ?? [], to]);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, above: readonly string[]): void => {
    const at = above.indexOf(path);
    if (at >= 0) cycles.push([...above.slice(at), path].join(" "));
    if (at >= 0 || done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...above, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  assertEquals(cycles, []);
});

Deno.test("code is loaded late only where a command line or an event needs it", () => {
  const wrong = IMPORTS.filter(({ from, to, late }) =>
    late && !DISPATCH.has(from) && !SLOW_ONES.has(to)
  );
  assertEquals(wrong.map(described), []);
});

// The machine is passed to all code that reads or writes. Code without it only
// computes, and so does everything that it calls.
Deno.test("a module that computes imports only such modules", () => {
  const MACHINE =
    /\b(System|Context|CheckInput|Git|Vault|Client|ClientSetup|HookAdapter|SessionStore|SessionReader)\b/;
  const impure = new Set(
    SOURCES.filter(({ text, imports }) =>
      /^(export )?async function/m.test(text) ||
      imports.some(({ names }) => names.some((name) => MACHINE.test(name)))
    ).map(({ path }) => path),
  );
  const wrong = IMPORTS.filter(({ from, to, typeOnly, late }) =>
    !impure.has(from) && impure.has(to) && !typeOnly && !late &&
    !isDoor(from) && !isDoor(to) && contextOf(from) !== "app" &&
    !from.includes("/commands/")
  );
  assertEquals(wrong.map(described), []);
});

/** The files that contain the imported names. */
function behindDoor({ to, names }: Import): string[] {
  if (!isDoor(to)) return [to];
  const plain = (name: string) => name.replace(/^type /, "").split(" as ")[0]!;
  const wanted = names.map(plain);
  return IMPORTS.filter((one) =>
    one.from === to && one.names.some((name) => wanted.includes(plain(name)))
  ).map((one) => one.to);
}

function isDoor(path: string): boolean {
  return basename(path) === "mod.ts";
}

Deno.test("no folder of src/ has more than 25 files", () => {
  const counts = new Map<string, number>();
  for (const { path } of SOURCES) {
    const folder = dirname(path);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  assertEquals([...counts].filter(([, count]) => count > 25), []);
});

/** Parts of a client, each of which is loaded alone. */
const CLIENT_PART =
  /^src\/clients\/\w+\/(adapter|carry|client|news|reader|setup|store)\.ts$/;

Deno.test("a small file is a command, a door, or used by two other files", () => {
  const users = new Map<string, Set<string>>();
  for (const one of IMPORTS.filter(({ from }) => !isDoor(from))) {
    for (const to of behindDoor(one)) {
      users.set(to, (users.get(to) ?? new Set()).add(one.from));
    }
  }
  const wrong = SOURCES.filter(({ path, lines }) =>
    lines.length < 60 && (users.get(path)?.size ?? 0) < 2 && !isDoor(path) &&
    !path.includes("/commands/") && path !== "src/app/program.ts" &&
    !SLOW_ONES.has(path) && !CLIENT_PART.test(path)
  );
  assertEquals(wrong.map(({ path, lines }) => `${path}: ${lines.length}`), []);
});

Deno.test("files and functions stay small", async () => {
  const long: string[] = [];
  for (const path of [...await sources("src"), ...await sources("scripts")]) {
    const lines = (await Deno.readTextFile(join(ROOT, path))).trimEnd()
      .split("\n");
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

Deno.test("the words of a command name its file", async () => {
  const table = await Deno.readTextFile(join(ROOT, "src/app/table.ts"));
  const rows = table.matchAll(/"([a-z ]+)":[^"]*import\(\s*"([^"]+)"/g);
  const wrong = [...rows].filter(([, words, path]) => {
    const file = basename(path!, ".ts").replaceAll("_", "-");
    const typed = words!.split(" ");
    return !/\/commands\/[a-z_]+\.ts$/.test(path!) ||
      ![typed.at(0), typed.at(-1), typed.join("-")].includes(file);
  });
  assertEquals(wrong.map(([row]) => row), []);
});

Deno.test("no command imports another one", () => {
  const isCommand = (path: string) =>
    path.includes("/commands/") && basename(path) !== "results.ts";
  const wrong = IMPORTS.filter(({ from, to }) =>
    isCommand(from) && isCommand(to)
  );
  assertEquals(wrong.map(described), []);
});

Deno.test("only ops/ takes locks and writes the log, and only git/ runs git", () => {
  const wrong = SOURCES.flatMap(({ path, text }) => [
    // Hooks wait a shorter time for any lock.
    ...!/^src\/(ops\/|system\/|hooks\/events\/hook_call)/.test(path) &&
        /\bfiles\.lock\(/.test(text)
      ? [`${path} takes a lock`]
      : [],
    ...!path.startsWith("src/ops/") &&
        /\blayout\([^)]*\)\.(journal|intents)\b|\b(journal|intents)\b[^;]*\} = layout\(/
          .test(text)
      ? [`${path} knows where the log is`]
      : [],
    ...!/^src\/(git|system)\//.test(path) && /\brun\(\s*"git"/.test(text)
      ? [`${path} runs git`]
      : [],
  ]);
  assertEquals(wrong, []);
});

/** Parts of the project that a test of `main` or of the binary may import. */
const OUTSIDE =
  /^(src\/app\/main\.ts$|src\/system\/|schemas\/|scripts\/|tests\/)/;

Deno.test("tests of behaviour import only main, the machine and schemas", async () => {
  const folders = ["commands", "faults", "e2e", "formats", "helpers"];
  const paths = await Promise.all(
    folders.map((one) => modules(`tests/${one}`)),
  );
  const wrong: string[] = [];
  for (const path of paths.flat()) {
    const text = await Deno.readTextFile(join(ROOT, path));
    for (const [, name] of text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)) {
      const to = posix.join(posix.dirname(path), name!);
      if (!OUTSIDE.test(to)) wrong.push(`${path} imports ${to}`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("every file of src/ is used", () => {
  const used = new Set(IMPORTS.map(({ to }) => to));
  used.add("src/app/program.ts");
  const lost = SOURCES.filter(({ path }) => !used.has(path));
  assertEquals(lost.map(({ path }) => path), []);
});

// Texts may name a client, also in a command line.
Deno.test("a client's name is in its folder and in one list", () => {
  const NAME = new RegExp(`"(${CLIENT_NAMES.join("|")})"`);
  const wrong = SOURCES.flatMap(({ path, lines }) => {
    const own = path.split("/")[2];
    if (path === "src/base/clients.ts") return [];
    return lines.filter((line) => {
      const name = NAME.exec(line.replaceAll(/'[^']*"[^']*'/g, ""))?.[1];
      return name !== undefined &&
        !(path.startsWith("src/clients/") && own === name);
    }).map((line) => `${path}: ${line.trim()}`);
  });
  assertEquals(wrong, []);
});

Deno.test("every client has a folder and a row", () => {
  const rows = CLIENTS.map(({ name }) => name);
  assertEquals(rows, [...CLIENT_NAMES]);
  const folders = SOURCES.flatMap(({ path }) =>
    /^src\/clients\/(\w+)\/client\.ts$/.exec(path)?.[1] ?? []
  );
  assertEquals(folders.sort(), [...CLIENT_NAMES].sort());
});

// An object made by a literal, by JSON or by `Object.fromEntries` also answers
// to inherited names. A file, a session or a label may have such a name.
Deno.test("no object is indexed by data, except by getOwn()", async () => {
  const paths = [...await sources("src"), ...await sources("scripts")]
    .filter((path) => path !== "src/base/own.ts");
  const found = indexedByData(paths.map((path) => join(ROOT, path)));
  assertEquals(found.map((one) => one.slice(ROOT.length + 1)), []);
});
