import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseStatus, type StatusEntry } from "./status.ts";
import { encodeText } from "./text.ts";
import { CODE_POINT } from "../../tests/helpers/arbitrary_text.ts";

const ID = "1".repeat(40);
const ZERO = "0".repeat(40);
const parse = (...fields: string[]) =>
  parseStatus(encodeText(fields.map((field) => `${field}\0`).join("")));

Deno.test("parseStatus() reads the branch lines", () => {
  assertEquals(
    parse(
      `# branch.oid ${ID}`,
      "# branch.head feature/é",
      "# branch.upstream origin/feature",
      "# branch.ab +2 -13",
      "# something new",
    ),
    {
      head: ID,
      branch: "feature/é",
      upstream: "origin/feature",
      ahead: 2,
      behind: 13,
      entries: [],
    },
  );
  const unborn = parse("# branch.oid (initial)", "# branch.head main");
  assertEquals([unborn.head, unborn.branch], [undefined, "main"]);
  const detached = parse(`# branch.oid ${ID}`, "# branch.head (detached)");
  assertEquals([detached.head, detached.branch], [ID, undefined]);
});

Deno.test("parseStatus() reads changed, renamed, unmerged, untracked and submodule lines", () => {
  const mode = "100644";
  const modes = "100644 100644 100644";
  assertEquals(
    parse(
      `1 .M N... ${modes} ${ID} ${ID} a b`,
      `1 M. N... ${modes} ${ID} ${ID} staged`,
      `1 D. N... 100644 000000 000000 ${ID} ${ZERO} dropped`,
      `1 .M N... 100644 100644 100755 ${ID} ${ID} run.sh`,
      `2 R. N... ${modes} ${ID} ${ID} R100 new name`,
      "old name",
      `u UU N... ${modes} 100755 ${ID} ${ID} ${ID} both`,
      "? -x\n",
      `1 .M SC.. 160000 160000 160000 ${ID} ${ID} sub`,
      `1 .M SCMU 160000 160000 160000 ${ID} ${ID} dirty`,
    ).entries,
    [
      { path: "a b", status: " M", mode },
      { path: "staged", status: "M ", staged: ID, mode },
      { path: "dropped", status: "D " },
      { path: "run.sh", status: " M", mode: "100755" },
      { path: "new name", status: "R ", staged: ID, from: "old name", mode },
      { path: "both", status: "UU", mode: "100755" },
      { path: "-x\n", status: "??" },
      { path: "sub", status: " M", submodule: "commit", mode: "160000" },
      { path: "dirty", status: " M", submodule: "content", mode: "160000" },
    ],
  );
});

Deno.test("parseStatus() returns any paths that were written", () => {
  const path = fc.string({ unit: CODE_POINT, minLength: 1 })
    .filter((text) => !text.includes("\0"));
  const entry = fc.oneof(
    path.map((name) => ({ path: name, status: "??" })),
    path.map((name) => ({ path: name, status: " M", mode: "100644" })),
    fc.tuple(path, path).map(([name, from]) => ({
      path: name,
      status: "R ",
      staged: ID,
      from,
      mode: "100644",
    })),
  );
  fc.assert(fc.property(fc.array(entry), (entries: StatusEntry[]) => {
    assertEquals(parse(...entries.flatMap(write)).entries, entries);
  }));
});

function write({ path, status, from }: StatusEntry): string[] {
  const rest = `N... 100644 100644 100644 ${ID} ${ID}`;
  if (status === "??") return [`? ${path}`];
  if (from === undefined) return [`1 .M ${rest} ${path}`];
  return [`2 R. ${rest} R090 ${path}`, from];
}
