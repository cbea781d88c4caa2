import { TestEnv } from "./env.ts";

/** The example in the protocol. */
export const EXAMPLE_HANDOFF = `# Agent Handoff: Frontend → Backend

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

/** A hand-off that mpm handoff check accepts if `tracked.txt` exists. */
export function plantedHandoff(text: string): string {
  return `# Agent Handoff: A → B

## From: A Agent
Completed: ${text}
Files: tracked.txt

## Needs from B:
- ${text}

## Acceptance Criteria:
- ${text}

## To: B Agent
See tracked.txt#L1
`;
}

/** The options of `mpm handoff new` that write it. */
export const HANDOFF_ARGS = [
  ...["--from", "frontend", "--to", "backend", "--bare"],
  ...["--completed", "User profile UI"],
  ...["--file", "src/components/UserProfile.tsx"],
  ...["--need", "GET /api/users/:id endpoint"],
  ...["--need", "PUT /api/users/:id endpoint"],
  ...["--need", "User model definition"],
  "--criterion",
  "Returns user data in format: { id, name, email, avatar }",
  ...["--criterion", "Supports profile updates"],
  ...["--criterion", "Proper error handling (404, 400, 500)"],
  ...["--message", "Please implement the required endpoints."],
  ...["--reference", "API spec: docs/api-spec.md#user-endpoints"],
];

/** A repository with the files that the example names. */
export function exampleHandoff(): TestEnv {
  const env = TestEnv.repository();
  env.write("src/components/UserProfile.tsx", "export {};\n");
  env.write("docs/api-spec.md", "# API\n\n## User Endpoints\n");
  env.commit("Add the profile");
  env.write("../example.md", EXAMPLE_HANDOFF);
  return env;
}
