import { assertEquals } from "@std/assert";
import type { PartitionSuggestResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";

async function suggestedNames(env: TestEnv, ...args: string[]) {
  const { partitions } = await mpmJson<PartitionSuggestResult>(env, [
    ...["partition", "suggest", ...args],
  ]);
  return partitions.map(({ name }) => name);
}

Deno.test("partition suggest leaves out folders that a workspace excludes", async () => {
  using env = TestEnv.repository();
  env.write(
    "pnpm-workspace.yaml",
    "packages:\n  - '!**/test/**'\n  - 'packages/*'\n  - '!packages/old'\n" +
      "  - 'tools/*-lib'\n",
  );
  env.write(
    "Cargo.toml",
    '[workspace]\nmembers = ["crates/*"]\nexclude = ["crates/old"]\n',
  );
  const folders = [
    ...["packages/ui", "packages/old", "packages/test", "tools/a-lib"],
    ...["tools/app", "crates/core", "crates/old"],
  ];
  for (const folder of folders) env.write(`${folder}/file`, "");
  assertEquals(await suggestedNames(env), ["ui", "a-lib", "core"]);
});

Deno.test("partition suggest finds nothing new in what is configured", async () => {
  using env = TestEnv.repository();
  env.write("package.json", '{"workspaces":["app"]}');
  env.write("app/file", "");
  assertEquals(await suggestedNames(env, "--write"), ["app"]);
  const { stdout } = await mpm(env, ["partition", "suggest"]);
  assertEquals(
    stdout,
    "No new partitions found in workspaces or CODEOWNERS.\n",
  );
});
