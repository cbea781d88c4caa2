import { assertEquals } from "@std/assert";
import {
  isSafePath,
  isWindowsName,
  type Platform,
  reasonNotThere,
} from "./paths_there.ts";

const PLATFORMS: readonly Platform[] = ["linux", "darwin", "windows"];

/** The systems on which a path may be written. */
function where(path: string): Platform[] {
  return PLATFORMS.filter((platform) => isSafePath(path, platform));
}

Deno.test("isSafePath() keeps paths where they belong, on every system", () => {
  const cases: [string, readonly Platform[]][] = [
    ["a", PLATFORMS],
    ["a/b c/.github/x", PLATFORMS],
    [".claude-mpm", PLATFORMS],
    ["sub/.CLAUDE-MPM/x", PLATFORMS],
    ["", []],
    ["/a", []],
    ["a//b", []],
    ["a/../b", []],
    ["./a", []],
    ["a\0b", []],
    [".git/config", []],
    ["a/.GIT/hooks/x", []],
    [".git. ./x", []],
    ["git~1/config", []],
    // Names that some system treats as another name.
    ["..\\..\\evil", ["linux", "darwin"]],
    ["a\\b", ["linux", "darwin"]],
    ["a:stream", ["linux", "darwin"]],
    ["C:/x", ["linux", "darwin"]],
    [".g\u200cit/config", ["linux", "windows"]],
    [".Claude-MPM/sessions/x", ["linux"]],
    [".claude-mpm. /x", ["linux", "darwin"]],
    ["CLAUDE~1/x", ["linux"]],
  ];
  for (const [path, expected] of cases) {
    assertEquals(where(path), expected, JSON.stringify(path));
  }
});

Deno.test("isWindowsName() knows the names that Windows reserves", () => {
  const possible = [
    "a",
    "con1",
    "console",
    "com",
    "a.con",
    ".nul",
    "nul-x",
    "é",
  ];
  const impossible = [
    ...["con", "CON", "Con.txt", "nul", "NUL.tar.gz", "aux", "prn", "com1"],
    ...["COM9.log", "lpt0", "conin$", "nul .txt", "com\xb9"],
    ...["a.", "a ", "a<b", "a|b", "a?", "a*", 'a"', "a\nb", "a:b", "a\\b"],
  ];
  for (const name of possible) assertEquals(isWindowsName(name), true, name);
  for (const name of impossible) assertEquals(isWindowsName(name), false, name);
});

Deno.test("reasonNotThere() gives a reason only for missing files", () => {
  assertEquals(reasonNotThere("src/aux.c", "linux"), undefined);
  assertEquals(reasonNotThere("src/aux.c", "darwin"), undefined);
  assertEquals(
    reasonNotThere("src/aux.c", "windows"),
    "Windows cannot use this name",
  );
  for (const platform of PLATFORMS) {
    assertEquals(
      reasonNotThere("../x", platform),
      "its path is not allowed",
    );
    assertEquals(reasonNotThere("src/a.c", platform), undefined);
  }
});
