import { assert, assertEquals } from "@std/assert";
import { problemsOf } from "../base/schema.ts";
import { WorkSchema } from "./commands/results.ts";
import type { Work } from "./work.ts";
import { newWork, workFault } from "./record.ts";

const NOON = new Date("2026-11-21T12:00:00Z");
const ID = "work-20261121-120000";

/** A record with something in every field. */
const FULL: Work = {
  ...newWork({
    id: ID,
    name: "login",
    task: "Fix it",
    place: "main",
    worktree: "/p",
    git: { branch: "main", head: "0".repeat(40) },
    agent_session: "a",
    parent: "work-20261121-110000",
    template: { name: "bug-fix", variables: { bug: "#1" } },
    checklist: [{
      phase: "P",
      text: "T",
      done: true,
      done_at: NOON.toISOString(),
    }],
    detour: {
      kind: "stash",
      checkpoint: "c",
      branch_before: "main",
      head_before: null,
      worktree: null,
    },
  }, NOON),
  saves: ["session-20261121-120000"],
  children: [{ id: ID, name: null, summary: "s", at: NOON.toISOString() }],
  summary: "s",
};

const ODD = [undefined, null, 5, true, "x", "../x", [], {}, [5], [{}], {
  a: 5,
}];

/**
 * Every path to a value in a record, and the record with that value replaced.
 */
function* changed(
  value: unknown,
): Generator<{ path: string; value: unknown }> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, held] of Object.entries(value)) {
    for (const odd of ODD) {
      yield {
        path: `${key}=${JSON.stringify(odd)}`,
        value: put(value, key, odd),
      };
    }
    for (const inner of changed(held)) {
      yield {
        path: `${key}.${inner.path}`,
        value: put(value, key, inner.value),
      };
    }
  }
}

function put(value: object, key: string, held: unknown): unknown {
  if (!Array.isArray(value)) return { ...value, [key]: held };
  return value.map((item, at) => String(at) === key ? held : item);
}

Deno.test("the cheap check accepts nothing that the schema refuses", () => {
  assertEquals([workFault(FULL, ID), problemsOf(WorkSchema, FULL)], [
    undefined,
    [],
  ]);
  let refused = 0;
  for (const { path, value } of changed(FULL)) {
    const fault = workFault(value, ID);
    if (fault !== undefined) refused++;
    else assertEquals(problemsOf(WorkSchema, value), [], path);
  }
  assert(refused > 200, String(refused));
});

Deno.test("the cheap check refuses everything that the schema refuses, and invalid times", () => {
  for (const { path, value } of changed(FULL)) {
    if (problemsOf(WorkSchema, value).length === 0) {
      const fault = workFault(value, ID);
      const isTime = /(?:^|\.)(?:at|done_at|started_at)=/.test(path);
      const isId = path.startsWith("id=");
      if (!isTime && !isId) assertEquals(fault, undefined, path);
    } else assert(workFault(value, ID) !== undefined, path);
  }
});

Deno.test("a record under another id is refused", () => {
  assertEquals(
    workFault(FULL, "work-20261121-130000"),
    "its ID does not match its file name",
  );
});
