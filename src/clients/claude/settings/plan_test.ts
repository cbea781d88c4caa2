import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as fc from "fast-check";
import { HOOK_ENTRIES } from "../hook_entries.ts";
import { planInstall, planRemoval, type Wanted } from "./plan.ts";
import { MpmError } from "../../../base/errors.ts";
import {
  jsonText,
  settingsValue,
} from "../../../../tests/helpers/arbitrary_settings.ts";
import { runs } from "../../../../tests/helpers/posix.ts";

const WANTED: Wanted = {
  binary: "/usr/local/bin/mpm",
  statusLine: "/usr/local/bin/mpm",
  withStatusLine: false,
  shared: false,
};

function install(text: string, wanted: Partial<Wanted> = {}): string {
  return planInstall("settings.json", text, { ...WANTED, ...wanted }).text;
}

function removal(text: string, original?: string): string {
  return planRemoval("settings.json", text, original).text;
}

/** The file as the client reads it. */
// deno-lint-ignore no-explicit-any -- the client's JSON
function read(text: string): any {
  return JSON.parse(text.replace(/^\ufeff/, ""));
}

Deno.test("planRemoval() undoes planInstall() for any settings", () => {
  let installed = 0;
  fc.assert(
    fc.property(settingsValue(), jsonText(), (value, write) => {
      const before = write(value);
      let after: string;
      try {
        after = install(before);
      } catch (error) {
        // Settings that cannot take hooks are rejected, not changed.
        assert(error instanceof MpmError && error.code === "CONFLICT");
        return;
      }
      installed++;
      const { hooks } = read(after);
      for (const { event, timeout } of HOOK_ENTRIES) {
        const handlers = hooks[event].flatMap((
          group: { hooks: { args?: string[]; timeout?: number }[] } | null,
        ) => Array.isArray(group?.hooks) ? group.hooks : []);
        const own = handlers.filter((
          { args }: { args?: string[] },
        ) => args?.[2] === "--installed-by=mpm/0.1.0");
        assertEquals(own.length, 1, event);
        assertEquals(own[0].timeout, timeout);
      }
      assertEquals(install(after), after, "a second installation");
      const back = removal(after, before);
      assertEquals(read(back), read(before));
      // Blanks within an empty container may be removed, but nothing else.
      const tight = (text: string) => text.replace(/([{[])\s+(?=[}\]])/g, "$1");
      assertEquals(tight(back), tight(before));
    }),
    runs(1000),
  );
  assert(
    installed > 0.3 * runs(1000).numRuns,
    `only ${installed} could be installed into`,
  );
});

Deno.test("planRemoval() keeps what others added to the settings in the meantime", () => {
  fc.assert(
    fc.property(settingsValue(), fc.string(), (value, name) => {
      const before = JSON.stringify(value, null, 2);
      let after: string;
      try {
        after = install(before);
      } catch {
        return;
      }
      const theirs = { command: name, type: "command" };
      const edited = read(after);
      edited.hooks.SessionEnd.unshift({ hooks: [theirs] });
      edited.hooks.PreCompact.at(-1).hooks.push(theirs);
      edited["their key"] = name;
      const text = JSON.stringify(edited, null, 2);
      const left = read(removal(text, before));
      assertEquals(left["their key"], name);
      assertEquals(left.hooks.SessionEnd[0], { hooks: [theirs] });
      assertEquals(left.hooks.PreCompact.at(-1).hooks, [theirs]);
      assert(!JSON.stringify(left).includes("--installed-by"));
    }),
    runs(200),
  );
});

/** An event without an mpm hook. */
const LEFT = "Notification";

/** An mpm entry of any version, for any event. */
const ownGroup = fc.record({
  event: fc.constantFrom("SessionStart", "PreToolUse", "SessionEnd", LEFT),
  version: fc.constantFrom("0.0.1", "0.1.0", "9.9.9"),
  timeout: fc.constantFrom(5, 10, 99),
  matcher: fc.constantFrom(undefined, "Agent|Task|Workflow", "*"),
  beside: fc.boolean(),
}).map(({ event, version, timeout, matcher, beside }) => ({
  ...matcher === undefined ? {} : { matcher },
  hooks: [
    {
      type: "command",
      command: "/some/mpm",
      args: ["hook", event, `--installed-by=mpm/${version}`],
      timeout,
    },
    ...beside ? [{ type: "command", command: "theirs" }] : [],
  ],
}));

Deno.test("planInstall() and planRemoval() find mpm's entries wherever they are", () => {
  const strewn = fc.dictionary(
    fc.constantFrom("SessionStart", "PreToolUse", "SessionEnd", LEFT),
    fc.array(
      fc.oneof(
        ownGroup,
        fc.constantFrom({ hooks: [] }, { matcher: "Bash", hooks: [] }),
      ),
      { maxLength: 4 },
    ),
  );
  fc.assert(
    fc.property(strewn, jsonText(), (hooks, write) => {
      const theirs = JSON.stringify(hooks).split('"theirs"').length;
      const text = write({ hooks, more: [1] });
      const after = install(text);
      assertEquals(install(after), after);
      for (const { event } of HOOK_ENTRIES) {
        const marks = JSON.stringify(read(after).hooks[event])
          .split("--installed-by=mpm/0.1.0").length - 1;
        assertEquals(marks, 1, event);
      }
      assertEquals(
        JSON.stringify(read(after).hooks[LEFT] ?? []).match(/--inst/),
        null,
      );
      for (
        const left of [removal(text), removal(after), removal(after, text)]
      ) {
        assert(!left.includes("--installed-by"), left);
        assertEquals(left.split('"theirs"').length, theirs);
        assertEquals(read(left).more, [1]);
      }
    }),
    runs(500),
  );
});

const LAYOUTS: Record<string, [string, string]> = {
  "two blanks": [
    '{\n  "a": 1\n}\n',
    '{\n  "a": 1,\n  "hooks": {\n    "SessionStart": [\n      {\n        "matcher": ',
  ],
  "four blanks": [
    '{\n    "a": 1\n}\n',
    '{\n    "a": 1,\n    "hooks": {\n        "SessionStart": [\n',
  ],
  "tabs": [
    '{\n\t"a": 1\n}',
    '{\n\t"a": 1,\n\t"hooks": {\n\t\t"SessionStart": [',
  ],
  "CRLF": ['{\r\n  "a": 1\r\n}', '{\r\n  "a": 1,\r\n  "hooks": {\r\n    "S'],
  "one line": ['{"a": 1}', '{"a": 1, "hooks": {"SessionStart": [{"matcher": '],
  "one tight line": ['{"a":1}', '{"a":1,"hooks":{"SessionStart":[{"matcher":'],
  "empty object": ["{}", '{\n  "hooks": {\n    "SessionStart": [\n'],
  "nothing": ["", '{\n  "hooks": {\n    "SessionStart": [\n'],
};

for (const [name, [before, start]] of Object.entries(LAYOUTS)) {
  Deno.test(`planInstall() formats its entries like the file: ${name}`, () => {
    const after = install(before);
    assertEquals(after.slice(0, start.length), start);
    const bare = (before.match(/\r?\n/g) ?? [""])[0]!;
    if (bare === "\r\n") assert(!/[^\r]\n/.test(after));
    assertEquals(removal(after, before), before);
  });
}

Deno.test("planInstall() replaces an older mpm's entries where they are", () => {
  const before = install('{\n  "z": 1,\n  "hooks": {"Stop": []}\n}\n');
  const older = before
    .replaceAll("/usr/local/bin/mpm", "/old place/mpm")
    .replaceAll("mpm/0.1.0", "mpm/0.0.9")
    .replace('"timeout": 10', '"timeout": 99');
  assert(older !== before);
  assertEquals(install(older), before);
  const { changes } = planInstall("settings.json", older, WANTED);
  assert(changes.every(({ action }) => action === "replaced"));
});

Deno.test("planInstall() joins duplicate entries, and moves misplaced ones", () => {
  const whole = read(install("{}"));
  const expected = structuredClone(whole);
  whole.hooks.PreCompact.push(structuredClone(whole.hooks.PreCompact[0]));
  whole.hooks.Stop = structuredClone(whole.hooks.SessionEnd);
  const after = read(install(JSON.stringify(whole)));
  assertEquals(after, expected);
});

Deno.test("planInstall() does not change someone's hook next to mpm's", () => {
  const settings = read(install("{}"));
  const theirs = { type: "command", command: "mpm hook PreToolUse" };
  settings.hooks.PreToolUse[0].hooks.unshift(theirs);
  const { matcher } = settings.hooks.PreToolUse[0];
  settings.hooks.PreToolUse[0].matcher = "Bash";
  const after = read(install(JSON.stringify(settings)));
  assertEquals(after.hooks.PreToolUse[0], { matcher: "Bash", hooks: [theirs] });
  assertEquals(after.hooks.PreToolUse[1].matcher, matcher);
  assertEquals(after.hooks.PreToolUse.length, 2);
});

Deno.test("planInstall() sets a status line only if it is not set", () => {
  const quoted = { statusLine: "'/a b/mpm'", withStatusLine: true };
  const after = install('{"x":1}', quoted);
  assertEquals(read(after).statusLine, {
    type: "command",
    command: "'/a b/mpm' statusline # installed by mpm 0.1.0",
  });
  assertEquals(install(after, quoted), after);
  assertEquals(
    read(install(after, { statusLine: "/c/mpm" })).statusLine.command,
    "/c/mpm statusline # installed by mpm 0.1.0",
  );
  assertEquals(removal(after, '{"x":1}'), '{"x":1}');
  const theirs = '{"statusLine":{"type":"command","command":"x statusline"}}';
  try {
    install(theirs, quoted);
    throw new Error("not refused");
  } catch (error) {
    assert(error instanceof MpmError && error.code === "CONFLICT");
    assertStringIncludes(error.message, "already has a status line");
  }
  assertEquals(removal(install(theirs), theirs), theirs);
});
