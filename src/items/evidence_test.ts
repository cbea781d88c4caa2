import { assertEquals } from "@std/assert";
import {
  evidenceLine,
  evidenceOf,
  ONLY_NAMED,
  unverified,
} from "./evidence.ts";
import type { Item, Run } from "./item.ts";
import type { Difference } from "./tree.ts";

const NOW = new Date("2026-11-23T12:00:00Z");

function run(more: Partial<Run> = {}): Run {
  return {
    ...{ command: "npm test", kind: "test", exit: 0, tail: "", digest: "" },
    at: "2026-11-23T10:00:00Z",
    ...more,
  };
}

function claim(evidence: string): Item {
  return {
    ...{ id: "0123456789ab", kind: "done", text: "Tests pass", state: "open" },
    ...{ source: "user", via: "pause", at: "", save: null, evidence },
  };
}

function states(
  runs: Run[],
  difference: Difference,
  items: Item[] = [],
) {
  return evidenceOf({
    ...{ runs, items, now: NOW },
    differences: () => difference,
  });
}

const SAME: Difference = { same: true, paths: [] };
const CHANGED: Difference = { same: false, paths: ["a", "b", "c", "d"] };
const UNKNOWN: Difference = { same: undefined, paths: [], why: "who knows" };

function line(runs: Run[], difference: Difference) {
  return states(runs, difference).map(evidenceLine);
}

Deno.test("evidence is valid only for the same files and a known success", () => {
  assertEquals(line([run()], SAME), [
    "holds: npm test (passed 2h ago on the same files)",
  ]);
  assertEquals(line([run()], CHANGED), [
    "stale: npm test (passed 2h ago; 4 files changed since: a, b, c, …)",
  ]);
  assertEquals(line([run()], { same: false, paths: [] }), [
    "stale: npm test (passed 2h ago; files changed since)",
  ]);
  assertEquals(line([run()], UNKNOWN), [
    "unproved: npm test (passed 2h ago; who knows)",
  ]);
  assertEquals(line([run({ doubt: "a pipe hides its exit status" })], SAME), [
    "unproved: npm test (passed 2h ago; a pipe hides its exit status)",
  ]);
  assertEquals(line([run({ exit: null })], SAME), [
    "unproved: npm test (ran 2h ago; exit status unknown)",
  ]);
  assertEquals(line(unverified([run()]), SAME), [
    "unproved: npm test (passed 2h ago; the save is from someone else, not verified)",
  ]);
});

Deno.test("the last run of a command counts, in any position", () => {
  const failed = run({ exit: 1, at: "2026-11-23T11:00:00Z" });
  const contradicted =
    "contradicted: npm test (failed 1h ago with exit status 1)";
  assertEquals(line([run(), failed], SAME), [contradicted]);
  assertEquals(line([failed, run()], SAME), [contradicted]);
  const later = run({ at: "2026-11-23T11:30:00Z", command: " npm test\n" });
  assertEquals(states([failed, later], SAME)[0]?.state, "holds");
});

Deno.test("a claim has the state of its command", () => {
  const items = [claim("npm test"), claim("make check")];
  const found = states([run()], CHANGED, items);
  assertEquals(
    found.map(({ command, state, claims, why }) => [
      ...[command, state, claims],
      why.slice(0, 13),
    ]),
    [
      ["npm test", "stale", ["Tests pass"], "passed 2h ago"],
      ["make check", "unproved", ["Tests pass"], "not run"],
    ],
  );
});

Deno.test("a command that was only named did not run, and hides no run", () => {
  const named = run({
    ...{ exit: null, doubt: ONLY_NAMED, at: "2026-11-23T11:00:00Z" },
  });
  const never = ["unproved: npm test (not run)"];
  assertEquals(line([named], SAME), never);
  assertEquals(line(unverified([named]), SAME), never);
  assertEquals(line([run(), named], SAME), line([run()], SAME));
});
