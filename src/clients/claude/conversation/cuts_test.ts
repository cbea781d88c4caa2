import { assert, assertEquals } from "@std/assert";
import { field } from "../../../base/parsed_values.ts";
import { deadLines } from "./branches.ts";
import { endedIn, unfinished } from "./commands.ts";
import { readLines } from "./lines.ts";
import { promptsIn } from "./prompts.ts";

type Value = Record<string, unknown>;

const FOLDER = `${import.meta.dirname}/../../../../tests`;

const FIXTURES = ["work", "tasks", "compacted", "invoices"].map((name) =>
  Deno.readTextFileSync(`${FOLDER}/handoff/${name}.jsonl`).trimEnd().split("\n")
);

/** Returns the expected facts of a killed session, from its written lines. */
function expected(lines: readonly string[]) {
  const values = lines.map((text) => JSON.parse(text) as Value);
  const blocks = values.flatMap(({ message }) => {
    const content = field(message, "content");
    return Array.isArray(content) ? content as Value[] : [];
  });
  const ended = new Set(blocks.map((block) => block.tool_use_id));
  return {
    prompt: values.findLast(({ promptSource, origin, type }) =>
      type === "user" && (promptSource ?? field(origin, "kind"))
    )?.promptId,
    running: blocks.filter(({ type, name, id }) =>
      type === "tool_use" && name === "Bash" && !ended.has(id)
    ).map(({ id }) => id),
  };
}

/** Fails unless the lines contain the last prompt and the running work. */
function check(lines: readonly string[], torn = ""): void {
  const texts = [...lines, torn].filter((text) => text !== "").reverse();
  const read = readLines(texts);
  const found = {
    prompt: promptsIn(read).at(-1)?.key,
    running: unfinished(read, endedIn(read)).map(({ key }) => key),
  };
  assertEquals(found, expected(lines), lines.slice(-3).join("\n") + torn);
  const dead = read.lines.filter((line) => !read.alive(line));
  assertEquals(
    [...deadLines(texts)].sort(),
    dead.flatMap(({ uuid }) => uuid ?? []).sort(),
  );
}

Deno.test("a transcript that ends after any line has its last prompt and running commands", () => {
  for (const lines of FIXTURES) {
    for (let end = 1; end <= lines.length; end++) check(lines.slice(0, end));
  }
});

Deno.test("a transcript that ends in the middle of a line loses only that line", () => {
  for (const lines of FIXTURES) {
    for (let at = lines.length - 3; at < lines.length; at++) {
      const line = lines[at]!;
      for (let end = 1; end < line.length; end += 31) {
        check(lines.slice(0, at), line.slice(0, end));
      }
    }
  }
});

let second = 0;

/** A UUID for a name of at most four letters. */
function id(name: string): string {
  const digits = [...name].map((one) => one.charCodeAt(0).toString(16));
  return `${digits.join("").padEnd(8, "0")}-0000-4000-8000-000000000000`;
}

function line(name: string, parent: string | null, more: Value): string {
  const timestamp = new Date(Date.UTC(2026, 10, 20, 9) + second++ * 1000);
  const parentUuid = parent === null ? null : id(parent);
  return JSON.stringify({ uuid: id(name), parentUuid, timestamp, ...more });
}

function prompt(uuid: string, parent: string | null, source = "typed") {
  return line(uuid, parent, {
    ...{ type: "user", promptId: uuid, promptSource: source },
    ...{ origin: { kind: "human" }, message: { content: `prompt ${uuid}` } },
  });
}

/** A tool call, as a block of the answer `id`. */
function call(uuid: string, parent: string, id: string): string {
  const input = { command: `run ${uuid}` };
  const block = { type: "tool_use", id: `t-${uuid}`, name: "Bash", input };
  return line(uuid, parent, {
    ...{ type: "assistant", message: { id, content: [block] } },
  });
}

/** The result of a call, on the next line. */
function result(of: string, promptId: string): string {
  const block = { type: "tool_result", tool_use_id: `t-${of}`, content: "ok" };
  return line(`r-${of}`, of, {
    ...{ type: "user", promptId, message: { content: [block] } },
  });
}

function orders<T>(all: readonly T[]): T[][] {
  if (all.length < 2) return [[...all]];
  return all.flatMap((one, at) =>
    orders(all.filter((_, index) => index !== at)).map((rest) => [one, ...rest])
  );
}

Deno.test("calls of one answer belong together, in any order of results", () => {
  const begin = [
    prompt("p1", null),
    call("a", "p1", "m1"),
    result("a", "p1"),
    prompt("p2", "r-a"),
    ...[call("b", "p2", "m2"), call("c", "b", "m2"), call("d", "c", "m2")],
  ];
  for (const order of orders(["b", "c", "d"])) {
    const results = order.map((of) => result(of, "p2"));
    const last = `r-${order.at(-1)}`;
    const lines = [
      ...begin,
      ...results,
      call("e", last, "m3"),
      prompt("q", last, "queued").replace('"promptId":"q"', '"promptId":"p2"'),
    ];
    for (let end = 1; end < lines.length; end++) check(lines.slice(0, end));
  }
});

Deno.test("lines of a sub-agent in between change nothing", () => {
  const lines = [
    prompt("p1", null),
    call("a", "p1", "m1"),
    result("a", "p1"),
    call("b", "r-a", "m2"),
  ];
  const aside = call("s", "p1", "m9").replace("{", '{"isSidechain":true,');
  for (let at = 0; at <= lines.length; at++) {
    const texts = [...lines.slice(0, at), aside, ...lines.slice(at)];
    const read = readLines(texts.reverse());
    assertEquals(unfinished(read, new Map()).map(({ key }) => key), ["t-b"]);
    assert(promptsIn(read).length === 1);
  }
});

Deno.test("a call on a rewound branch does not count as running", () => {
  const lines = [
    prompt("p1", null),
    call("a", "p1", "m1"),
    result("a", "p1"),
    ...[prompt("p2", "r-a"), call("b", "p2", "m2"), call("c", "b", "m2")],
    ...[prompt("p3", "r-a"), call("d", "p3", "m3")],
  ];
  const read = readLines(lines.reverse());
  assertEquals(unfinished(read, new Map()).map(({ key }) => key), ["t-d"]);
  assertEquals(deadLines(lines), new Set(["p2", "b", "c"].map(id)));
});

Deno.test("a line with a later time than those that follow it is not the end", () => {
  const said = line("out", "r-a", { type: "user" });
  for (const late of [0, 1, 2, 60]) {
    const at = new Date(Date.UTC(2026, 10, 20, 9) + (second + late) * 1000);
    const compacted = said.replace(
      /"timestamp":"[^"]*"/,
      () => `"timestamp":"${at.toISOString()}"`,
    );
    const lines = [
      ...[prompt("p1", null), call("a", "p1", "m1"), result("a", "p1")],
      ...[compacted, prompt("p2", "out"), call("b", "p2", "m2")],
    ];
    for (let end = 4; end <= lines.length; end++) check(lines.slice(0, end));
  }
});
