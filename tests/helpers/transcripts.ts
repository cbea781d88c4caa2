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
