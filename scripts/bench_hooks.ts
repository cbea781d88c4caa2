import { join } from "@std/path";
import { ID, transcript } from "./bench_agent.ts";
import type { Case } from "./bench_measure.ts";
import { makeProject } from "./bench_repository.ts";

interface HookCase {
  readonly name: string;
  readonly event: string;
  /** True if there is a transcript, of 70 MB. */
  readonly talked: boolean;
  readonly more?: Record<string, unknown>;
  readonly limit: string;
  /** True if each run finds something to save. */
  readonly worked?: boolean;
}

const CASES: readonly HookCase[] = [
  {
    name: "nothing to do",
    event: "PreToolUse",
    talked: false,
    more: { tool_name: "Bash" },
    limit: "1.3 F",
  },
  {
    name: "PostToolBatch, 70 MB transcript",
    event: "PostToolBatch",
    talked: true,
    limit: "1.5 F",
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
    name: "SessionEnd, a save, 70 MB transcript",
    event: "SessionEnd",
    talked: true,
    more: { reason: "other" },
    limit: "2 F + 5 G",
    worked: true,
  },
];

/** Items of each kind that a pause takes, more than an agent is given. */
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
  const path = join(root, "hooks.jsonl");
  Deno.writeFileSync(path, transcript(folder));
  const status = { name: "G: git status, hooks", command: ["git", "status"] };
  return [
    { ...status, project },
    ...CASES.map((one) => {
      const input = join(root, `${one.event} ${one.talked}.json`);
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
      return { name: `hook, ${one.name}`, command, project, limit: one.limit };
    }),
  ];
}

/** Notes work as the hook of a prompt does, in a shell's words. */
function worked(folder: string): string {
  const path = `${folder}/.claude-mpm/state/agents/${ID}.activity.json`;
  // No automatic checkpoint is due, which would continue beside what follows.
  const checkpoint = new Date().toISOString();
  const kept = JSON.stringify({ at: "2100-01-01T00:00:00Z", checkpoint });
  return `echo '${kept}' > '${path}'; `;
}
