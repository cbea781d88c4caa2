/** A name in braces. Any other braces are plain text. */
export const PLACEHOLDER = /\{([a-z_][a-z0-9_-]*)\}/g;

/** A step, reduced to what the graph needs. */
export interface Node {
  readonly name: string;
  readonly needs: readonly string[];
}

/**
 * Returns a cycle of steps, with the first step repeated at the end;
 * `undefined` if there is no cycle. All needs must be known.
 */
export function cycleIn(nodes: readonly Node[]): string[] | undefined {
  const placed = ordered(nodes);
  // Each of these needs another one of them.
  const left = nodes.filter((node) => !placed.includes(node));
  const path: Node[] = [];
  for (let [at] = left; at; at = left.find(isNeeded(at))) {
    const begin = path.indexOf(at);
    path.push(at);
    if (begin >= 0) return path.slice(begin).map(({ name }) => name);
  }
  return undefined;
}

function isNeeded({ needs }: Node): (node: Node) => boolean {
  return ({ name }) => needs.includes(name);
}

/**
 * Returns the nodes with each after the nodes it needs, otherwise in their
 * original order.
 */
export function ordered<N extends Node>(nodes: readonly N[]): N[] {
  const placed = new Set<string>();
  const order: N[] = [];
  while (order.length < nodes.length) {
    const next = nodes.find(({ name, needs }) =>
      !placed.has(name) && needs.every((need) => placed.has(need))
    );
    if (!next) return order;
    placed.add(next.name);
    order.push(next);
  }
  return order;
}

/** Returns all steps that a step needs, directly or indirectly, in order. */
export function allNeeds<N extends Node>(
  nodes: readonly N[],
  { needs }: Node,
): N[] {
  const wanted = new Set(needs);
  for (const { name, needs } of nodes.toReversed()) {
    if (wanted.has(name)) needs.forEach((need) => wanted.add(need));
  }
  return nodes.filter(({ name }) => wanted.has(name));
}

/** A line of a drawing, with the step that it shows, if any. */
export interface Row {
  readonly lanes: string;
  readonly step: string | undefined;
}

/**
 * Draws the graph from top to bottom: one line per step, with connecting lines
 * between steps. `nodes` must be in order.
 */
export function drawn(nodes: readonly Node[], ascii: boolean): Row[] {
  const rows: Row[] = [];
  /** The step that each column leads to; `undefined`: the column is free. */
  const lanes: (string | undefined)[] = [];
  const free = () => {
    const at = lanes.indexOf(undefined);
    return at < 0 ? lanes.length : at;
  };
  for (const { name } of nodes) {
    const ends = lanes.flatMap((lane, at) => lane === name ? [at] : []);
    const own = ends[0] ?? free();
    if (ends.length > 1) {
      rows.push(joined(lanes, { own, ends, down: false, ascii }));
    }
    for (const at of ends) lanes[at] = undefined;
    trim(lanes);
    const users = nodes.filter(({ needs }) => needs.includes(name));
    lanes[own] = name;
    rows.push({
      lanes: lanes.map((lane, at) =>
        at === own
          ? (ascii ? "*" : "●")
          : lane === undefined
          ? " "
          : ascii
          ? "|"
          : "│"
      ).join(" "),
      step: name,
    });
    lanes[own] = users[0]?.name;
    const ways = [own];
    for (const user of users.slice(1)) {
      const at = free();
      lanes[at] = user.name;
      ways.push(at);
    }
    if (ways.length > 1) {
      rows.push(joined(lanes, { own, ends: ways, down: true, ascii }));
    }
    trim(lanes);
  }
  return rows;
}

/** Drops free columns on the right. */
function trim(lanes: (string | undefined)[]): void {
  while (lanes.length > 0 && lanes.at(-1) === undefined) lanes.pop();
}

/** A line that joins columns, with the lines passing between them. */
function joined(
  lanes: readonly (string | undefined)[],
  { own, ends, down, ascii }: {
    own: number;
    ends: readonly number[];
    down: boolean;
    ascii: boolean;
  },
): Row {
  const [first, last] = [Math.min(own, ...ends), Math.max(own, ...ends)];
  const sign = (at: number): string => {
    const isEnd = ends.includes(at);
    const [left, right] = [at > first, at < last];
    if (isEnd && at !== own) {
      if (left && right) return down ? "┬" : "┴";
      return left ? (down ? "┐" : "┘") : down ? "┌" : "└";
    }
    if (at === own) return left && right ? "┼" : left ? "┤" : "├";
    const isPassed = left && right;
    if (lanes[at] !== undefined) return isPassed ? "┼" : "│";
    return isPassed ? "─" : " ";
  };
  let text = "";
  for (let at = 0; at < Math.max(lanes.length, last + 1); at++) {
    text += sign(at) + (at >= first && at < last ? "─" : " ");
  }
  const plain = ascii
    ? text.replaceAll(/[┬┴┐┘┌└┼┤├]/g, "+").replaceAll("─", "-")
      .replaceAll("│", "|")
    : text;
  return { lanes: plain.trimEnd(), step: undefined };
}

/** Returns the graph as a Mermaid flowchart; `states` by step name. */
export function mermaid(
  nodes: readonly Node[],
  states: ReadonlyMap<string, string>,
): string {
  const ids = new Map(nodes.map(({ name }, at) => [name, `s${at}`]));
  const used = [...new Set(states.values())].sort();
  const lines = [
    "flowchart TD",
    ...nodes.map(({ name }) => {
      const state = states.get(name);
      const about = state === undefined ? name : `${name}: ${state}`;
      const mark = state === undefined ? "" : `:::${state}`;
      return `  ${ids.get(name)}["${about}"]${mark}`;
    }),
    ...nodes.flatMap(({ name, needs }) =>
      needs.map((need) => `  ${ids.get(need)} --> ${ids.get(name)}`)
    ),
    ...used.map((state) =>
      `  classDef ${state} ${COLOURS.get(state) ?? PLAIN}`
    ),
  ];
  return `${lines.join("\n")}\n`;
}

const PLAIN = "fill:#eee,stroke:#999,color:#000";
const COLOURS: ReadonlyMap<string, string> = new Map([
  ["done", "fill:#d3f0d8,stroke:#2d7d3a,color:#000"],
  ["running", "fill:#d5e8fb,stroke:#2a6fb5,color:#000"],
  ["failed", "fill:#fadadd,stroke:#b3261e,color:#000"],
  ["flagged", "fill:#fdeec8,stroke:#9a6b00,color:#000"],
  ["limited", "fill:#fdeec8,stroke:#9a6b00,color:#000"],
]);
