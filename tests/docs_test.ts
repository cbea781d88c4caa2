import { pathToFileURL } from "node:url";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { generated, GENERATED_FOLDERS } from "../scripts/generate.ts";
import { DENO_VERSION } from "../scripts/toolchain.ts";
import type { AnyCommand, Flag } from "../src/cli/command.ts";
import { GLOBAL_FLAGS } from "../src/cli/globals.ts";
import { parse } from "../src/cli/parse.ts";
import { COMMANDS } from "../src/commands/mod.ts";
import { ERRORS } from "../src/errors.ts";
import { ROOT, sources } from "./helpers/tree.ts";

async function commands(): Promise<[string, AnyCommand][]> {
  return await Promise.all(
    Object.entries(COMMANDS).map(async (
      [name, load],
    ): Promise<[string, AnyCommand]> => [name, await load()]),
  );
}

Deno.test("what is generated is fresh: run deno task generate", async () => {
  const files = await generated();
  for (const [path, text] of files) {
    assertEquals(await Deno.readTextFile(`${ROOT}/${path}`), text, path);
  }
  for (const folder of GENERATED_FOLDERS) {
    for await (const { name } of Deno.readDir(`${ROOT}/${folder}`)) {
      assert(files.has(`${folder}/${name}`), `${folder}/${name} is left over`);
    }
  }
});

Deno.test("the command table is complete and without contradictions", async () => {
  for (const [name, command] of await commands()) {
    assertEquals(command.name, name);
    const flags = Object.entries({ ...GLOBAL_FLAGS, ...command.flags }) as [
      string,
      Flag,
    ][];
    const shorts = flags.map(([, { short }]) => short).filter((short) => short);
    assertEquals(new Set(shorts).size, shorts.length, name);
    for (const [flag, { summary }] of flags) {
      assert(/^[a-z]+(-[a-z]+)*$/.test(flag), `${name} --${flag}`);
      assert(/^[A-Z].*[^.]$/s.test(summary), `${name} --${flag}: ${summary}`);
    }
    assert(/^[A-Z].*[^.]$/s.test(command.summary), name);
    assert(command.examples.length > 0, name);
  }
});

/** A shell's words, for the quotes that examples use. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)]
    .map(([, quoted, plain]) => quoted ?? plain!);
}

Deno.test("every example is a command line that mpm takes", async () => {
  for (const [name, command] of await commands()) {
    for (const example of command.examples) {
      const own = ["mpm", ...name.split(" ")];
      const typed = words(example);
      assertEquals(typed.slice(0, own.length), own, example);
      parse(command, typed.slice(own.length));
    }
  }
});

Deno.test("every command has a test of its own", async () => {
  const tests = (await Promise.all(
    (await sources("tests")).map((path) =>
      Deno.readTextFile(`${ROOT}/${path}`)
    ),
  )).join("\n");
  for (const name of Object.keys(COMMANDS)) {
    const typed = name.split(" ").map((word) => `"${word}"`);
    const pattern = new RegExp(`\\[\\s*${typed.join(",\\s*")}`);
    assert(pattern.test(tests), `no test runs mpm ${name}`);
  }
});

Deno.test("every error code is thrown somewhere", async () => {
  const texts = await Promise.all(
    (await sources("src")).map((path) => Deno.readTextFile(`${ROOT}/${path}`)),
  );
  for (const code of Object.keys(ERRORS)) {
    const uses = texts.join("\n").split(`"${code}"`).length - 1;
    assert(uses > 0, code);
  }
});

Deno.test("the README and the workflows name the Deno that is tested", async () => {
  const files = ["README.md", ".ci/run", ".github/workflows/ci.yml"];
  for (const path of files) {
    const text = await Deno.readTextFile(`${ROOT}/${path}`);
    const named = [...text.matchAll(/deno@(\d[\d.]*\d)/g)].map(([, v]) => v);
    assert(named.length > 0, path);
    for (const version of named) assertEquals(version, DENO_VERSION, path);
  }
  const readme = await Deno.readTextFile(`${ROOT}/README.md`);
  for (const task of ["demo", "test"]) {
    assertStringIncludes(
      readme,
      `DENO_TLS_CA_STORE=mozilla,system npx -y deno@${DENO_VERSION} task ${task}`,
    );
  }
});

Deno.test("links between documents lead somewhere", async () => {
  const documents = ["README.md"];
  for await (const { name } of Deno.readDir(`${ROOT}/docs`)) {
    documents.push(`docs/${name}`);
  }
  for (const document of documents) {
    const text = await Deno.readTextFile(`${ROOT}/${document}`);
    for (const [, target] of text.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      const base = pathToFileURL(`${ROOT}/${document}`);
      const { isFile, isDirectory } = await Deno.stat(new URL(target!, base));
      assert(isFile || isDirectory, `${document}: ${target}`);
    }
  }
});
