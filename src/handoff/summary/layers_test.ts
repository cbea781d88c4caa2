import { assertEquals } from "@std/assert";
import type { Item } from "../../items/mod.ts";
import type { Save } from "../../saves/mod.ts";
import { layersOf } from "./layers.ts";

const NOW = new Date("2026-11-20T12:00:00Z");

let count = 0;

function item(clock: string, given: Partial<Item>): Item {
  const at = `2026-11-20T${clock}:00Z`;
  const id = `${++count}`.padStart(12, "0");
  return {
    ...{ id, kind: "next", text: "x", state: "open", source: "user" },
    ...{ via: "command", at, save: null },
    ...given,
  } as Item;
}

/** Returns a save with the fields that layers read, with a hand-off. */
function save(clock: string, items: Item[], handoff = {}): Save {
  const second = clock.replace(":", "");
  return {
    session_id: `session-20261120-${second}00`,
    paused_at: `2026-11-20T${clock}:00Z`,
    conversation: {
      summary: "Login",
      next_steps: ["old"],
      accomplishments: [],
    },
    open_questions: [],
    git_context: { recent_commits: [] },
    mpm: { handoff: { items, runs: [], files: [], ...handoff } },
  } as unknown as Save;
}

function layersFor(saves: Save[], since = 0) {
  const layers = layersOf({ now: NOW, since, saves, older: [], over: [] });
  return layers.slice(0, 2).map(({ blocks }) =>
    blocks.map(({ heading, lines }) => [
      heading.split(" (")[0],
      ...lines.map(({ text, item, save }) =>
        `${text} #${item} ${save?.slice(-6)}`
      ),
    ])
  );
}

Deno.test("a carried item appears once, in the layer of its age", () => {
  const jwt = item("09:30", { kind: "decision", text: "JWT", number: 4 });
  const goal = item("09:00", { kind: "goal", text: "Sign in", number: 1 });
  const asked = item("11:20", { kind: "prompt", text: "Now\nlogout" });
  const first = save("09:40", [goal, jwt]);
  const second = save("11:30", [goal, jwt, asked]);
  assertEquals(layersFor([first, second]), [
    [["11:30 UTC Login", "Asked: Now logout #null 113000"]],
    [
      ["Key decisions", "JWT #4 094000"],
      ["Current state", "Login #null 094000", "Goal: Sign in #1 094000"],
    ],
  ]);
});

Deno.test("an item that was first saved much later appears with its save", () => {
  const decided = item("06:00", { kind: "decision", text: "JWT", number: 1 });
  const next = item("10:00", { text: "Logout", number: 2 });
  assertEquals(layersFor([save("11:50", [decided, next])]), [
    [["11:50 UTC Login", "Decided: JWT #1 115000", "Next: Logout #2 115000"]],
    [],
  ]);
  assertEquals(layersFor([save("09:50", [decided])])[1]![0], [
    "Key decisions",
    "JWT #1 095000",
  ]);
  const since = Date.parse("2026-11-20T09:00:00Z");
  assertEquals(layersFor([save("11:50", [decided, next])], since)[0], [
    ["11:50 UTC Login", "Next: Logout #2 115000"],
  ]);
});

Deno.test("items closed, dropped or superseded later are not shown as open", () => {
  const open = item("09:30", { text: "Logout", number: 2 });
  const old = item("09:30", { kind: "decision", text: "Cookies", number: 3 });
  const done: Item = {
    ...{ ...open, state: "done" },
    closed_at: "2026-11-20T11:50:00Z",
  };
  const gone: Item = { ...old, state: "superseded" };
  assertEquals(
    layersFor([save("09:40", [open, old]), save("11:55", [done, gone])]),
    [
      [["11:55 UTC Login", "Done: Logout #2 115500"]],
      [["Current state", "Login #null 094000"]],
    ],
  );
});

Deno.test("a command counts by its last result, and files by their changes", () => {
  const run = (clock: string, exit: number | null) => ({
    ...{ command: "deno test", kind: "test", exit, tail: "", digest: "" },
    at: `2026-11-20T${clock}:00Z`,
  });
  const file = {
    path: "a.ts",
    how: "edited",
    times: 1,
    at: run("11:40", 0).at,
  };
  const read = { ...file, path: "b.ts", how: "read" };
  const saves = [
    save("11:20", [item("11:10", {})], { runs: [run("11:10", 1)] }),
    save("11:50", [], { runs: [run("11:40", 0)], files: [file, read] }),
  ];
  const [newest] = layersFor(saves);
  assertEquals(newest!.map((block) => block.slice(1)), [
    ["Next: x #null 112000"],
    [
      "Ran: deno test (exit status 0) #null 115000",
      "Next: old #null 115000",
      "Files: a.ts (edited) #null 115000",
    ],
  ]);
});
