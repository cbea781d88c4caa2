import { join } from "@std/path";
import { projectSlug } from "../src/clients/claude/transcript.ts";
import type { Case } from "./bench_measure.ts";
import { makeWorld } from "./bench_world.ts";

/** The agent's session in all of these. */
export const ID = "00000000-0000-4000-8000-000000000000";

/** Bytes of the transcript, and of a line that is not an answer. */
const TRANSCRIPT = 70_000_000;
const LINE = 2000;

/** What runs beside an agent: the status line, and a look at its context. */
export function agentCases(root: string, binary: string): Case[] {
  const world = makeWorld(root, "agent", { changed: 10, saves: 0 });
  const folder = join(
    world.env.HOME!,
    ".claude/projects",
    projectSlug(Deno.realPathSync(world.folder)),
  );
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeFileSync(join(folder, `${ID}.jsonl`), transcript());
  const input = join(world.env.HOME!, "status.json");
  Deno.writeTextFileSync(input, statusInput(world.folder));
  const inShell = (script: string) => ["sh", "-c", script, binary, input];
  return [
    {
      name: "statusline",
      command: inShell('exec "$0" statusline < "$1"'),
      world,
    },
    {
      name: "context, no transcript",
      command: [binary, "context", "--agent-session", "none"],
      world,
    },
    {
      name: "context, 70 MB transcript",
      command: [binary, "context", "--agent-session", ID],
      world,
    },
  ];
}

/** A long transcript, whose last answer is near its end. */
export function transcript(): Uint8Array {
  const bytes = new Uint8Array(TRANSCRIPT).fill(120);
  const line = new TextEncoder().encode(
    `${JSON.stringify({ type: "user", content: "x".repeat(LINE) })}\n`,
  );
  for (let at = 0; at + line.length < bytes.length; at += line.length) {
    bytes.set(line, at);
  }
  // As far from the end as the results of a few tools take it.
  const answer = new TextEncoder().encode(`\n${
    JSON.stringify({
      type: "assistant",
      timestamp: new Date().toISOString(),
      message: { model: "claude-opus-5-5", usage: { input_tokens: 600_000 } },
    })
  }\n`);
  bytes.set(answer, bytes.length - answer.length - 20 * line.length);
  return bytes;
}

function statusInput(folder: string): string {
  return JSON.stringify({
    session_id: ID,
    cwd: folder,
    workspace: { current_dir: folder, project_dir: folder },
    model: { id: "claude-opus-5-5", display_name: "Opus 5.5" },
    context_window: {
      context_window_size: 1_000_000,
      current_usage: { input_tokens: 690_000 },
    },
  });
}
