import { join } from "node:path";

/** The lines of a conversation with the usual contents of hand-offs. */
export function conversation(
  folder: string,
  session: string,
): string[] {
  const at = "2026-01-02T03:04:05Z";
  let last: string | null = null;
  let count = 0;
  const line = (type: string, message: object, more: object = {}) => {
    const head = { parentUuid: last, isSidechain: false, type, message };
    last = `u${count++}`;
    const where = {
      uuid: last,
      timestamp: at,
      cwd: folder,
      sessionId: session,
    };
    return JSON.stringify({ ...head, ...where, ...more });
  };
  const user = (content: unknown, more: object = {}) =>
    line("user", { role: "user", content }, more);
  const agent = (...content: object[]) =>
    line("assistant", {
      role: "assistant",
      model: "claude-opus-5-5",
      content,
      usage: { input_tokens: 60_000 },
    });
  const tool = (name: string, input: object, toolUseResult: object) => {
    const id = `toolu_${count}`;
    return [
      agent({ type: "tool_use", id, name, input }),
      user([{ type: "tool_result", tool_use_id: id, content: "done" }], {
        toolUseResult,
      }),
    ];
  };
  return hookLines({ user, agent, tool }, join(folder, "a.txt"));
}

/** Makes lines of a transcript. */
interface Lines {
  user(content: unknown, more?: object): string;
  agent(...content: object[]): string;
  tool(name: string, input: object, result: object): string[];
}

function hookLines({ user, agent, tool }: Lines, path: string): string[] {
  const prompt = { promptSource: "sdk", turnOrigin: "sdk" };
  const question = { question: "Which?", options: [{ label: "One" }] };
  const todos = [{ content: "Test it", status: "pending" }];
  return [
    user("Add refunds. They must ship by Friday. Never log cards.", prompt),
    ...tool("TodoWrite", { todos }, { oldTodos: [], newTodos: todos }),
    ...tool("Bash", { command: "npm test -- refunds" }, {
      stdout: "4 passed",
      stderr: "",
      interrupted: false,
    }),
    ...tool("Edit", { file_path: path, old_string: "a", new_string: "b" }, {
      filePath: path,
      oldString: "a",
      newString: "function refund() {}",
      structuredPatch: [],
    }),
    ...tool("Read", { file_path: path }, { file: { filePath: path } }),
    ...tool("AskUserQuestion", { questions: [question] }, {
      questions: [question],
      answers: { "Which?": "One" },
    }),
    ...tool("ExitPlanMode", { plan: "# Plan\n1. Do it" }, {
      plan: "# Plan\n1. Do it",
      filePath: path,
    }),
    agent({
      type: "text",
      text: "I tried a lock, but it deadlocks. Should the fee stay?",
    }),
    user("Yes, keep the fee. Use cents, not floats.", prompt),
    agent({ type: "text", text: "Done. Next:\n- Write the docs" }),
  ];
}
