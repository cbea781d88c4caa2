import { assertEquals, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { BuildError } from "./build_error.ts";
import { writeProgram } from "./build_loader.ts";
import { packed } from "./build_packs.ts";

/** As the bundler writes modules: two of them export the same name. */
const BUNDLE = new Map([
  [
    "program.js",
    `import {\n  name as one\n} from "./chunk-aaaaaaaa.js";\n` +
    `import {\n  name as two,\n  said\n} from "./chunk-bbbbbbbb.js";\n` +
    `import {\n  cold\n} from "./chunk-cccccccc.js";\n` +
    `import { join } from "node:path";\n` +
    `said.push("program");\n` +
    `async function main(args, system) {\n` +
    `  const { late } = await import("./late-dddddddd.js");\n` +
    `  const { sep } = await import("node:path");\n` +
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

const STEMS = ["program"];

Deno.test("packed() makes one script of what is loaded together", () => {
  const { packs, places, entry } = packed(BUNDLE, { stems: STEMS });
  assertEquals(packs.map(({ isHot }) => isHot), [true, false]);
  assertEquals(places, [[0, 0], [0, 1], [0, 2], [1, 0], [0, 3]]);
  assertEquals(entry, 4);
});

Deno.test("packed() leaves apart what only some load", () => {
  const bundle = new Map(BUNDLE).set(
    "rare-eeeeeeee.js",
    `import "./chunk-cccccccc.js";\n`,
  );
  const { packs } = packed(bundle, { stems: [...STEMS, "rare"] });
  assertEquals(packs.length, 4);
});

Deno.test("packed() says which module is not there", () => {
  assertThrows(
    () => packed(BUNDLE, { stems: [...STEMS, "gone"] }),
    BuildError,
    '"gone"',
  );
});

Deno.test("packed() refuses what it cannot turn into a script", () => {
  const entry = BUNDLE.get("program.js")!;
  for (
    const [text, reason] of [
      [`import "./late-dddddddd.js";\n`, "circle"],
      [`import * as all from "node:fs";\n`, "import * as all"],
      [`console.log(import.meta.url);\n`, "import.meta"],
      [`mpm$load();\n`, "names of the loader"],
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
    assertThrows(() => packed(bundle, { stems: STEMS }), BuildError, reason);
  }
});

Deno.test("a packed program does what its modules do", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "mpm-packs-test-" });
  try {
    const main = await writeProgram(
      join(folder, "packs-of"),
      packed(BUNDLE, { stems: STEMS }),
    );
    const { code, stdout, stderr } = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-config", "--allow-read", main],
      env: { NO_COLOR: "1" },
    }).outputSync();
    const text = new TextDecoder();
    assertEquals(
      text.decode(stdout) + text.decode(stderr),
      "a b c c b,a,program system ä undefined\n",
    );
    assertEquals(code, 7);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
