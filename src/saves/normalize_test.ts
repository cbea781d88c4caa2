import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { MpmError } from "../base/errors.ts";
import { normalize } from "./normalize.ts";
import { SaveSchema } from "./schema.ts";
import { anySave } from "../../tests/helpers/arbitrary_save.ts";
import { formatText, ownSave, SAMPLES } from "../../tests/helpers/stores.ts";
import { runs } from "../../tests/helpers/posix.ts";

const ID = "session-20251020-143022";

/** Normalizes `value` and checks the result against the schema. */
function normalized(value: unknown, id = ID) {
  const { save, warnings } = normalize(value, id);
  SaveSchema.parse(save);
  return { save, warnings };
}

Deno.test("normalize() returns every schema-valid save unchanged, without a warning", () => {
  fc.assert(
    fc.property(anySave(), (save) => {
      SaveSchema.parse(save);
      const result = normalize(structuredClone(save), save.session_id);
      assertEquals(result.warnings, []);
      assertEquals(result.save, save as typeof result.save);
    }),
    runs(200),
  );
});

Deno.test("normalize() makes a valid save of any object in one pass", () => {
  const fields = Object.keys(ownSave(ID));
  const value = fc.dictionary(
    fc.oneof(fc.constantFrom(...fields), fc.string()),
    fc.jsonValue(),
  );
  fc.assert(
    fc.property(value, (value) => {
      const { save } = normalized(value);
      assertEquals(normalize(structuredClone(save), ID), {
        save,
        warnings: [],
      });
    }),
    runs(500),
  );
});

Deno.test("normalize() does not treat an object without text as a boolean", () => {
  const status = { clean: { toString: null } };
  const { save } = normalize(
    { git_context: { status } },
    "session-20261120-120000",
  );
  assertEquals(save.git_context.status.clean, false);
});

Deno.test("normalize() makes a valid save when any one field is of any type", () => {
  const paths = fieldPaths(ownSave(ID), []);
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, odd) => {
      const value = structuredClone(ownSave(ID)) as Record<string, unknown>;
      put(value, path, odd);
      normalized(value);
    }),
    runs(1000),
  );
});

function fieldPaths(value: unknown, path: string[]): string[][] {
  if (typeof value !== "object" || value === null) return [path];
  const below = Object.entries(value)
    .flatMap(([name, held]) => fieldPaths(held, [...path, name]));
  return path.length === 0 ? below : [path, ...below];
}

function put(value: Record<string, unknown>, path: string[], odd: unknown) {
  const [name, ...rest] = path;
  if (rest.length === 0) value[name!] = odd;
  else put(value[name!] as Record<string, unknown>, rest, odd);
}

for (const { version, id, pause } of SAMPLES) {
  Deno.test(`normalize() reads the JSON of claude-mpm ${version} and keeps all of it`, () => {
    const folder = `.claude-mpm/sessions${pause ? "/pause" : ""}`;
    const text = formatText(`claude-mpm/${version}/${folder}/${id}.json`);
    const { save, warnings } = normalized(JSON.parse(text), id);
    assertEquals(warnings, []);
    assertContains(save, JSON.parse(text));
  });
}

/** Checks that every field of `part` is in `whole` with the same value. */
function assertContains(whole: unknown, part: unknown): void {
  if (typeof part !== "object" || part === null || Array.isArray(part)) {
    assertEquals(whole, part);
    return;
  }
  for (const [name, held] of Object.entries(part)) {
    assertContains((whole as Record<string, unknown>)[name], held);
  }
}

Deno.test("normalize() reads the tree that the guide shows", () => {
  const { save, warnings } = normalized({
    session_id: ID,
    paused_at: "2025-10-20T14:30:22.123456Z",
    conversation: { summary: "Payments", next_steps: ["Refunds"] },
    git_context: {
      branch: "feature/payments",
      commit: "abc123def456",
      commit_message: "Add handlers",
      status: {
        modified: ["src/stripe.py"],
        staged: ["src/new.py"],
        untracked: ["tests/t.py"],
      },
      is_clean: false,
      ahead_behind: { ahead: 2, behind: 0 },
    },
    todos: { active: [{ content: "Refunds", status: "pending" }] },
    version: "4.8.5",
    build: "320",
    project_path: "/Users/you/projects/myapp",
  });
  assertEquals(warnings, []);
  const { git_context: git } = save;
  assertEquals(git.is_git_repo, true);
  assertEquals(git.commit, "abc123def456");
  assertEquals(git.ahead_behind, { ahead: 2, behind: 0 });
  assertEquals(git.status, {
    clean: false,
    modified: ["src/stripe.py"],
    staged: ["src/new.py"],
    untracked: ["tests/t.py"],
    modified_files: ["src/stripe.py", "src/new.py"],
    untracked_files: ["tests/t.py"],
  });
  assertEquals(save.todos.completed, []);
});

Deno.test("normalize() makes invalid values readable and reports them", () => {
  const { save, warnings } = normalized({
    session_id: ID,
    paused_at: "2025-10-20T14:30:22Z",
    duration_hours: "1.5",
    context_usage: { tokens_used: "186,000", percentage: "93%" },
    conversation: {
      summary: ["First", "Second"],
      next_steps: [{ task: "Refunds", priority: "high", hours: 2 }, 7, null],
      accomplishments: "Stripe",
    },
    todos: ["Ship", { task: "Test", status: "done" }],
    task_list: [{ id: 3, subject: "Build", status: "in_progress" }],
    build: 320,
    performance_metrics: 5,
  });
  assertEquals(save.duration_hours, 1.5);
  assertEquals(save.context_usage, {
    tokens_used: 186000,
    tokens_total: 0,
    percentage: 93,
  });
  assertEquals(save.conversation.summary, "First\nSecond");
  assertEquals(save.conversation.next_steps, [
    "Refunds (priority: high, hours: 2)",
    "7",
    "",
  ]);
  assertEquals(save.conversation.accomplishments, ["Stripe"]);
  assertEquals(save.todos.active[0]?.content, "Ship");
  assertEquals(save.todos.completed[0]?.content, "Test");
  assertEquals(save.task_list.in_progress_tasks[0]?.title, "Build");
  assertEquals(save.task_list.in_progress_tasks[0]?.id, "3");
  assertEquals(save.build, "320");
  assertEquals(save.unplaced, { performance_metrics: [5] });
  assertEquals(warnings, [
    'duration_hours: "1.5" was read as 1.5',
    'context_usage.tokens_used: "186,000" was read as 186000',
    'context_usage.percentage: "93%" was read as 93',
    "conversation.summary: list instead of text",
    "conversation.accomplishments: text instead of a list",
    "conversation.next_steps[]: object instead of text",
    "conversation.next_steps[]: number instead of text",
    "conversation.next_steps[]: null instead of text",
    "performance_metrics: number does not fit here, so mpm moved it to " +
    '"unplaced"',
    "todos.active[]: text instead of an object",
    "task_list.in_progress_tasks[].id: number instead of text",
    "build: number instead of text",
  ]);
});

Deno.test("normalize() treats conversation: null as an empty one", () => {
  const { save, warnings } = normalized({ conversation: null });
  assertEquals(save.conversation.summary, "");
  assertStringIncludes(warnings.join("\n"), "conversation: null");
});

for (const branch of ["", "unknown", null]) {
  Deno.test(`normalize() reads the branch ${JSON.stringify(branch)} of another writer as missing`, () => {
    const { save } = normalized({ git_context: { branch } });
    assertEquals(save.git_context.branch, null);
  });
}

Deno.test('normalize() keeps an mpm branch named "unknown"', () => {
  const save = ownSave(ID, { branch: "unknown" });
  assertEquals(normalized(save).save.git_context.branch, "unknown");
});

for (
  const [found, expected] of [
    ["2026-11-20 22:59:19 ", "2026-11-20T22:59:19.000Z"],
    ["2026-11-20T22:59:19.5", "2026-11-20T22:59:19.500Z"],
    ["2026-11-20 22:59:19 UTC", "2026-11-20T22:59:19.000Z"],
    ["2026-11-20 22:59:19 +0200", "2026-11-20T20:59:19.000Z"],
    ["yesterday", "2025-10-20T14:30:22.000Z"],
    ["2026-13-45T99:00:00Z", "2025-10-20T14:30:22.000Z"],
    [1763679559, "2025-10-20T14:30:22.000Z"],
    [undefined, "2025-10-20T14:30:22.000Z"],
  ] as const
) {
  Deno.test(`normalize() reads the time ${JSON.stringify(found)}`, () => {
    const value = found === undefined ? {} : { paused_at: found };
    const { save, warnings } = normalized(value);
    assertEquals(save.paused_at, expected);
    assertStringIncludes(warnings.join("\n"), "paused_at: ");
  });
}

Deno.test("normalize() uses the id in the file's name, and keeps the other", () => {
  const { save, warnings } = normalized({ session_id: "session-x" });
  assertEquals(save.session_id, ID);
  assertEquals(save.unplaced, { session_id: ["session-x"] });
  assertStringIncludes(warnings[0]!, "does not match the file name");
});

Deno.test("normalize() reads the known parts of a save from a newer mpm", () => {
  const value = structuredClone(ownSave(ID)) as Record<string, unknown>;
  (value.mpm as Record<string, unknown>).schema = 2;
  const { save, warnings } = normalized(value);
  assertEquals(warnings, ["mpm.schema: 2 is from a newer version of mpm"]);
  assertEquals(save.unplaced, { "mpm.schema": [2] });
});

for (const [kind, value] of [["list", []], ["null", null], ["text", "x"]]) {
  Deno.test(`normalize() throws UNREADABLE when the top level is ${kind}`, () => {
    const error = assertThrows(() => normalize(value, ID), MpmError, ID);
    assertEquals(error.code, "UNREADABLE");
    assertStringIncludes(error.message, kind as string);
  });
}

Deno.test("normalize() counts a repeated repair", () => {
  const value = structuredClone(ownSave(ID)) as Record<string, unknown>;
  (value.mpm as Record<string, unknown>).decisions = Array(1000).fill(1);
  assertEquals(normalized(value).warnings, [
    "mpm.decisions[]: number instead of text (1000 times)",
  ]);
});

Deno.test("normalize() survives values nested too deeply for the stack", () => {
  let deep: unknown = "x";
  for (let at = 0; at < 100_000; at++) deep = [deep];
  const { save } = normalize({ conversation: { summary: { deep } } }, ID);
  assert(save.conversation.summary.startsWith("deep: ["));
});

Deno.test("normalize() leaves inherited names and __proto__ alone", () => {
  const value = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2}');
  const { save } = normalized(value);
  assertEquals(({} as Record<string, unknown>).polluted, undefined);
  assertEquals(save.constructor as unknown, 2);
});
