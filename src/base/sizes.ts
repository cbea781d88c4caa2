/** Bytes in one figure of three digits at most: `812 B`, `1.2 MB`, `12 GB`. */
export function sizeText(bytes: number): string {
  let [amount, unit] = [bytes, "B"];
  for (const next of ["kB", "MB", "GB", "TB"]) {
    if (amount < 999.5) break;
    [amount, unit] = [amount / 1000, next];
  }
  const text = unit === "B" || amount >= 9.95
    ? Math.round(amount).toString()
    : amount.toFixed(1);
  return `${text} ${unit}`;
}
