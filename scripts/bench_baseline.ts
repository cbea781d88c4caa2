import type { Measured } from "./bench_measure.ts";

/** The cost of each case in the kept run, as a multiple of a hello, by name. */
export type Baseline = Readonly<Record<string, number>>;

const FILE = new URL("bench_baseline.json", import.meta.url);

/** The kept figures; none where there is no such file. */
export function readBaseline(): Baseline {
  try {
    return JSON.parse(Deno.readTextFileSync(FILE));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}

/** Keeps a run, of which the first case is the hello, for later ones. */
export function keepBaseline(measured: readonly Measured[]): void {
  const hello = measured[0]!.median;
  const rows = measured.map(({ name, median }) => [
    name,
    Number((median / hello).toFixed(2)),
  ]);
  const text = JSON.stringify(Object.fromEntries(rows), null, 2);
  Deno.writeTextFileSync(FILE, `${text}\n`);
}

/** A ratio beside the kept one, e.g. `1.71 -4 %`; nothing where none is kept. */
export function besideBaseline(
  ratio: number,
  kept: number | undefined,
): string {
  if (!kept) return "";
  const change = Math.round((ratio / kept - 1) * 100);
  return `${kept.toFixed(2)} ${change < 0 ? "" : "+"}${change} %`;
}
