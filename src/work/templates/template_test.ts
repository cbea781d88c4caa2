import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { MpmError } from "../../base/errors.ts";
import { fillIn, parseTemplate, type Template } from "./template.ts";
import {
  checklistFrom,
  readVariables,
  taskFrom,
  valuesFor,
} from "../beginning.ts";
import { SHIPPED } from "./store.ts";

const SOURCE = { name: "test", path: "test.md" };

function read(text: string): Promise<Template> {
  return parseTemplate(text, SOURCE);
}

async function items(text: string): Promise<string[]> {
  return (await read(text)).items.map(({ phase, text, done }) =>
    `${phase}|${done ? "x" : " "}|${text}`
  );
}

Deno.test("the shipped feature template has the phases and items of the document", async () => {
  const { title, items } = await read(SHIPPED["feature-development"]!);
  const phases = Map.groupBy(items, ({ phase }) => phase);
  assertEquals(title, "Feature Development");
  assertEquals(
    [...phases].map(([phase, items]) => [phase, ...items.map((i) => i.text)]),
    [
      [
        "Setup Phase",
        "Create feature branch",
        "Update dependencies",
        "Review requirements",
        "Plan architecture",
      ],
      [
        "Implementation Phase",
        "Implement core logic",
        "Add tests",
        "Add documentation",
        "Local testing",
      ],
      [
        "Review Phase",
        "Self-review",
        "Fix issues",
        "Create PR",
        "Address feedback",
      ],
      [
        "Completion Phase",
        "Merge PR",
        "Deploy to staging",
        "Verify deployment",
        "Update documentation",
      ],
    ],
  );
});

Deno.test("every shipped template can be started from, its variables filled in", async () => {
  assertEquals(Object.keys(SHIPPED).sort(), [
    "bug-fix",
    "code-review",
    "feature-development",
    "incident",
    "refactoring",
    "release",
  ]);
  for (const [name, text] of Object.entries(SHIPPED)) {
    const template = await parseTemplate(text, { name, path: name });
    const given = Object.fromEntries(
      template.variables.filter(({ required }) => required)
        .map(({ name }) => [name, `<${name}>`]),
    );
    const values = valuesFor(template, given);
    const time = new Date("2026-11-21T12:00:00Z");
    const list = checklistFrom(template, { values, time });
    const all = JSON.stringify(list);
    assertEquals(all.includes("{{"), false, name);
    for (const key of Object.keys(given)) {
      assertEquals(all.includes(`<${key}>`), true, `${name} ${key}`);
    }
    assertEquals(list.every(({ phase }) => phase !== ""), true, name);
  }
});

Deno.test("a template without front matter, as in the document, is read", async () => {
  assertEquals(
    await read("# Template: Feature Development\n\n## Setup\n- [ ] One\n")
      .then(({ title, items }) => [title, items.length]),
    ["Feature Development", 1],
  );
});

Deno.test("BOM, CRLF, ticks, nesting, numbers, wrapped lines and code are handled", async () => {
  const text = [
    "\ufeff---",
    "name: T",
    "---",
    "- [ ] before any phase",
    "## 1. Setup Phase ##",
    "- [x] ticked",
    "  * [X] nested",
    "    wrapped on",
    "1. [ ] numbered",
    "- [ ]",
    "- no box",
    "```sh",
    "- [ ] in a block",
    "## no phase",
    "~~~",
    "```",
    "### 2.1 Deep",
    "+ [ ] last `code`  ",
    "    ",
  ].join("\r\n");
  assertEquals(await items(text), [
    "| |before any phase",
    "Setup Phase|x|ticked",
    "Setup Phase|x|nested wrapped on",
    "Setup Phase| |numbered",
    "Deep| |last `code`",
  ]);
});

Deno.test("comments and the code of an item are not items", async () => {
  const text = [
    "- [ ] first",
    "  ```sh",
    "  - [ ] in its code",
    "  ```",
    "<!-- - [ ] one line -->",
    "<!--",
    "- [ ] out of use",
    "## no phase",
    "-->",
    "- [ ] Remove `<!--` and ```x``` marks <!-- a note -->",
    "```x``` is not a block",
    "- [ ] last",
  ].join("\n");
  assertEquals(await items(text), [
    "| |first",
    "| |Remove `<!--` and ```x``` marks <!-- a note -->",
    "| |last",
  ]);
});

Deno.test("a title has its placeholders filled in", async () => {
  const template = await read(
    "---\nvariables: [bug, team]\n---\n# Template: Fix {{bug}}\n- [ ] a\n",
  );
  const values = { bug: "#7", team: "web" };
  assertEquals(taskFrom(template, values), "Fix #7: web");
});

const FAULTS: Record<string, [text: string, fault: string]> = {
  "no items": ["# T\n\ntext\n", 'line 4: the file has no item "- [ ] …"'],
  "no end": ["---\nname: x\n- [ ] a\n", 'line 1: the closing "---" is missing'],
  "bad YAML": [
    "---\nname: x\nvariables: [a\n---\n- [ ] a\n",
    "line 3: Cannot read flow collection",
  ],
  "a list as name": [
    "---\ndescription: d\nname: [a]\n---\n- [ ] a\n",
    'line 3: "name" must be text, not a list',
  ],
  "no fields": [
    "---\n- a\n---\n- [ ] a\n",
    "line 2: the front matter must have fields, not a list",
  ],
  "odd variables": [
    "---\nvariables: 5\n---\n- [ ] a\n",
    'line 2: "variables" must be a list or fields',
  ],
  "odd name": [
    "---\nvariables: [a b]\n---\n- [ ] a\n",
    'line 2: "a b" cannot name a variable',
  ],
  "odd required": [
    "---\nvariables:\n  a:\n    required: maybe\n---\n- [ ] {{a}}\n",
    'line 4: "required" must be true or false',
  ],
  "twice": [
    "---\nvariables: [a, a]\n---\n- [ ] {{a}}\n",
    'line 2: the variable "a" is declared twice',
  ],
  "odd required of the second": [
    "---\nvariables:\n  a:\n    required: true\n  b:\n    required: maybe\n---\n- [ ] x\n",
    'line 6: "required" must be true or false',
  ],
  "odd description of a variable": [
    "---\ndescription: d\nvariables:\n  - name: a\n    description: [x]\n---\n- [ ] x\n",
    'line 5: "description" must be text',
  ],
  "odd name in a map": [
    "---\nvariables:\n  a:\n  b c:\n---\n- [ ] x\n",
    'line 4: "b c" cannot name a variable',
  ],
  "a list for a variable": [
    "---\nvariables:\n  a: [x]\n---\n- [ ] {{a}}\n",
    'line 3: "a" must be text or fields, not a list',
  ],
  "twice in a list": [
    "---\nvariables:\n  - a\n  - b\n  - a\n---\n- [ ] x\n",
    'line 5: the variable "a" is declared twice',
  ],
  "unknown in the title": [
    "---\ndescription: d\nname: T {{b}}\n---\n- [ ] a\n",
    'line 3: unknown variable "b"',
  ],
  "unknown in the heading": ["\n# T {{b}}\n- [ ] a\n", "line 2: unknown"],
  "long phase": [`## ${"x".repeat(501)}\n- [ ] a\n`, "line 1: more than 500"],
  "unknown variable": [
    "---\nvariables: [a]\n---\n# T\n- [ ] {{a}}\n- [ ] {{ b }}\n",
    'line 6: unknown variable "b" (a)',
  ],
  "none declared": [
    "- [ ] {{b}}\n",
    'unknown variable "b" (no variables are declared)',
  ],
  "unclosed": ["# T\n## P\n- [ ] {{a\n", 'line 3: "{{" without "}}"'],
  "too long": [
    `- [ ] ${"x".repeat(501)}\n`,
    "line 1: more than 500 characters",
  ],
  "too many": ["- [ ] a\n".repeat(501), "line 501: more than 500 items"],
};

for (const [name, [text, fault]] of Object.entries(FAULTS)) {
  Deno.test(`an error in a template is reported with file and line: ${name}`, async () => {
    const error = await assertRejects(() => read(text), MpmError, fault);
    assertEquals(error.code, "UNREADABLE");
    assertEquals(error.message.startsWith('Cannot use "test.md" line '), true);
  });
}

Deno.test("variables are a list or a map, with defaults and required ones", async () => {
  const forms = [
    "[a, {name: b, default: B}, {c: {required: false, description: See}}]",
    "{a: , b: B, c: {required: false, description: See}}",
  ];
  for (const form of forms) {
    const text = `---\nvariables: ${form}\n---\n- [ ] {{a}} {{b}} {{c}}\n`;
    const { variables } = await read(text);
    assertEquals(variables, [
      { name: "a", description: "", required: true, default: undefined },
      { name: "b", description: "", required: false, default: "B" },
      { name: "c", description: "See", required: false, default: undefined },
    ]);
  }
});

Deno.test("values are filled in once, and missing or unknown ones are named", async () => {
  const template = await read(
    "---\nname: T\nvariables: [a, {b: B}]\n---\n" +
      "# T\n## For {{a}}\n- [ ] {{ a }} and {{b}} \\{{kept}}\n",
  );
  const values = valuesFor(template, { a: "{{b}} $&" });
  const [item] = checklistFrom(template, { values, time: new Date() });
  assertEquals([item!.phase, item!.text], [
    "For {{b}} $&",
    "{{b}} $& and B {{kept}}",
  ]);
  assertEquals(taskFrom(template, { a: "x", b: "" }), "T: x");
  const missing = assertThrows(() => valuesFor(template, {}), MpmError);
  assertEquals([missing.code, missing.message, missing.hint], [
    "USAGE",
    '"test" needs "a"',
    'Add --var a="…"',
  ]);
  const unknown = assertThrows(
    () => valuesFor(template, { a: "1", z: "2" }),
    MpmError,
  );
  assertEquals([unknown.message, unknown.hint], [
    '"test" has no variable "z"',
    "Available variables: a, b",
  ]);
  assertEquals(fillIn("{{toString}}", {}), "{{toString}}");
});

Deno.test("--var accepts name=value, once per name and on one line", () => {
  assertEquals(readVariables(["a=x=y", "b=", "c= two\n lines "]), {
    a: "x=y",
    b: "",
    c: "two lines",
  });
  for (const wrong of [["a"], ["=x"], ["a=1", "a=2"]]) {
    assertThrows(() => readVariables(wrong), MpmError);
  }
});
