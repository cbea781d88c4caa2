import type { Measured } from "./bench_measure.ts";

/**
 * The cost of each case in the saved run, as a multiple of a hello, by name.
 */
export type Baseline = Readonly<Record<string, number>>;

const FILE = new URL("bench_baseline.json", import.meta.url);

/** The saved figures; empty if the file is missing. */
export function readBaseline(): Baseline {
  try {
    return JSON.parse(Deno.readTextFileSync(FILE));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}

/** Saves a run, whose first case is the hello, for later runs. */
export function keepBaseline(measured: readonly Measured[]): void {
  const hello = measured[0]!.median;
  const rows = measured.map(({ name, median }) => [
    name,
    Number((median / hello).toFixed(2)),
  ]);
  const text = JSON.stringify(Object.fromEntries(rows), null, 2);
  Deno.writeTextFileSync(FILE, `${text}\n`);
}

/**
 * A ratio and its difference from the saved one, e.g. `1.71 -4 %`; without a
 * saved one, only the ratio.
 */
export function besideBaseline(
  ratio: number,
  kept: number | undefined,
): string {
  if (!kept) return "";
  const change = Math.round((ratio / kept - 1) * 100);
  return `${kept.toFixed(2)} ${change < 0 ? "" : "+"}${change} %`;
}
