import { assert, assertMatch, assertStringIncludes } from "@std/assert";
import { TestEnv } from "../../../tests/helpers/env.ts";
import { mpm } from "../../../tests/helpers/mpm.ts";
import { ROOT, sources } from "../../../tests/helpers/tree.ts";
import { ERRORS } from "../../base/errors.ts";
import { allVariables } from "./topics.ts";

async function page(topic: string): Promise<string> {
  using env = new TestEnv();
  return (await mpm(env, ["help", topic])).stdout;
}

Deno.test("the pages agree with the tables", async () => {
  const exits = await page("exit-codes");
  for (const { exit, meaning } of Object.values(ERRORS)) {
    assertMatch(exits, new RegExp(`^  ${exit} `, "m"));
    assertStringIncludes(exits.replaceAll(/\s+/g, " "), meaning);
  }
  const environment = await page("environment");
  for (const { name } of allVariables()) {
    assertStringIncludes(environment, name);
  }
});

Deno.test("every variable that the code reads is on the page", async () => {
  const named = new Set(allVariables().flatMap(({ name }) => name.split(", ")));
  // Listed with the variable that replaces them on other systems.
  for (const name of ["APPDATA", "LOCALAPPDATA"]) named.add(name);
  for (const path of await sources("src")) {
    const text = await Deno.readTextFile(`${ROOT}/${path}`);
    for (const [, name] of text.matchAll(/\benv\("([A-Z_]+)"\)/g)) {
      assert(named.has(name!), `${path} reads ${name}`);
    }
  }
});
