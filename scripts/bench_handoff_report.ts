import { LIMIT, type Method, METHODS, OWN } from "./bench_handoff_methods.ts";
import type { Fact } from "./bench_handoff_facts.ts";
import { type Played, type Score, scoreOf } from "./bench_handoff_planted.ts";

/** A note about the limits of the figures. */
const UNUSED =
  "HandoffText is not used: no figure here shows whether a model uses " +
  "a fact.";

/** A table as text, with its first column left-aligned. */
export function table(heads: string[], rows: string[][]): string[] {
  const widths = heads.map((head, at) =>
    Math.max(head.length, ...rows.map((row) => row[at]!.length))
  );
  return [heads, ...rows].map((row) =>
    row.map((cell, at) =>
      at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)
    ).join("  ").trimEnd()
  );
}

/** A share as a percentage, rounded down. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? "-" : `${Math.floor(1000 * part / whole) / 10} %`;
}

interface Sum {
  readonly explicit: readonly [number, number];
  readonly implicit: readonly [number, number];
  readonly stale: number;
  readonly false: number;
  readonly size: number;
  readonly largest: number;
}

function sumOf(played: readonly Played[], method: Method): Sum {
  const scores = played.map((one) => scoreOf(one, method));
  const add = (count: (score: Score) => number) =>
    scores.reduce((sum, score) => sum + count(score), 0);
  const facts = (explicit: boolean) => {
    const of = (all: readonly Fact[]) =>
      all.filter((one) => one.explicit === explicit).length;
    const given = add((score) => of(score.given));
    return [given, given + add((score) => of(score.lost))] as const;
  };
  return {
    explicit: facts(true),
    implicit: facts(false),
    stale: add((score) => score.stale.length),
    false: add((score) => score.false.length),
    size: add((score) => score.size),
    largest: Math.max(...scores.map(({ size }) => size)),
  };
}

/** The first instrument's figures. */
export function plantedReport(
  title: string,
  played: readonly Played[],
): string[] {
  const rows = METHODS.map((method) => {
    const sum = sumOf(played, method);
    const wrong = sum.stale + sum.false;
    const share = ([given, all]: readonly [number, number]) =>
      `${percent(given, all)} (${given}/${all})`;
    return [
      method,
      share(sum.explicit),
      share(sum.implicit),
      String(sum.stale),
      String(sum.false),
      sum.size === 0 ? "-" : (1000 * wrong / sum.size).toFixed(3),
      (sum.size / played.length).toFixed(0),
      String(sum.largest),
      "not shown",
    ];
  });
  const heads = [
    ...["method", "explicit given", "implicit given", "stale", "false"],
    ...["wrong/1000", "mean size", "largest", "used by a model"],
  ];
  return [title, ...table(heads, rows), UNUSED, ""];
}

/** Returns the sizes of the conversations before the hand-off. */
export function sizesReport(played: readonly Played[]): string[] {
  const rows = played.map(({ story, known, planted }) => [
    story.name,
    `${(known.length / 1e6).toFixed(1)} MB`,
    String(planted.facts.length),
    String(planted.stale.length + planted.decoys.length),
  ]);
  const heads = ["story", "transcripts", "facts", "stale or false"];
  return [...table(heads, rows), ""];
}

/**
 * Returns the facts that mpm's method lost, those out of date that it gave, and
 * those that no one stated.
 */
export function lossesReport(played: readonly Played[]): string[] {
  const lines = played.flatMap((one) => {
    const { lost, stale, false: wrong } = scoreOf(one, OWN);
    const { name } = one.story;
    return [
      ...lost.map(({ kind, explicit, needs }) =>
        `  lost   ${name}: ${explicit ? "explicit" : "implicit"} ${kind}: ` +
        needs.join(" + ")
      ),
      ...stale.map(({ kind, needs }) =>
        `  stale  ${name}: ${kind}: ${needs.join(" + ")}`
      ),
      ...wrong.map(({ kind, needs }) =>
        `  false  ${name}: ${kind}: ${needs.join(" + ")}`
      ),
      ...one.refused.map((line) => `  refused  ${name}: ${line}`),
    ];
  });
  const heading = `Losses of "${OWN}"`;
  return [heading, ...lines.length > 0 ? lines : ["  none"], ""];
}

/** A target, and whether it is met. */
export interface Target {
  readonly name: string;
  readonly is: string;
  readonly met: boolean;
}

/** The targets of one group of stories. */
export function plantedTargets(
  group: string,
  played: readonly Played[],
): Target[] {
  const sum = sumOf(played, OWN);
  const share = ([given, all]: readonly [number, number]) => given / all;
  return [
    {
      name: `${group}: explicit facts given, at least 95 %`,
      is: percent(...sum.explicit),
      met: share(sum.explicit) >= 0.95,
    },
    {
      name: `${group}: implicit facts given, at least 80 %`,
      is: percent(...sum.implicit),
      met: share(sum.implicit) >= 0.8,
    },
    {
      name: `${group}: no stale fact, no false one`,
      is: `${sum.stale} stale, ${sum.false} false`,
      met: sum.stale + sum.false === 0,
    },
    {
      name: `${group}: in ${LIMIT} characters or fewer`,
      is: String(sum.largest),
      met: sum.largest <= LIMIT,
    },
  ];
}

export function targetsReport(targets: readonly Target[]): string[] {
  const rows = targets.map(({ name, is, met }) => [
    name,
    is,
    met ? "met" : "MISSED",
    "not shown",
  ]);
  const heads = ["target", "figure", "", "used by a model"];
  return ["Targets", ...table(heads, rows), UNUSED, ""];
}
