import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { memoryFolder } from "../../../scripts/memory_folder.ts";
import { TestEnv } from "../../helpers/env.ts";

const SCRIPT = import.meta.resolve("../../../scripts/memory_folder.ts");

const isLinux = Deno.build.os === "linux";

Deno.test({
  name: "a folder in memory goes with the process, however that ends",
  ignore: !isLinux,
  fn() {
    using env = new TestEnv();
    for (const end of ["", "Deno.exit(7);", "Deno.kill(Deno.pid);"]) {
      env.write(
        "main.ts",
        `import { memoryFolder } from "${SCRIPT}";
const folder = memoryFolder({ parent: "${env.home}", room: 1, chosen: "" })!;
Deno.writeTextFileSync(folder + "/file", "");
console.log(folder, (Deno.statSync(folder).mode! & 0o777).toString(8));
${end}
${end.includes("kill") ? "setTimeout(() => {}, 60_000);" : ""}
`,
      );
      const done = env.run(Deno.execPath(), [
        ...["run", "--allow-all", "--no-check", "main.ts"],
      ], { env: { DENO_DIR: join(env.root, "tmp") } });
      assertStringIncludes(done.stdout, "$ROOT/home/mpm-test-", done.stderr);
      assertStringIncludes(done.stdout, " 755\n");
      assertEquals([...Deno.readDirSync(env.home)], [], end);
      const status = end === "" ? 0 : end.includes("exit") ? 7 : 130;
      assertEquals(done.status, status, done.stderr);
    }
  },
});

Deno.test("there is none where it cannot be, is too small, or somewhere is chosen", () => {
  using env = new TestEnv();
  const parent = env.home;
  const refused = [
    memoryFolder({ parent: join(parent, "none"), room: 1, chosen: "" }),
    memoryFolder({ parent, room: Infinity, chosen: "" }),
    memoryFolder({ parent, room: 1, chosen: env.root }),
  ];
  assertEquals(refused, [undefined, undefined, undefined]);
  assertEquals([...Deno.readDirSync(parent)], []);
});
