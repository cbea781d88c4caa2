/** Modules in one script, and the command lines that load it. */
interface Group {
  readonly modules: readonly number[];
  readonly lines: ReadonlySet<number>;
  /** Characters of the modules. */
  readonly size: number;
}

/** Number of characters that take as long to load as opening a script. */
const OPENING = 12_000;

/** Returns how long all lines together wait for a script, in characters. */
function costOf({ lines, size }: Pick<Group, "lines" | "size">): number {
  return lines.size * (OPENING + size);
}

function together(one: Group, other: Group): Group {
  return {
    modules: [...one.modules, ...other.modules].sort((a, b) => a - b),
    lines: one.lines.union(other.lines),
    size: one.size + other.size,
  };
}

/** Characters that are saved by joining two scripts. */
function savedBy(one: Group, other: Group): number {
  const lines = one.lines.union(other.lines);
  const size = one.size + other.size;
  return costOf(one) + costOf(other) - costOf({ lines, size });
}

/**
 * Returns the modules of each script. A line opens every script with a module
 * that it loads, so modules of the same lines come together. A line loads few
 * modules that it does not need. `loaded` has the lines that load each module.
 */
export function grouped(
  loaded: readonly (readonly [module: number, lines: readonly number[]])[],
  sizeOf: (module: number) => number,
): number[][] {
  const same = Map.groupBy(loaded, ([, lines]) => lines.join());
  const groups = [...same.values()].map((members): Group => ({
    modules: members.map(([module]) => module),
    lines: new Set(members[0]![1]),
    size: members.reduce((sum, [module]) => sum + sizeOf(module), 0),
  }));
  for (;;) {
    let best = { saved: 0, one: -1, other: -1 };
    for (let one = 0; one < groups.length; one++) {
      for (let other = one + 1; other < groups.length; other++) {
        const saved = savedBy(groups[one]!, groups[other]!);
        if (saved > best.saved) best = { saved, one, other };
      }
    }
    const { one, other } = best;
    if (one < 0) return groups.map(({ modules }) => [...modules]);
    const [second] = groups.splice(other, 1);
    groups[one] = together(groups[one]!, second!);
  }
}
