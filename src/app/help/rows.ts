/** Returns the cells of a row such as `name | summary`. */
export function cells(row: string): string[] {
  return row.split(" | ");
}

/** Returns rows such as `name | summary` as pairs. */
export function pairs(
  rows: readonly string[],
): (readonly [name: string, summary: string])[] {
  return rows.map(cells).map(([name, summary]) => [name!, summary!]);
}
