import { join } from "@std/path";
import { projectSlug } from "../src/clients/claude/slug.ts";
import type { Case } from "./bench_measure.ts";
import { makeProject } from "./bench_repository.ts";

/** The agent's session in all these cases. */
export const ID = "00000000-0000-4000-8000-000000000000";

/** Bytes of the transcript, and of the output of a tool. */
const TRANSCRIPT = 70_000_000;
const LINE = 2000;

/** Cases beside an agent: the status line, and a reading of its context. */
export function agentCases(root: string, binary: string): Case[] {
  const project = makeProject(root, "agent", { changed: 10, saves: 0 });
  const folder = join(
    project.env.HOME!,
    ".claude/projects",
    projectSlug(Deno.realPathSync(project.folder)),
  );
  Deno.mkdirSync(folder, { recursive: true });
  const path = join(folder, `${ID}.jsonl`);
  Deno.writeFileSync(path, transcript(project.folder));
  const input = join(project.env.HOME!, "status.json");
  Deno.writeTextFileSync(input, statusInput(project.folder));
  const inShell = (script: string) => ["sh", "-c", script, binary, input];
  return [
    {
      name: "statusline",
      command: inShell('exec "$0" statusline < "$1"'),
      project,
    },
    {
      name: "context, no transcript",
      command: [binary, "context", "--agent-session", "none"],
      project,
    },
    {
      name: "context, 70 MB transcript",
      command: [binary, "context", "--agent-session", ID],
      project,
    },
  ];
}

/**
 * A long transcript in Claude Code's format: a prompt, then sixty tool steps,
 * and so on; `folder` is where the agent works.
 */
export function transcript(folder: string): Uint8Array {
  const bytes = new Uint8Array(TRANSCRIPT);
  const encoder = new TextEncoder();
  const end = encoder.encode(turn(folder, LAST).join(""));
  let at = 0;
  for (let number = 0; at < TRANSCRIPT - end.length; number++) {
    const lines = encoder.encode(turn(folder, number).join(""));
    const room = TRANSCRIPT - end.length - at;
    bytes.set(lines.subarray(0, room), at);
    at += Math.min(lines.length, room);
  }
  // The line before may be incomplete, as after a crash; the last turn is
  // complete.
  end.set([NEWLINE], 0);
  bytes.set(end, TRANSCRIPT - end.length);
  return bytes;
}

const NEWLINE = 10;
/** The number of the last turn, higher than any other. */
const LAST = 1000;
const STEPS = 60;

/** The lines of one turn, after an empty line. */
function turn(folder: string, number: number): string[] {
  const lines: string[] = ["\n"];
  let last: string | null = null;
  const add = (type: string, message: object, more: object = {}) => {
    const uuid = `u${number}-${lines.length}`;
    lines.push(`${
      JSON.stringify({
        parentUuid: last,
        isSidechain: false,
        ...type === "user" && { promptId: `prompt-${number}` },
        type,
        message,
        uuid,
        timestamp: new Date(Date.now() - (LAST - number) * 60_000)
          .toISOString(),
        cwd: folder,
        sessionId: ID,
        version: "2.1.330",
        gitBranch: "main",
        ...more,
      })
    }\n`);
    last = uuid;
  };
  const asked = `Continue with part ${number}. It must be done by Friday.`;
  add("user", { role: "user", content: asked }, { promptSource: "sdk" });
  for (let step = 0; step < STEPS; step++) {
    const id = `toolu_${number}_${step}`;
    const [name, input, result] = toolCall(folder, step);
    const usage = { input_tokens: 600_000 };
    const content = [{ type: "tool_use", id, name, input }];
    const model = "claude-opus-5-5";
    add("assistant", { role: "assistant", model, content, usage });
    const answer = { type: "tool_result", tool_use_id: id, content: "x" };
    add("user", { role: "user", content: [answer] }, { toolUseResult: result });
  }
  const text = "This part is done. I tried a lock, but it deadlocks.";
  add("assistant", { role: "assistant", content: [{ type: "text", text }] });
  return lines;
}

/**
 * The lines that the client writes after the last turn, when the person exits.
 */
export function leaving(): string[] {
  let last = `u${LAST}-${2 * STEPS + 2}`;
  const line = (more: object) => {
    const head = { parentUuid: last, isSidechain: false };
    last = crypto.randomUUID();
    const timestamp = new Date().toISOString();
    return `${JSON.stringify({ ...head, ...more, uuid: last, timestamp })}\n`;
  };
  const typed = (content: string, more: object = {}) =>
    line({
      ...{ promptId: "leave", type: "user", ...more },
      message: { role: "user", content },
    });
  return [
    line({ type: "system", subtype: "turn_duration", durationMs: 60_000 }),
    `${JSON.stringify({ type: "last-prompt", leafUuid: last })}\n`,
    typed("<local-command-caveat>…</local-command-caveat>", { isMeta: true }),
    typed("<command-name>/exit</command-name>"),
    typed("<local-command-stdout>Bye!</local-command-stdout>"),
  ];
}

/** A tool, its input, and its result. */
function toolCall(folder: string, step: number): [string, object, object] {
  const output = `${"A line of what it prints. ".repeat(LINE / 26)}\n`;
  const path = `${folder}/src/file${step}.ts`;
  switch (step % 3) {
    case 0:
      return ["Bash", { command: `npm test -- part${step}` }, {
        stdout: output,
        stderr: "",
        interrupted: false,
      }];
    case 1:
      return ["Read", { file_path: path }, {
        type: "text",
        file: { filePath: path, content: output, numLines: 40 },
      }];
    default:
      return ["Edit", {
        file_path: path,
        old_string: "function before() {}",
        new_string: `function after${step}() {}`,
      }, {
        filePath: path,
        oldString: "function before() {}",
        newString: `function after${step}() {}`,
        originalFile: output,
        structuredPatch: [],
        userModified: false,
      }];
  }
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
