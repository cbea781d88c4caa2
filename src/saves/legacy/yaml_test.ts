import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { stringify } from "@std/yaml";
import { MpmError } from "../../base/errors.ts";
import { parseYamlSave } from "./yaml.ts";
import { normalize } from "../normalize.ts";
import { SaveSchema } from "../schema.ts";
import { formatText, ownSave, SAMPLES } from "../../../tests/helpers/stores.ts";

const ID = "session-20251020-143022";

for (const { version, id, pause } of SAMPLES.slice(1, 4)) {
  Deno.test(`parseYamlSave() reads the same from claude-mpm ${version} as its JSON has`, () => {
    const base = `claude-mpm/${version}/.claude-mpm/sessions${
      pause ? "/pause" : ""
    }/${id}`;
    const { value, warnings } = parseYamlSave(
      formatText(`${base}.yaml`),
      "x.yaml",
    );
    assertEquals(warnings, []);
    assertEquals(value, JSON.parse(formatText(`${base}.json`)));
  });
}

Deno.test("parseYamlSave() reads mpm's YAML", () => {
  const save = ownSave(ID, { name: "null", summary: "a\n\n  b: #c\t😀" });
  save.mpm!.files = [{
    path: "1e3",
    status: " M",
    sha256: null,
    size: 12,
    mtime: 1.5,
  }];
  const { value } = parseYamlSave(stringify(save), "x.yaml");
  const { save: read, warnings } = normalize(value, ID);
  SaveSchema.parse(read);
  assertEquals(warnings, []);
  // A quoted null and a plain one look the same without types.
  assertEquals(read, { ...save, mpm: { ...save.mpm!, name: null } });
});

Deno.test("parseYamlSave() keeps commit ids that look like numbers", () => {
  const ids = ["1234e56", "12e4567", "1e3", "0123489", "0o17", "0x1f", "true"];
  const text = `git_context:\n  branch: null\n  recent_commits:\n${
    ids.map((sha) => `  - sha: ${sha}\n    message: 12\n`).join("")
  }`;
  const { value } = parseYamlSave(text, "x.yaml");
  const { save } = normalize(value, ID);
  assertEquals(save.git_context.recent_commits.map(({ sha }) => sha), ids);
  assertEquals(save.git_context.branch, null);
});

Deno.test("parseYamlSave() reads the remains of a damaged file, and names the line", () => {
  const { version, id } = SAMPLES[3];
  const text = formatText(
    `claude-mpm/${version}/.claude-mpm/sessions/${id}.yaml`,
  );
  for (let end = 1; end < text.length; end += 7) {
    try {
      const { value } = parseYamlSave(text.slice(0, end), "x.yaml");
      SaveSchema.parse(normalize(value, id).save);
    } catch (error) {
      assert(error instanceof MpmError, `at ${end}: ${error}`);
      assertMatch(error.message, /: line \d+/);
    }
  }
  const end = text.indexOf("author");
  const { value, warnings } = parseYamlSave(text.slice(0, end + 3), "x.yaml");
  assertEquals(
    (value.conversation as Record<string, unknown>).summary,
    'Überarbeitung — auth & login: "quotes"',
  );
  assertMatch(warnings[0]!, /^line \d+, column \d+: .*"conversation"/);
});

Deno.test("parseYamlSave() refuses aliases that expand endlessly", () => {
  let text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (let at = 1; at < 12; at++) {
    const alias = `*a${at - 1}`;
    text += `a${at}: &a${at} [${Array(10).fill(alias).join(", ")}]\n`;
  }
  const error = assertThrows(() => parseYamlSave(text, "x.yaml"), MpmError);
  assertStringIncludes(error.message, "expands");
});

Deno.test("parseYamlSave() stops early in a long file with an error", () => {
  const text = "a: 'x\n".repeat(100_000);
  const error = assertThrows(() => parseYamlSave(text, "x.yaml"), MpmError);
  assertEquals(error.code, "UNREADABLE");
});

for (const text of ["", "- a\n- b\n", "just text", "\u0000", "a: [\n"]) {
  Deno.test(`parseYamlSave() throws UNREADABLE for ${JSON.stringify(text)}`, () => {
    const error = assertThrows(() => parseYamlSave(text, "x.yaml"), MpmError);
    assertEquals(error.code, "UNREADABLE");
    assertMatch(error.message, /x\.yaml: line \d+/);
  });
}
