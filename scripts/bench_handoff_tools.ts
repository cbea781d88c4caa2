import { join } from "@std/path";
import { put } from "./bench_handoff_sandbox.ts";
import { Conversation, type Fields } from "./bench_handoff_session.ts";

export type Todo = { content: string; status: string };

const REFUSED = "The user doesn't want to proceed with this tool use. The " +
  "tool use was rejected (eg. if it was a file edit, the new_string was NOT " +
  "written to the file).";

/** A conversation with the tools that the client offers. */
export class Session extends Conversation {
  #todos: Todo[] = [];
  #tasks = 0;

  /** A command; `changed`: files that it wrote, relative to the project. */
  async bash(command: string, output: string, {
    exit = 0,
    changed = [],
    silent = false,
  }: { exit?: number; changed?: string[]; silent?: boolean } = {}) {
    const input = { command, description: "Run a command" };
    if (exit !== 0) {
      const text = `Exit code ${exit}\n${output}`;
      return await this.call("Bash", input, { text, failed: true, silent });
    }
    const changedFiles = changed.map((path) =>
      join(this.sandbox.project, path)
    );
    const files = changedFiles.map((filePath) => ({
      filePath,
      hunks: [{
        oldStart: 1,
        oldLines: 1,
        newStart: 1,
        newLines: 1,
        lines: ["-before", "+after"],
      }],
    }));
    const record = {
      stdout: output,
      stderr: "",
      interrupted: false,
      isImage: false,
      noOutputExpected: false,
      ...changed.length > 0 ? { bashEditDiff: { files, changedFiles } } : {},
    };
    await this.call("Bash", input, { text: output, record, silent });
  }

  /** A command that keeps running in the background. */
  async background(command: string): Promise<void> {
    const id = this.random.hex(8);
    const input = { command, description: "Run", run_in_background: true };
    const text = `Command running in background with ID: ${id}. Output is ` +
      `being written to: /tmp/claude-1000/tasks/${id}.output`;
    const record = { stdout: "", stderr: "", backgroundTaskId: id };
    await this.call("Bash", input, { text, record });
  }

  async read(path: string, content: string, silent = false): Promise<void> {
    const filePath = join(this.sandbox.project, path);
    const lines = content.split("\n");
    await this.call("Read", { file_path: filePath }, {
      text: lines.map((line, at) => `${at + 1}\t${line}`).join("\n"),
      record: {
        type: "text",
        file: {
          filePath,
          content,
          numLines: lines.length,
          startLine: 1,
          totalLines: lines.length,
        },
      },
      silent,
    });
  }

  /** Writes a whole file, also on disk. */
  async write(path: string, content: string): Promise<void> {
    this.sandbox.write(path, content);
    const filePath = join(this.sandbox.project, path);
    await this.call("Write", { file_path: filePath, content }, {
      text: `File created successfully at: ${filePath}`,
      record: {
        type: "create",
        filePath,
        content,
        structuredPatch: [],
        originalFile: null,
        userModified: false,
      },
    });
  }

  /** Replaces text in a file, also on disk. */
  async edit(path: string, from: string, to: string): Promise<void> {
    const filePath = join(this.sandbox.project, path);
    const originalFile = Deno.readTextFileSync(filePath);
    this.sandbox.write(path, originalFile.replace(from, to));
    const input = { file_path: filePath, old_string: from, new_string: to };
    await this.call("Edit", { replace_all: false, ...input }, {
      text: `The file ${filePath} has been updated successfully.`,
      record: {
        filePath,
        oldString: from,
        newString: to,
        originalFile,
        structuredPatch: [{
          oldStart: 1,
          oldLines: 1,
          newStart: 1,
          newLines: 1,
          lines: [`-${from}`, `+${to}`],
        }],
        userModified: false,
        replaceAll: false,
      },
    });
  }

  /** The whole list of todos, as `TodoWrite` sets it. */
  async todos(todos: Todo[]): Promise<void> {
    const full = (list: Todo[]) =>
      list.map((one) => ({ ...one, activeForm: one.content }));
    const record = { oldTodos: full(this.#todos), newTodos: full(todos) };
    this.#todos = todos;
    const text = "Todos have been modified successfully.";
    await this.call("TodoWrite", { todos: full(todos) }, { text, record });
  }

  /** A task of the newer kind, which has a file; returns its number. */
  async task(subject: string, description: string): Promise<string> {
    const id = String(++this.#tasks);
    const input = { subject, description, activeForm: subject };
    this.#taskFile(id, { subject, description, status: "pending" });
    await this.fire("TaskCreated", {
      task_id: id,
      task_subject: subject,
      task_description: description,
    });
    await this.call("TaskCreate", input, {
      text: `Task #${id} created successfully: ${subject}`,
      record: { task: { id, subject, description } },
    });
    return id;
  }

  async taskStatus(id: string, status: string): Promise<void> {
    const path = this.#taskPath(id);
    const task = JSON.parse(Deno.readTextFileSync(join(
      this.sandbox.home,
      path,
    )));
    this.#taskFile(id, { ...task, status });
    if (status === "completed") {
      await this.fire("TaskCompleted", {
        task_id: id,
        task_subject: task.subject,
        task_description: task.description,
      });
    }
    await this.call("TaskUpdate", { taskId: id, status }, {
      text: `Updated task #${id} status`,
      record: {
        success: true,
        taskId: id,
        updatedFields: ["status"],
        statusChange: { from: task.status, to: status },
      },
    });
  }

  #taskPath(id: string): string {
    return `.claude/tasks/${this.transcript.id}/${id}.json`;
  }

  #taskFile(id: string, task: Fields): void {
    const whole = { id, blocks: [], blockedBy: [], ...task };
    this.sandbox.writeHome(this.#taskPath(id), JSON.stringify(whole));
  }

  /** A question with choices; no answer means that the person pressed Esc. */
  async ask(question: string, labels: string[], answer?: string) {
    const options = labels.map((label) => ({ label, description: label }));
    const one = { question, header: "Choice", options, multiSelect: false };
    const questions = [one];
    if (answer === undefined) {
      await this.call("AskUserQuestion", { questions }, {
        text: `${REFUSED} STOP what you are doing and wait for the user.`,
        record: "User rejected tool use",
        more: { toolDenialKind: "user-rejected", toolDenialBeforeRun: true },
        failed: true,
      });
      return this.interrupted("[Request interrupted by user for tool use]");
    }
    const record = { questions, answers: { [question]: answer } };
    await this.call("AskUserQuestion", { questions }, {
      text: `The user answered: "${question}"="${answer}".`,
      record,
      hookInput: { ...record },
    });
  }

  interrupted(text: string): void {
    this.transcript.user([{ type: "text", text }]);
  }

  /** A plan that is approved, or rejected with a comment. */
  async plan(plan: string, words?: string): Promise<void> {
    const slug = `.claude/plans/bright-${this.transcript.id.slice(0, 8)}.md`;
    this.sandbox.writeHome(slug, plan);
    const filePath = join(this.sandbox.home, slug);
    const input = { plan, planFilePath: filePath };
    if (words === undefined) {
      return await this.call("ExitPlanMode", input, {
        text: "User has approved your plan. You can now start coding.",
        record: { plan, isAgent: false, filePath },
      });
    }
    await this.refuse("ExitPlanMode", input, words);
  }

  /** A call that the person refused, saying why. */
  async refuse(name: string, input: Fields, words: string): Promise<void> {
    await this.call(name, input, {
      text: `${REFUSED} To tell you how to proceed, the user said:\n${words}`,
      record: `Error: ${REFUSED}`,
      more: {
        toolDenialKind: "user-rejected",
        userFeedback: words,
        holdsPersonsWords: true,
      },
      failed: true,
    });
  }

  /** A sub-agent in the foreground, whose own lines must not count as facts. */
  async agent(prompt: string, report: string): Promise<void> {
    const agentId = this.random.hex(17);
    const input = {
      description: "Look around",
      prompt,
      subagent_type: "Explore",
      run_in_background: false,
    };
    const path = this.#agentFile(agentId, prompt, report);
    await this.fire("SubagentStop", {
      agent_id: agentId,
      agent_type: "Explore",
      agent_transcript_path: path,
      last_assistant_message: report,
    }, "Explore");
    await this.call("Agent", input, {
      text: `[Subagent hand-back]\n  ${report}`,
      record: {
        status: "completed",
        prompt,
        agentId,
        agentType: "Explore",
        content: [{ type: "text", text: report }],
        totalDurationMs: 1000,
        totalTokens: 100,
        totalToolUseCount: 2,
      },
    });
  }

  /** The agent's own transcript: its instructions and its report. */
  #agentFile(agentId: string, prompt: string, report: string): string {
    const line = (type: string, content: unknown) =>
      JSON.stringify({
        isSidechain: true,
        agentId,
        type,
        message: { role: type, content },
        uuid: this.random.uuid(),
        timestamp: new Date().toISOString(),
        sessionId: this.transcript.id,
      });
    const path = join(
      this.transcript.path.replace(/\.jsonl$/, ""),
      `subagents/agent-${agentId}.jsonl`,
    );
    const lines = [
      line("user", prompt),
      line("assistant", [{ type: "text", text: report }]),
    ];
    put(path, `${lines.join("\n")}\n`);
    return path;
  }
}
