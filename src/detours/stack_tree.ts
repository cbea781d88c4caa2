import { isSettled } from "../work/life_cycle.ts";
import type { Work } from "../work/work.ts";

/** A session and how far below the outermost one it stands. */
export interface Placed {
  readonly work: Work;
  readonly depth: number;
}

/**
 * The sessions as a tree: each after its parent, children by their age, the
 * newest of the outermost first. One whose parent is not there, or stands below
 * itself, is an outermost one. What is archived or cancelled is left out unless
 * `all`, or unless something that is shown stands below it.
 */
export function stackTree(
  works: readonly Work[],
  { all }: { all: boolean },
): { placed: Placed[]; hidden: number } {
  const byId = new Map(works.map((work) => [work.id, work]));
  const children = new Map<string, Work[]>();
  const roots: Work[] = [];
  for (const work of works) {
    const { parent } = work;
    if (parent === null || !byId.has(parent) || isInLoop(work, byId)) {
      roots.push(work);
    } else children.set(parent, [...children.get(parent) ?? [], work]);
  }
  const oldestFirst = (a: Work, b: Work) => a.id < b.id ? -1 : 1;
  const placed: Placed[] = [];
  const place = (work: Work, depth: number): boolean => {
    const at = placed.length;
    placed.push({ work, depth });
    const below = (children.get(work.id) ?? []).sort(oldestFirst)
      .map((child) => place(child, depth + 1));
    const shown = all || !isSettled(work.state) || below.includes(true);
    if (!shown) placed.splice(at);
    return shown;
  };
  roots.sort(oldestFirst).reverse().forEach((root) => place(root, 0));
  return { placed, hidden: works.length - placed.length };
}

function isInLoop(work: Work, byId: ReadonlyMap<string, Work>): boolean {
  const seen = new Set<string>();
  for (let at: Work | undefined = work; at;) {
    if (seen.has(at.id)) return true;
    seen.add(at.id);
    at = at.parent === null ? undefined : byId.get(at.parent);
  }
  return false;
}
