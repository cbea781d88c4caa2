import * as posix from "@std/path/posix";
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { parse as parseYaml } from "@std/yaml";
import { generated, GENERATED_FOLDERS } from "../scripts/generate.ts";
import { DENO_VERSION } from "../scripts/toolchain.ts";
import type { AnyCommand, Flag } from "../src/cli/command.ts";
import { GLOBAL_FLAGS } from "../src/cli/globals.ts";
import { parse } from "../src/cli/parse.ts";
import { COMMANDS, loadCommand } from "../src/app/table.ts";
import { ERRORS } from "../src/base/errors.ts";
import { OPERATIONS } from "../src/ops/mod.ts";
import { anchorsOf, pages } from "./helpers/markdown.ts";
import { modules, ROOT, sources } from "./helpers/tree.ts";

async function commands(): Promise<[string, AnyCommand][]> {
  return await Promise.all(
    Object.keys(COMMANDS).map(async (
      name,
    ): Promise<[string, AnyCommand]> => [name, (await loadCommand(name))!]),
  );
}

Deno.test("generated files are up to date: run deno task generate", async () => {
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

Deno.test("a command that cannot be undone says so in its help", async () => {
  const all = new Map(await commands());
  const lasting = Object.entries(OPERATIONS)
    .filter(([, kind]) => typeof kind === "object").map(([name]) => name);
  assert(lasting.length > 3);
  // The log has the first only where it changed a file, and never the other.
  for (const name of [...lasting, "init", "doctor"]) {
    assertMatch(
      all.get(name)!.description,
      /"mpm undo" does not|does not undo/,
    );
  }
});

/**
 * Splits a line into the words of a shell, with the quotes that examples use.
 */
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

Deno.test("every command has its own test", async () => {
  const tests = (await Promise.all(
    (await modules("tests")).map((path) =>
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
  const files = [
    "README.md",
    "CONTRIBUTING.md",
    ".ci/run",
    ".github/workflows/ci.yml",
    ".github/workflows/release.yml",
  ];
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

/** Links of a page to files of the project, except those in code. */
function linksOf(page: string): string[] {
  const text = Deno.readTextFileSync(`${ROOT}/${page}`)
    .replaceAll(/^ *```[^]*?^ *```$/gm, "").replaceAll(/`[^`\n]*`/g, "`");
  return [...text.matchAll(/\]\((?!\w+:)([^)\s]+)\)/g)]
    .map(([, target]) => target!);
}

Deno.test("links in all pages, also to headings, are valid", () => {
  const wrong: string[] = [];
  for (const page of pages()) {
    for (const link of linksOf(page)) {
      const [target = "", anchor] = link.split("#");
      const path = posix.join(posix.dirname(page), target);
      const there = target === "" ? page : path;
      const known = isThere(there) &&
        (anchor === undefined || anchorsOf(there).has(anchor));
      if (!known) wrong.push(`${page}: ${link}`);
    }
  }
  assertEquals(wrong, []);
});

function isThere(path: string): boolean {
  try {
    return Deno.statSync(`${ROOT}/${path}`).isFile ||
      Deno.statSync(`${ROOT}/${path}`).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

Deno.test("the page on architecture has ten steps of a pause, each with a file", () => {
  const text = Deno.readTextFileSync(`${ROOT}/docs/architecture.md`);
  const [, section] = /^## How `mpm pause` runs\n([^]*?)^## /m.exec(text)!;
  const steps = section!.split(/^(?=\d+\. )/m).slice(1)
    .map((step) => step.split("\n\n")[0]!);
  assertEquals(
    steps.map((step) => parseInt(step)),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
  for (const step of steps) assertMatch(step, /\]\(\.\.\/[\w/]+\.ts\)/);
});

Deno.test("GitHub accepts the issue forms", () => {
  const folder = `${ROOT}/.github/ISSUE_TEMPLATE`;
  for (const { name } of Deno.readDirSync(folder)) {
    const form = parseYaml(Deno.readTextFileSync(`${folder}/${name}`)) as Form;
    if (name === "config.yml") continue;
    assert(form.name && form.description, name);
    const fields = form.body.filter(({ type }) => type !== "markdown");
    assert(fields.length > 0, name);
    const ids = fields.map(({ id }) => id);
    assertEquals(new Set(ids).size, ids.length, name);
    for (const { type, id, attributes } of fields) {
      assert(
        ["input", "textarea", "dropdown"].includes(type),
        `${name}: ${type}`,
      );
      assertMatch(id ?? "", /^[a-z-]+$/);
      assert(attributes.label, `${name}: ${id}`);
      assertEquals(type === "dropdown", attributes.options !== undefined, id);
    }
  }
});

/** The parts of an issue form that the test looks at. */
interface Form {
  readonly name: string;
  readonly description: string;
  readonly body: readonly {
    readonly type: string;
    readonly id?: string;
    readonly attributes: {
      readonly label?: string;
      readonly options?: readonly string[];
    };
  }[];
}
