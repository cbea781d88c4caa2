import { assertEquals } from "@std/assert";
import { bashReply, readBashLine } from "./complete.ts";

const BREAKS = " \t\n\"'><=;|&(:";

Deno.test("a bash line is read as bash reads it", () => {
  const read = (line: string) => {
    const { before, current } = readBashLine(line, BREAKS);
    return [before, current.text, current.quote, current.kept];
  };
  assertEquals(read("mpm"), [[], "", "", 0]);
  assertEquals(read("mpm "), [[], "", "", 0]);
  assertEquals(read("mpm resume"), [[], "resume", "", 0]);
  assertEquals(read("mpm  resume  a"), [["resume"], "a", "", 0]);
  assertEquals(read('mpm a\\ b \'c d\' "e\\"f" g'), [
    ["a b", "c d", 'e"f'],
    ...["g", "", 0],
  ]);
  assertEquals(read("mpm 'a b"), [[], "a b", "'", 0]);
  assertEquals(read('mpm x"a b'), [[], "xa b", '"', 1]);
  assertEquals(read("mpm --format=t"), [[], "--format=t", "", 9]);
  assertEquals(read("mpm a:b\\:c"), [[], "a:b:c", "", 2]);
  assertEquals(read('mpm ""'), [[], "", "", 0]);
  assertEquals(read("mpm a\\"), [[], "a\\", "", 0]);
});

Deno.test("a bash reply is quoted correctly within every kind of quote", () => {
  const value = `a:b 'c' "d" $e \\f`;
  const reply = (quote: "" | "'" | '"', kept: number) =>
    bashReply(value, { text: "", quote, kept });
  assertEquals(reply("", 2), `b\\ \\'c\\'\\ \\"d\\"\\ \\$e\\ \\\\f`);
  assertEquals(reply('"', 0), `a:b 'c' \\"d\\" \\$e \\\\f`);
  assertEquals(reply("'", 0), `a:b '\\''c'\\'' "d" $e \\f`);
  assertEquals(bashReply("~x", { text: "", quote: "", kept: 0 }), "\\~x");
});
