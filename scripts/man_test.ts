import { assertEquals, assertStringIncludes } from "@std/assert";
import { COMMANDS, loadCommand } from "../src/app/table.ts";
import { programTest } from "../tests/helpers/programs.ts";
import { ROOT } from "../tests/helpers/tree.ts";

const PAGES = [...Deno.readDirSync(`${ROOT}/man`)]
  .map(({ name }) => `${ROOT}/man/${name}`).sort();

/** Returns a program's report about the pages, from stdout and stderr. */
function said(program: string, args: readonly string[]): string {
  const { stdout, stderr } = new Deno.Command(program, {
    args: [...args],
    env: { LC_ALL: "C.UTF-8" },
  }).outputSync();
  const decoder = new TextDecoder();
  return decoder.decode(stdout) + decoder.decode(stderr);
}

programTest("mandoc finds no fault in the man pages", ["mandoc"], () => {
  const lines = said("mandoc", ["-Tlint", ...PAGES]).split("\n");
  // A date would make the pages differ from one day to the next.
  const faults = lines.filter((line) =>
    line !== "" && !line.includes("missing date")
  );
  assertEquals(faults, []);
});

programTest("groff formats the man pages without a warning", ["groff"], () => {
  for (const page of PAGES) {
    assertEquals(
      said("groff", ["-ww", "-man", "-z", "-Tutf8", page]),
      "",
      page,
    );
  }
});

programTest("man shows every command with its options", ["man"], async () => {
  for (const name of Object.keys(COMMANDS)) {
    // Old spellings still work but are not on any page.
    if ((await loadCommand(name))?.hidden) continue;
    const page = `${ROOT}/man/mpm-${name.split(" ")[0]}.1`;
    const source = Deno.readTextFileSync(page).replaceAll("\\-", "-");
    assertStringIncludes(source, `mpm ${name}`);
  }
  const shown = said("man", ["--warnings", "-l", `${ROOT}/man/mpm-resume.1`]);
  assertStringIncludes(shown, "mpm resume [<selector>] [options]");
  assertStringIncludes(shown, "--no-changes");
});
