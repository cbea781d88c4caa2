import { join } from "@std/path";
import type { TestEnv } from "./env.ts";
import { ROOT } from "./tree.ts";

/** A transcript of Claude Code with todos, edits and a failed command. */
export function workTranscript(): string {
  return Deno.readTextFileSync(`${ROOT}/tests/handoff/work.jsonl`);
}

/** Puts a file where Claude Code keeps those of this project. */
export function putTranscript(
  env: TestEnv,
  name: string,
  text: string,
): string {
  const slug = env.project.replaceAll(/[^A-Za-z0-9]/g, "-");
  const path = join(env.home, ".claude", "projects", slug, name);
  Deno.mkdirSync(join(path, ".."), { recursive: true });
  Deno.writeTextFileSync(path, text);
  return path;
}

/** A transcript of 9 MB whose prompts each contain a secret. */
export function longTranscript(secret: string): string {
  const filling = "All of this is to be read, and most of it is code. ";
  const lines = Array.from({ length: 1300 }, (_, at) => ({
    timestamp: new Date(Date.UTC(2026, 0, 1, 0, 0, at)).toISOString(),
    uuid: `${
      (at * 64).toString(16).padStart(8, "0")
    }-0000-4000-8000-000000000000`,
    parentUuid: null,
    type: "user",
    ...{ promptSource: "typed", origin: { kind: "human" } },
    message: { content: `${at} ${secret} ours-${at}\n${filling.repeat(140)}` },
  }));
  return lines.map((line) => JSON.stringify(line)).join("\n");
}
