import * as fc from "fast-check";

/**
 * Any code point except half of a surrogate pair, as a unit of texts. The
 * library's own `binary` takes a second to be made.
 */
export const CODE_POINT: fc.Arbitrary<string> = fc
  .integer({ min: 0, max: 0x10ffff - 0x800 })
  .map((nth) => String.fromCodePoint(nth < 0xd800 ? nth : nth + 0x800));
