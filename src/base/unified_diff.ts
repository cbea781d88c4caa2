/** Lines shown before and behind a change. */
const CONTEXT = 3;

/** More edits than any installation makes: shown as one change then. */
const MOST_EDITS = 2000;

interface Step {
  readonly sign: " " | "-" | "+";
  readonly line: string;
}

/**
 * The difference of two texts as `diff -u` writes it, with `path` for both
 * names; empty for equal texts.
 */
export function unifiedDiff(
  path: string,
  before: string,
  after: string,
): string {
  if (before === after) return "";
  const steps = stepsBetween(linesOf(before), linesOf(after));
  const hunks = hunksOf(steps).map((range) => hunk(steps, range));
  return [`--- ${path}`, `+++ ${path}`, ...hunks].join("\n") + "\n";
}

/** Lines with their ends, so that a changed line end is a change. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function stepsBetween(a: readonly string[], b: readonly string[]): Step[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  const most = Math.min(a.length, b.length) - head;
  while (tail < most && a[a.length - 1 - tail] === b[b.length - 1 - tail]) {
    tail++;
  }
  const same = (lines: readonly string[]): Step[] =>
    lines.map((line) => ({ sign: " ", line }));
  return [
    ...same(a.slice(0, head)),
    ...shortest(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...same(a.slice(a.length - tail)),
  ];
}

/** The shortest edit, by Myers' algorithm; a plain one where that is long. */
function shortest(a: readonly string[], b: readonly string[]): Step[] {
  const traces: Map<number, number>[] = [];
  let reached = new Map<number, number>([[1, 0]]);
  for (
    let edits = 0;
    edits <= Math.min(a.length + b.length, MOST_EDITS);
    edits++
  ) {
    const next = new Map<number, number>();
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits ||
        (k !== edits &&
          (reached.get(k - 1) ?? -1) < (reached.get(k + 1) ?? -1));
      let x = down ? reached.get(k + 1)! : reached.get(k - 1)! + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      next.set(k, x);
      if (x >= a.length && x - k >= b.length) {
        return walkBack([...traces, reached], a, b);
      }
    }
    traces.push(reached);
    reached = next;
  }
  return [
    ...a.map((line): Step => ({ sign: "-", line })),
    ...b.map((line): Step => ({ sign: "+", line })),
  ];
}

function walkBack(
  traces: readonly Map<number, number>[],
  a: readonly string[],
  b: readonly string[],
): Step[] {
  const steps: Step[] = [];
  let [x, y] = [a.length, b.length];
  for (let edits = traces.length - 1; edits >= 0; edits--) {
    const reached = traces[edits]!;
    const k = x - y;
    const down = k === -edits ||
      (k !== edits && (reached.get(k - 1) ?? -1) < (reached.get(k + 1) ?? -1));
    const from = down ? k + 1 : k - 1;
    const [fromX, fromY] = edits === 0
      ? [0, 0]
      : [reached.get(from)!, reached.get(from)! - from];
    while (x > fromX && y > fromY) {
      steps.push({ sign: " ", line: a[--x]! });
      y--;
    }
    if (edits === 0) break;
    if (down) steps.push({ sign: "+", line: b[--y]! });
    else steps.push({ sign: "-", line: a[--x]! });
  }
  return steps.reverse();
}

/** First and behind-last step of each hunk. */
function hunksOf(steps: readonly Step[]): [number, number][] {
  const hunks: [number, number][] = [];
  steps.forEach(({ sign }, at) => {
    if (sign === " ") return;
    const [start, end] = [Math.max(0, at - CONTEXT), at + 1 + CONTEXT];
    const last = hunks.at(-1);
    if (last && start <= last[1]) last[1] = end;
    else hunks.push([start, end]);
  });
  return hunks.map(([start, end]) => [start, Math.min(end, steps.length)]);
}

function hunk(steps: readonly Step[], [start, end]: [number, number]): string {
  const count = (part: readonly Step[], other: string) =>
    part.filter(({ sign }) => sign !== other).length;
  const [earlier, shown] = [steps.slice(0, start), steps.slice(start, end)];
  const range = (other: string) => {
    const length = count(shown, other);
    const first = count(earlier, other) + (length === 0 ? 0 : 1);
    return length === 1 ? `${first}` : `${first},${length}`;
  };
  const lines = shown.map(({ sign, line }) =>
    line.endsWith("\n")
      ? sign + line.slice(0, -1)
      : `${sign}${line}\n\\ No newline at end of file`
  );
  return [`@@ -${range("+")} +${range("-")} @@`, ...lines].join("\n");
}
