import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Branches, deadLines } from "./branches.ts";

/** A line of an invented transcript. */
interface Made {
  readonly kind: "prompt" | "answer" | "result" | "attachment" | "leaf";
  /** Distance to its parent: 1 is the line before it. */
  readonly back: number;
  /** For an answer: it is a block of the previous answer. */
  readonly same: boolean;
}

const uuidOf = (at: number) =>
  `${(at * 2654435761 >>> 0).toString(16).padStart(8, "0")}` +
  `-0000-4000-8000-${String(at).padStart(12, "0")}`;

type Value = Record<string, unknown>;

/** Each line in the client's format, with its order of keys. */
function written(made: readonly Made[]): Value[] {
  const chained: { uuid: string; promptId: string }[] = [];
  let answer = 0;
  return made.map(({ kind, back, same }, at): Value => {
    const parent = chained.at(-back) ?? chained[0];
    const uuid = uuidOf(at);
    if (kind === "leaf") {
      const leafUuid = same ? "00000000-0000" : parent?.uuid ?? "0";
      return { type: "last-prompt", leafUuid, explicit: true };
    }
    const promptId = kind === "prompt" || !parent ? `p${at}` : parent.promptId;
    chained.push({ uuid, promptId });
    if (kind === "answer" && !same) answer++;
    const message = { id: `msg_${answer}`, content: '"uuid":"no"' };
    return {
      parentUuid: parent?.uuid ?? null,
      isSidechain: false,
      ...kind === "answer"
        ? { message, type: "assistant" }
        : kind === "attachment"
        ? { attachment: { type: "hook_success" }, type: "attachment" }
        : { promptId, type: "user", message: { content: "x" } },
      uuid,
      timestamp: new Date(Date.UTC(2026, 0, 1) + at * 1000).toISOString(),
      ...kind === "prompt" && { promptSource: "typed" },
    };
  });
}

/** Computes the dead lines directly from the rule, with all lines in memory. */
function expected(lines: readonly Value[]): string[] {
  const all = lines.filter(({ uuid }) => uuid) as Record<string, string>[];
  const byId = new Map(all.map((line) => [line.uuid!, line]));
  const above = (line: Value) => byId.get(String(line.parentUuid));
  const answerOf = (line: Value) => (line.message as Value)?.id;
  const chain = new Set<Value>();
  let at = byId.get(leafOf(lines) ?? "");
  for (; at && !chain.has(at); at = above(at)) chain.add(at);
  for (const line of all) {
    const parent = above(line);
    const same = answerOf(line) && parent && chain.has(parent) &&
      answerOf(parent) === answerOf(line);
    if (same) chain.add(line);
  }
  const seen = new Set([...chain].flatMap(({ promptId }) => promptId ?? []));
  const sent = all.filter(({ promptSource }) => promptSource);
  const replaced = sent.filter((line, at) => {
    if (!line.parentUuid) return false;
    const next = sent.slice(at + 1).find((one) =>
      one.parentUuid === line.parentUuid
    );
    return next !== undefined && next.promptId !== line.promptId;
  });
  return all.filter((line) => {
    let node: string | undefined;
    let forked = false;
    let one: Value | undefined = line;
    for (; one && !chain.has(one); one = above(one)) {
      node ??= one.promptId as string | undefined;
      forked ||= replaced.includes(one as Record<string, string>);
    }
    forked ||= one !== undefined || seen.size > 0;
    return !chain.has(line) && forked && !(node && seen.has(node));
  }).map(({ uuid }) => uuid!);
}

/** The end of the chain. */
function leafOf(lines: readonly Value[]): string | undefined {
  const isMessage = ({ type }: Value) =>
    type === "user" || type === "assistant";
  const last = lines.findLastIndex(isMessage);
  const mark = lines.findLastIndex(({ explicit }) => explicit);
  const end = lines[last]?.uuid as string | undefined;
  if (mark < last) return end;
  const leaf = String(lines[mark]?.leafUuid);
  if (!/^[0-]*$/.test(leaf)) return leaf;
  const prompt = lines.findLast(({ type, promptSource }) =>
    type === "assistant" || promptSource
  );
  if (prompt?.type !== "user") return end;
  return String(prompt.parentUuid ?? prompt.uuid);
}

const MADE = fc.array(
  fc.record({
    kind: fc.constantFrom(
      ...[
        "prompt",
        "answer",
        "answer",
        "result",
        "attachment",
        "leaf",
      ] as const,
    ),
    back: fc.oneof(
      { weight: 6, arbitrary: fc.constant(1) },
      fc.integer({ min: 1, max: 30 }),
    ),
    same: fc.boolean(),
  }),
  { maxLength: 60 },
);

Deno.test("branches are judged by the rule, whether parsed or read quickly", () => {
  fc.assert(
    fc.property(MADE, (made) => {
      const lines = written(made);
      const dead = expected(lines).sort();
      const branches = new Branches();
      for (const value of lines.toReversed()) branches.add(value);
      const texts = lines.map((value) => JSON.stringify(value)).reverse();
      assertEquals([...branches.dead()].sort(), dead);
      assertEquals([...deadLines(texts)].sort(), dead);
    }),
    { numRuns: 400 },
  );
});

Deno.test("a line may be written before the one that it follows", () => {
  const order = fc.tuple(MADE, fc.array(fc.nat(100), { maxLength: 20 }));
  fc.assert(fc.property(order, ([made, swaps]) => {
    const lines = written(made).reverse();
    const judged = () =>
      [...deadLines(lines.map((value) => JSON.stringify(value)))].sort();
    const dead = judged();
    for (const at of swaps) {
      const [later, line] = [lines[at], lines[at + 1]];
      if (!line?.uuid || later?.parentUuid !== line.uuid) continue;
      [lines[at], lines[at + 1]] = [line, later];
    }
    assertEquals(judged(), dead);
  }));
});
