import { join } from "node:path";
import { projectSlug } from "../src/claude/transcript.ts";
import type { Case } from "./bench_measure.ts";
import { makeWorld } from "./bench_world.ts";

const ID = "00000000-0000-4000-8000-000000000000";

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
    ...hookCases(root, binary),
  ];
}

/** What Claude Code pays for an event. */
function hookCases(root: string, binary: string): Case[] {
  const world = makeWorld(root, "hooks", { changed: 10, saves: 0 });
  const run = (args: string[]) =>
    new Deno.Command(binary, {
      args,
      cwd: world.folder,
      env: world.env,
      clearEnv: true,
    }).outputSync();
  run(["start", "login", "--template", "feature-development"]);
  run(["pause", "--no-commit", "Half done"]);
  const transcripts = { none: join(root, "none.jsonl"), large: "" };
  transcripts.large = join(root, "hooks.jsonl");
  Deno.writeFileSync(transcripts.large, transcript());
  const hookCase = (
    { name, event, path, more = {}, limit, before = "" }: HookCase,
  ): Case => {
    const input = join(root, `${name.replaceAll(/\W/g, "-")}.json`);
    const fields = {
      session_id: ID,
      transcript_path: path,
      cwd: world.folder,
      hook_event_name: event,
      ...more,
    };
    Deno.writeTextFileSync(input, JSON.stringify(fields));
    const script = `${before}exec "$0" hook ${event} < "$1"`;
    const command = ["sh", "-c", script, binary, input];
    return { name: `hook, ${name}`, command, world, ...limit && { limit } };
  };
  const { none, large } = transcripts;
  return [
    {
      name: "nothing to do",
      event: "PreToolUse",
      path: none,
      more: { tool_name: "Bash" },
      limit: "1.3 F",
    },
    {
      name: "PostToolBatch, 70 MB transcript",
      event: "PostToolBatch",
      path: large,
      limit: "1.5 F",
    },
    {
      name: "UserPromptSubmit, 70 MB transcript",
      event: "UserPromptSubmit",
      path: large,
      more: { prompt: "Go on" },
      limit: "1.5 F",
    },
    {
      name: "SessionStart, a full report",
      event: "SessionStart",
      path: none,
      more: { source: "startup" },
      limit: "2 F + 5 G",
    },
    {
      name: "SessionEnd, a save",
      event: "SessionEnd",
      path: large,
      more: { reason: "other" },
      limit: "2 F + 3 G",
      before: worked(world.folder),
    },
  ].map(hookCase);
}

interface HookCase {
  readonly name: string;
  readonly event: string;
  readonly path: string;
  readonly more?: Record<string, unknown>;
  readonly limit?: string;
  /** A shell's words that make work for it. */
  readonly before?: string;
}

/** As the hooks of a prompt note it: each run finds something to save. */
function worked(folder: string): string {
  const path = `${folder}/.claude-mpm/state/agents/${ID}.activity.json`;
  // No automatic checkpoint is due, which would go on beside what follows.
  const checkpoint = new Date().toISOString();
  const kept = JSON.stringify({ at: "2100-01-01T00:00:00Z", checkpoint });
  return `echo '${kept}' > '${path}'; `;
}

function transcript(): Uint8Array {
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
