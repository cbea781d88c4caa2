import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { symbolsIn } from "./symbols.ts";

for (
  const [line, name] of [
    ["+export async function readRefund(id: string) {", "readRefund"],
    ["+class Ledger:", "Ledger"],
    ["+def add_refund(amount):", "add_refund"],
    ["+func (s *Server) HandlePay(w http.ResponseWriter) {", "HandlePay"],
    ["+pub fn parse_line(text: &str) -> Line {", "parse_line"],
    ["+  public static int countRows(String table) {", "countRows"],
    ["+interface RefundRequest {", "RefundRequest"],
    ["+const MAX_RETRIES = 3;", "MAX_RETRIES"],
  ] as const
) {
  Deno.test(`symbolsIn() finds ${name} where it is defined`, () => {
    assertEquals(symbolsIn([line])[0], name);
  });
}

Deno.test("symbolsIn() prefers changed symbols to enclosing and used ones", () => {
  assertEquals(
    symbolsIn([
      "@@ -1,4 +1,4 @@ function chargeCard(card) {",
      " function payOrder(order) {",
      "-  const total = sum(order);",
      "+  const total = sumInCents(order); // see moneyMath",
      "+  log('oldTotal');",
      " }",
    ]),
    ["total", "chargeCard", "payOrder", "sumInCents"],
  );
});

Deno.test("symbolsIn() ignores prose", () => {
  assertEquals(symbolsIn(["+The greeting was changed.", "+# Notes"]), []);
});

Deno.test("symbolsIn() returns at most 8 names", () => {
  fc.assert(fc.property(fc.array(fc.string()), (lines) => {
    assert(symbolsIn(lines).length <= 8);
  }));
});
