const ESCAPES = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
]);

/** Returns a text escaped for XML, without control characters. */
export function xmlText(text: string): string {
  return text.replaceAll(/[&<>"]/g, (one) => ESCAPES.get(one)!);
}
