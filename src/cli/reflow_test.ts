import { assertEquals } from "@std/assert";
import { reflow, reflowPage } from "./reflow.ts";

const CASES: Record<string, [string, string]> = {
  "a short line stays": ["one two", "one two"],
  "a long sentence is broken into two lines": [
    "one two three four five six",
    "one two three four\nfive six",
  ],
  "an item continues below its text": [
    "  - one two three four five",
    "  - one two three\n    four five",
  ],
  "an item of a checklist, too": [
    "   1 [ ] one two three",
    "   1 [ ] one two\n         three",
  ],
  "the last column continues below itself": [
    "  list  one two three four",
    "  list  one two\n        three four",
  ],
  "a wide first column has its own line": [
    "  a-long-name-of-it  one two three",
    "  a-long-name-of-it\n      one two three",
  ],
  "the last of three columns continues below itself": [
    "ok  a  one two three four",
    "ok  a  one two three\n       four",
  ],
  "a command in quotes stays whole where it fits": [
    'One two: "mpm undo 5" and "mpm undo list --all"',
    'One two:\n"mpm undo 5" and\n"mpm undo list\n--all"',
  ],
  "a command at the end of a line, too": [
    "Restore it with: mpm undo 5",
    "Restore it with:\nmpm undo 5",
  ],
  "what has no space stays whole": [
    "see /a/very/long/path/of/a/file now",
    "see\n/a/very/long/path/of/a/file\nnow",
  ],
  "wide characters count twice": [
    "漢字漢字 漢字漢字 漢字",
    "漢字漢字 漢字漢字\n漢字",
  ],
  "paint takes no room": [
    "  - \x1b[1mone\x1b[22m two three four",
    "  - \x1b[1mone\x1b[22m two three\n    four",
  ],
};

Deno.test("reflow() breaks long lines between words", () => {
  for (const [what, [text, wanted]] of Object.entries(CASES)) {
    assertEquals(reflow(text, 20), wanted, what);
  }
});

Deno.test("reflowPage() wraps prose again, and keeps the other lines", () => {
  const page = "One two three four five\nsix seven.\n\nShort\nlines.\n\n" +
    "Options:\n  -a  one two three four\n  -b  five\n\nThe end of all of it is\nhere.\n";
  assertEquals(
    reflowPage(page, 20),
    "One two three four\nfive six seven.\n\nShort\nlines.\n\n" +
      "Options:\n  -a  one two three\n      four\n  -b  five\n\n" +
      "The end of all of it\nis here.\n",
  );
  assertEquals(reflowPage(page, 80), page);
});

Deno.test("a line for the shell stays whole", () => {
  const line = "    $ git for-each-ref refs/mpm/ | git update-ref --stdin";
  assertEquals(reflow(`To delete them:\n${line}`, 20).split("\n").at(-1), line);
});
