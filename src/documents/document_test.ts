import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { documentText, type HandoffParts, readDocument } from "./document.ts";
import { runs } from "../../tests/helpers/posix.ts";

/** The example in the protocol. */
const EXAMPLE = `# Agent Handoff: Frontend → Backend

## From: Frontend Agent
Completed: User profile UI
Files: src/components/UserProfile.tsx

## Needs from Backend:
- GET /api/users/:id endpoint
- PUT /api/users/:id endpoint
- User model definition

## Acceptance Criteria:
- Returns user data in format: { id, name, email, avatar }
- Supports profile updates
- Proper error handling (404, 400, 500)

## To: Backend Agent
Please implement the required endpoints.
See API spec: docs/api-spec.md#user-endpoints
`;

function partsOf(text: string): HandoffParts {
  const read = readDocument(text);
  const texts = (entries: readonly { text: string }[]) =>
    entries.map(({ text }) => text);
  return {
    from: read.from?.text ?? "",
    to: read.to?.text ?? "",
    byPerson: false,
    completed: texts(read.completed),
    files: texts(read.files),
    needs: texts(read.needs),
    criteria: texts(read.criteria),
    verified: [],
    decisions: [],
    message: texts(read.message).join("\n"),
    references: texts(read.references),
  };
}

Deno.test("the example is read, and written again byte for byte", () => {
  const parts = partsOf(EXAMPLE);
  assertEquals(parts, {
    from: "Frontend",
    to: "Backend",
    byPerson: false,
    completed: ["User profile UI"],
    files: ["src/components/UserProfile.tsx"],
    needs: [
      "GET /api/users/:id endpoint",
      "PUT /api/users/:id endpoint",
      "User model definition",
    ],
    criteria: [
      "Returns user data in format: { id, name, email, avatar }",
      "Supports profile updates",
      "Proper error handling (404, 400, 500)",
    ],
    verified: [],
    decisions: [],
    message: "Please implement the required endpoints.",
    references: ["API spec: docs/api-spec.md#user-endpoints"],
  });
  assertEquals(documentText(parts), EXAMPLE);
  assertEquals(readDocument(EXAMPLE).needs[2]!.line, 10);
});

Deno.test("other forms of the same document are read alike", () => {
  const other = EXAMPLE.replace("→", "->").replaceAll("\n- ", "\n* [ ] ")
    .replace("Completed: User", "- Completed: User")
    .replace(
      "Files: src/components/UserProfile.tsx",
      [
        "Files:",
        "- `src/components/UserProfile.tsx` (new)",
      ].join("\n"),
    )
    .replace("- GET", "\n## Notes\n- other\n\n## Needs\n- GET")
    .replaceAll("\n", "\r\n");
  assertEquals(partsOf(`\ufeff${other}`), partsOf(EXAMPLE));
});

Deno.test("a block of code is not a part, and a long entry has lines", () => {
  const read = readDocument(`# Agent Handoff: A → B
\`\`\`
## Needs from B:
- not this
\`\`\`
## Needs from B:
- an entry
  that goes on

not indented
`);
  assertEquals(read.needs, [
    { text: "an entry that goes on", line: 7 },
    { text: "not indented", line: 10 },
  ]);
  assertEquals(read.from, { text: "A", line: 1 });
});

/** Words that replace people's text, without a list of values on one line. */
const words = fc.array(
  fc.stringMatching(/^[a-zA-Z0-9(){}:.`"é→#*-]{1,9}$/),
  { minLength: 1, maxLength: 6 },
).map((all) => `x ${all.join(" ")}`);

const list = fc.array(words, { maxLength: 5 });
const paths = fc.array(
  fc.stringMatching(/^[a-z]{1,5}(\/[a-z.]{1,6}[a-z]){0,3}$/),
  { maxLength: 5 },
);

Deno.test("whatever is written is read again", () => {
  fc.assert(
    fc.property(
      fc.record({
        ...{ completed: list, needs: list, criteria: list, files: paths },
        references: list,
        message: words,
      }),
      (parts) => {
        const whole = {
          ...{
            from: "Frontend",
            to: "QA",
            byPerson: false,
            verified: [],
            decisions: [],
          },
          ...parts,
        };
        assertEquals(partsOf(documentText(whole)), whole);
      },
    ),
    runs(1000),
  );
});

Deno.test("any text can be read, and line numbers stay within it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      const { prose } = readDocument(EXAMPLE + text);
      const lines = (EXAMPLE + text).split(/\r\n|\n|\r/).length;
      assertEquals(prose.every(({ line }) => line <= lines), true);
    }),
    runs(500),
  );
});
