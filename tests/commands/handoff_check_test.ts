import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type {
  HandoffCheckResult,
  HandoffNewResult,
} from "../../schemas/types.ts";
import type { TestEnv } from "../helpers/env.ts";
import { EXAMPLE_HANDOFF, exampleHandoff } from "../helpers/handoffs.ts";
import { mpm } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

/** Returns `rule line` of each finding in a document. */
async function check(env: TestEnv, text: string): Promise<string[]> {
  env.write("handoff.md", text);
  const { status, stdout } = await mpm(env, [
    ...["handoff", "check", "handoff.md", "--json"],
  ]);
  const { checked, findings } = JSON.parse(stdout) as HandoffCheckResult;
  assertEquals(status, findings === 0 ? 0 : 5);
  return checked.flatMap((one) =>
    one.findings.map(({ rule, line }) => `${rule} ${line}`)
  );
}

/** Changes of the example, and the resulting findings. */
const BROKEN: readonly (readonly [
  from: string,
  to: string,
  ...findings: string[],
])[] = [
  [
    "Frontend → Backend",
    "Frontend → Frontend",
    "parties 1",
    "parties 7",
    "parties 17",
  ],
  [
    "# Agent Handoff: Frontend → Backend\n\n## From: Frontend Agent",
    "# Title\n\n## From:",
    "parties 1",
  ],
  ["## To: Backend Agent", "## To: Design Agent", "parties 17"],
  ["Completed: User profile UI\n", "", "completed 1"],
  [
    "- GET /api/users/:id endpoint\n- PUT /api/users/:id endpoint\n- User model definition\n",
    "",
    "needs 1",
  ],
  ["## Acceptance Criteria", "## Wishes", "criteria 1"],
  [
    "Proper error handling (404, 400, 500)",
    "Proper error handling",
    "vague 15",
  ],
  ["- User model definition", "- TODO", "vague 10"],
  ["Supports profile updates", "Good and fast pages", "vague 14"],
  ["UserProfile.tsx", "UserProfil.tsx", "file 5"],
  ["Files: src/components/UserProfile.tsx", "Files: ../home", "file 5"],
  ["docs/api-spec.md#user-endpoints", "docs/api.md", "link 19"],
  [
    "See API spec: docs/api-spec.md#user-endpoints",
    "See [it](../../etc/passwd)",
    "link 19",
  ],
  ["#user-endpoints", "#users", "anchor 19"],
  ["#user-endpoints", "#L40", "anchor 19"],
  ["#user-endpoints", ":40", "anchor 19"],
  ["#user-endpoints", " and [x](#no-such-heading)", "anchor 19"],
  ["User profile UI", "UI, `npm test` passes", "evidence 4"],
  ["User profile UI", "UI, all tests pass", "evidence 4"],
  ["User profile UI", `UI with ghp_${"a1B2c3D4e5f6".repeat(3)}`, "secret 4"],
];

Deno.test("each rule finds a document that breaks it, and only that", async () => {
  using env = exampleHandoff();
  assertEquals(await check(env, EXAMPLE_HANDOFF), []);
  for (const [from, to, ...findings] of BROKEN) {
    const text = EXAMPLE_HANDOFF.replace(from, to);
    assertEquals(await check(env, text), findings, to);
  }
});

Deno.test("text that only looks like an error is not reported", async () => {
  using env = exampleHandoff();
  const fine = [
    ["# Agent Handoff: Frontend → Backend", "# Title"],
    ["docs/api-spec.md#user-endpoints", "https://example.com/x.md#y"],
    ["#user-endpoints", "#User-Endpoints"],
    ["#user-endpoints", "#L1-L3"],
    ["docs/api-spec.md#user-endpoints", "127.0.0.1:8080, docs/api-spec.md:2"],
    ["#user-endpoints", ", [the needs](#needs-from-backend)"],
    ["Files: src/", "Files: docs/api-spec.md, src/"],
    ["- Supports profile updates", "- `npm test` passes"],
    ["- Supports profile updates", "- Good: status 200 in 50 ms"],
    ["User profile UI", "The login passes the id on"],
    ["## Needs", "```sh\nSee docs/none.md#x\n```\n\n## Needs"],
  ] as const;
  for (const [from, to] of fine) {
    assertEquals(await check(env, EXAMPLE_HANDOFF.replace(from, to)), [], to);
  }
  // Paths may also be relative to the folder of the document.
  env.write(
    "docs/handoffs/one.md",
    EXAMPLE_HANDOFF.replace("docs/api", "../api"),
  );
  assertEquals(
    (await mpm(env, ["handoff", "check"])).stdout,
    "No findings in 1 hand-off\n",
  );
});

posixTest("a passed check is evidence until a file changes", async () => {
  using env = exampleHandoff();
  await mpm(env, ["init"]);
  env.write("check.sh", "exit 0\n");
  await mpm(env, ["allow", "sh check.sh"]);
  await mpm(env, ["evidence", "--run", "--", "sh", "check.sh"]);
  const text = EXAMPLE_HANDOFF.replace(
    "profile UI",
    "UI, `sh check.sh` passed",
  );
  // The document itself must be among the files that the command ran on.
  env.write("handoff.md", text);
  await mpm(env, ["evidence", "--run", "--", "sh", "check.sh"]);
  assertEquals(await check(env, text), []);
  // A new document changes no result.
  const { stdout: made } = await mpm(env, [
    ...["handoff", "new", "--to", "backend", "--git", "--need", "x.ts"],
    ...["--criterion", "`sh check.sh` passes", "--completed", "y", "--json"],
  ]);
  const { text: drafted, findings } = JSON.parse(made) as HandoffNewResult;
  assertStringIncludes(drafted, "## Verified:\n- `sh check.sh` passed\n");
  assertEquals(findings, 0, drafted);
  assertEquals(await check(env, text), []);
  env.write("src/components/UserProfile.tsx", "changed\n");
  assertEquals(await check(env, text), ["evidence 4"]);
  const { stdout } = await mpm(env, ["handoff", "check", "handoff.md"]);
  assertStringIncludes(stdout, "handoff.md:4: evidence: `sh check.sh`: stale");
});

Deno.test("a document that is crafted to be slow is checked quickly", async () => {
  using env = exampleHandoff();
  const long = (sign: string) => sign.repeat(1_000_000);
  env.write("docs/api-spec.md", `# ${long("[")}\n${long("<")}\n`);
  const started = performance.now();
  const text = EXAMPLE_HANDOFF
    .replace("- User model", `- ${"[".repeat(60_000)}`);
  await check(env, text);
  const took = performance.now() - started;
  assert(took < 10_000, `${took} ms`);
});
