import { join } from "@std/path";
import { existsSync } from "node:fs";
import { ID, leaving, transcript } from "./bench_agent.ts";
import type { Case } from "./bench_measure.ts";
import { makeProject, type Project } from "./bench_repository.ts";

interface HookCase {
  readonly name: string;
  readonly event: string;
  /** True if there is a transcript, of 70 MB. */
  readonly talked: boolean;
  readonly more?: Record<string, unknown>;
  readonly limit?: string;
  /** True if each run finds something to save. */
  readonly worked?: boolean;
  /** True if a turn ends before it, as in a client. */
  readonly stopped?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

const ANSWERED = {
  stop_hook_active: false,
  last_assistant_message:
    "This part is done. I tried a lock, but it deadlocks.",
};

const STOP = "Stop, 70 MB transcript";

const CASES: readonly HookCase[] = [
  {
    name: "nothing to do",
    event: "PreToolUse",
    talked: false,
    more: { tool_name: "Bash" },
    limit: "1.3 F",
  },
  {
    name: "PreToolUse, 20 claims",
    event: "PreToolUse",
    talked: false,
    more: { tool_name: "Edit", tool_input: { file_path: "src/free/a.ts" } },
    limit: "1.5 F",
  },
  {
    name: "PreToolUse, a claimed path",
    event: "PreToolUse",
    talked: false,
    more: { tool_name: "Edit", tool_input: { file_path: "claimed-7/a.ts" } },
    limit: "1.5 F",
  },
  {
    name: "PostToolBatch, 70 MB transcript",
    event: "PostToolBatch",
    talked: true,
    limit: "1.5 F",
  },
  {
    name: "PostToolBatch that keeps the files, 70 MB transcript",
    event: "PostToolBatch",
    talked: true,
    more: {
      tool_calls: [{
        ...{ tool_name: "Bash", tool_use_id: "toolu_1" },
        tool_input: { command: "touch notes" },
      }],
    },
    limit: "1.5 F",
    env: { MPM_CONFIG_CHECKPOINT_EVERY: "batch" },
  },
  {
    name: "UserPromptSubmit, 70 MB transcript",
    event: "UserPromptSubmit",
    talked: true,
    more: { prompt: "Go on" },
    limit: "1.5 F",
  },
  {
    name: "SessionStart, a full hand-off",
    event: "SessionStart",
    talked: false,
    more: { source: "startup" },
    limit: "2 F + 3 G",
  },
  {
    name: STOP,
    event: "Stop",
    talked: true,
    more: ANSWERED,
    limit: "1.5 F",
  },
  {
    name: "SessionEnd, a save, 70 MB transcript",
    event: "SessionEnd",
    talked: true,
    more: { reason: "prompt_input_exit" },
    limit: "2 F + 5 G",
    worked: true,
    stopped: true,
  },
  {
    name: "SessionEnd, a save, without a digest",
    event: "SessionEnd",
    talked: true,
    more: { reason: "other" },
    worked: true,
  },
];

/** Items of each kind that a pause accepts, more than an agent gets. */
function manyItems(): string[] {
  const words =
    "that is as long as what people and agents write down as a rule";
  return Array.from({ length: 20 }, (_, at) => [
    ...["-n", `Step ${at} ${words}`, "-d", `Decision ${at} ${words}`],
    ...["-b", `Blocker ${at} ${words}`, "-a", `Result ${at} ${words}`],
  ]).flat();
}

/** Cases of Claude Code's events. */
export function hookCases(root: string, binary: string): Case[] {
  const project = makeProject(root, "hooks", { changed: 10, saves: 0 });
  const { folder, env } = project;
  const run = (args: string[]) =>
    new Deno.Command(binary, { args, cwd: folder, env, clearEnv: true })
      .outputSync();
  run(["start", "login", "--template", "feature-development"]);
  run(["pause", "--no-commit", "Half done", ...manyItems()]);
  const paths = Array.from({ length: 20 }, (_, at) => `claimed-${at}`);
  run(["claim", ...paths, "--for", "24h", "--agent", "other"]);
  const path = join(root, "hooks.jsonl");
  Deno.writeFileSync(path, transcript(folder));
  const status = { name: "G: git status, hooks", command: ["git", "status"] };
  return [
    { ...status, project },
    ...CASES.map((one) => {
      const input = join(root, `${one.name}.json`);
      const event = {
        session_id: ID,
        transcript_path: one.talked ? path : join(root, "none.jsonl"),
        cwd: folder,
        hook_event_name: one.event,
        ...one.more,
      };
      Deno.writeTextFileSync(input, JSON.stringify(event));
      const before = one.worked ? worked(folder) : "";
      const script = `${before}exec "$0" hook ${one.event} < "$1"`;
      const command = ["sh", "-c", script, binary, input];
      const stop = join(root, `${STOP}.json`);
      const transcript = { path, size: Deno.statSync(path).size };
      return {
        ...{ name: `hook, ${one.name}`, command },
        project: { ...project, env: { ...env, ...one.env } },
        ...one.limit === undefined ? {} : { limit: one.limit },
        ...one.stopped &&
          { prepare: () => endTurn(project, { binary, stop, transcript }) },
      };
    }),
  ];
}

/**
 * Milliseconds until the digest of a turn must exist, and between two checks.
 */
const PATIENCE = 10_000;
const LOOK = 20;

/**
 * Ends a turn: its hook makes a digest in the background, then the client
 * records how long the turn took, and that the person exits.
 */
function endTurn(
  { folder, env }: Project,
  { binary, stop, transcript: { path, size } }: {
    binary: string;
    /** The file of the event. */
    stop: string;
    transcript: { path: string; size: number };
  },
): void {
  Deno.truncateSync(path, size);
  new Deno.Command("sh", {
    args: ["-c", 'exec "$0" hook Stop < "$1"', binary, stop],
    ...{ cwd: folder, env, clearEnv: true },
  }).outputSync();
  const digest = `${folder}/.claude-mpm/state/agents/${ID}.digest.json`;
  const clock = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; !existsSync(digest); waited += LOOK) {
    if (waited >= PATIENCE) throw new Error("No digest was made");
    Atomics.wait(clock, 0, 0, LOOK);
  }
  Deno.writeTextFileSync(path, leaving().join(""), { append: true });
}

/** Notes work as the hook of a prompt does, as a shell command. */
function worked(folder: string): string {
  const path = `${folder}/.claude-mpm/state/agents/${ID}.activity.json`;
  // No automatic checkpoint is due: it would still run during the next steps.
  const checkpoint = new Date().toISOString();
  const kept = JSON.stringify({ at: "2100-01-01T00:00:00Z", checkpoint });
  return `echo '${kept}' > '${path}'; `;
}
