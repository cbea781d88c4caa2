import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { BuildError } from "./build_error.ts";
import { writeProgram } from "./build_loader.ts";
import { modulesOf } from "./build_modules.ts";

/** As the bundler writes modules: two of them export the same name. */
const BUNDLE = new Map([
  [
    "program.js",
    `import {\n  name as one\n} from "./chunk-aaaaaaaa.js";\n` +
    `import {\n  name as two,\n  said\n} from "./chunk-bbbbbbbb.js";\n` +
    `import {\n  cold\n} from "./chunk-cccccccc.js";\n` +
    `import { join, sep } from "node:path";\n` +
    `said.push("program");\n` +
    `async function main(args, system) {\n` +
    `  const { late } = await import("./late-dddddddd.js");\n` +
    `  console.log(one, two, cold, late, said.join(), system, "ä", this);\n` +
    `  return join("a", "b") === \`a\${sep}b\` ? 7 : 1;\n}\n` +
    `var realSystem = () => "system";\n` +
    `function load() {}\nvar later = load, builtin = later, files = builtin;\n` +
    `export {\n  main,\n  realSystem\n};\n`,
  ],
  [
    "chunk-aaaaaaaa.js",
    `import {\n  said\n} from "./chunk-bbbbbbbb.js";\n` +
    `said.push("a");\nvar name = "a";\nexport {\n  name\n};\n`,
  ],
  [
    "chunk-bbbbbbbb.js",
    `var said = ["b"];\nvar inner = "b";\nexport {\n  inner as name,\n  said\n};\n`,
  ],
  ["chunk-cccccccc.js", `var cold = "c";\nexport {\n  cold\n};\n`],
  [
    "late-dddddddd.js",
    `import "./chunk-aaaaaaaa.js";\n` +
    `import {\n  cold as late\n} from "./chunk-cccccccc.js";\n` +
    `export {\n  late\n};\n`,
  ],
]);

Deno.test("modulesOf() numbers files as the entry reaches them", () => {
  const modules = modulesOf(BUNDLE);
  assertEquals(modules.length, BUNDLE.size);
  const own = ['said.push("program")', 'name = "a"', '"b"', '"c"', "late"];
  own.forEach((text, at) => assert(modules[at]!.includes(text), text));
});

Deno.test("modulesOf() returns the same for other file names", () => {
  const other = (letter: string) =>
    String.fromCharCode(
      "a".charCodeAt(0) + "z".charCodeAt(0) -
        letter.charCodeAt(0),
    ).repeat(8);
  const renamed = new Map(
    [...BUNDLE].map((file) =>
      file.map((text) =>
        text.replaceAll(/-([a-z])\1{7}\.js/g, (_, a) => `-${other(a)}.js`)
      ) as [string, string]
    ),
  );
  assertEquals(modulesOf(renamed), modulesOf(BUNDLE));
});

Deno.test("modulesOf() refuses code that it cannot turn into a script", () => {
  const entry = BUNDLE.get("program.js")!;
  for (
    const [text, reason] of [
      [`import "./late-dddddddd.js";\n`, "circle"],
      [`import * as all from "node:fs";\n`, "import * as all"],
      [`console.log(import.meta.url);\n`, "import.meta"],
      [`const fs = await import("node:fs");\n`, 'import("node:fs")'],
      [`mpm$load();\n`, "the loader's names"],
      [`var x = await import(name);\n`, "import(name)"],
      [
        `var x = 1;\nfunction f() {\n  x += 1;\n}\nexport {\n  x\n};\n`,
        "x += 1",
      ],
    ] as const
  ) {
    const bundle = new Map(BUNDLE)
      .set("program.js", `import "./chunk-ffffffff.js";\n${entry}`)
      .set("chunk-ffffffff.js", text);
    if (reason === "circle") {
      bundle.set("late-dddddddd.js", `import "./chunk-ffffffff.js";\n`);
    }
    assertThrows(() => modulesOf(bundle), BuildError, reason);
  }
});

Deno.test("modulesOf() loads a file late that only lends functions", () => {
  const entryWith = (use: string, text: string) => {
    const entry = `import {\n  lent as own\n} from "./chunk-a.js";\n` +
      `import "./chunk-a.js";\n${use}\n`;
    const bundle = new Map([["program.js", entry], ["chunk-a.js", text]]);
    return modulesOf(bundle)[0]!;
  };
  const lent = "function lent() {\n}\n";
  const exported = "export {\n  lent\n};\n";
  const late = entryWith("own(1);", lent + exported);
  assert(late.includes('{ lent: own } = mpm$lend(1, ["lent"]);'), late);
  assert(!late.includes("mpm$load(1)"), late);
  for (
    const [use, text] of [
      ["own(1);", "var lent = 1;\n"],
      ["new own();", lent],
      ["own.more();", lent],
      ["if (a === own) own();", lent],
      ["own(1);", `${lent}\nsetUp(\n  1\n);\n`],
      ["own(1);", `${lent}\nglobalThis.a = 1;\n`],
    ] as const
  ) {
    const early = entryWith(use, text + exported);
    assert(early.includes("{ lent: own } = mpm$load(1);"), early);
  }
});

Deno.test("modules in scripts behave as in files", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "mpm-modules-test-" });
  try {
    const main = await writeProgram(join(folder, "program"), {
      modules: modulesOf(BUNDLE),
      scripts: [[0, 2], [1, 3, 4]],
    });
    const { code, stdout, stderr } = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-config", "--allow-read", main],
      env: { NO_COLOR: "1" },
    }).outputSync();
    const text = new TextDecoder();
    assertEquals(
      text.decode(stdout) + text.decode(stderr),
      "a b c c b,a,program system \u00e4 undefined\n",
    );
    assertEquals(code, 7);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
