import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { BuildError } from "../../../scripts/build_error.ts";
import { mergeHot } from "../../../scripts/build_merge.ts";

/** As the bundler writes them: two shared files export the same name. */
const BUNDLE = new Map([
  [
    "main.js",
    `import {\n  name as one\n} from "./chunk-aaaaaaaa.js";\n` +
    `import {\n  name as two,\n  said\n} from "./chunk-bbbbbbbb.js";\n` +
    `import {\n  cold\n} from "./chunk-cccccccc.js";\n` +
    `said.push("main");\n` +
    `console.log(one, two, cold, said.join());\n` +
    `console.log((await import("./late-dddddddd.js")).late);\n`,
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

/** What a bundle prints. */
function run(bundle: ReadonlyMap<string, string>): string {
  const folder = Deno.makeTempDirSync({ prefix: "mpm-merge-test-" });
  try {
    for (const [name, text] of bundle) {
      Deno.writeTextFileSync(join(folder, name), text);
    }
    const { stdout, stderr } = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-config", join(folder, "main.js")],
      env: { NO_COLOR: "1" },
    }).outputSync();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("mergeHot() merges what is loaded together, and it does the same", async () => {
  // Without `late` nothing tells the three apart.
  const merged = await mergeHot(BUNDLE, ["main"]);
  assertEquals([...merged.keys()], [
    "main.js",
    "late-dddddddd.js",
    "shared0-AAAAAAAA.js",
  ]);
  assertEquals(run(merged), run(BUNDLE));
  assertEquals(run(merged), "a b c b,a,main\nc\n");
});

Deno.test("mergeHot() leaves apart what only some load", async () => {
  const bundle = new Map(BUNDLE)
    .set("rare-eeeeeeee.js", `import "./chunk-cccccccc.js";\n`);
  const merged = await mergeHot(bundle, ["main", "rare"]);
  assertEquals(merged.has("chunk-cccccccc.js"), true);
  assertEquals(merged.has("chunk-aaaaaaaa.js"), false);
  assertEquals(run(merged), run(BUNDLE));
});

Deno.test("mergeHot() says which module is not there", async () => {
  await assertRejects(
    () => mergeHot(BUNDLE, ["main", "gone"]),
    BuildError,
    '"gone"',
  );
});
