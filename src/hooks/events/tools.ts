import { noteSubagent } from "../../agents/mod.ts";
import { handedTo } from "./handed.ts";
import {
  changeAgentFile,
  type HookAnswer,
  mayChangeFiles,
  tasksFromJson,
  withTask,
} from "../../clients/mod.ts";
import { textField } from "../../base/parsed_values.ts";
import { redactorOf } from "../../secrets/mod.ts";
import {
  isWork,
  keepActivity,
  noteActivity,
  readActivity,
  scheduledPrompts,
} from "./activity.ts";
import { keepNotes } from "./notes.ts";
import { letThroughNext, takePending } from "./prompts.ts";
import { startCheckpoint, startDigest, startStepTree } from "./background.ts";
import { watchGauge } from "./gauge.ts";
import { verifications } from "./verifications.ts";
import type { Handler, HookCall } from "./hook_call.ts";

/** Checks the gauge after a step, and takes a checkpoint if due. */
export const onToolsUsed: Handler = async (hook) => {
  const calls = callsOf(hook);
  const [, answer] = await Promise.all([
    keepTree(hook, calls),
    hook.input.subagent ? {} : afterTools(hook, calls),
  ]);
  return answer;
};

async function afterTools(
  hook: HookCall,
  calls: readonly unknown[],
): Promise<HookAnswer> {
  const { answer } = await watchGauge(hook);
  const prompts = scheduledPrompts(calls);
  if (prompts.length > 0) {
    await letThroughNext(hook.context.system, hook.session, prompts);
  }
  if (hook.invited) await keepTrack(hook, calls);
  if (hook.event === "Stop") {
    await endTurn(hook);
    // A text for the agent would begin another turn.
    return { message: answer.message ?? "" };
  }
  await keepNotes(hook, await verifications(hook));
  const told = takePending(hook);
  return told === ""
    ? answer
    : { ...answer, context: [told, answer.context ?? ""].join("\n").trim() };
}

/** Stores the end of the turn, while another process starts. */
async function endTurn(hook: HookCall): Promise<void> {
  // The new process reads the notes long after they are written.
  const starting = hook.invited ? startDigest(hook) : undefined;
  await Promise.all([starting, keepNotes(hook)]);
}

function callsOf({ event, input }: HookCall): readonly unknown[] {
  if (event === "Stop") return [];
  const calls = input.value("tool_calls") ?? [{
    tool_name: input.value("tool_name"),
    tool_input: input.value("tool_input"),
  }];
  return Array.isArray(calls) ? calls : [];
}

/** Starts a checkpoint of the tree after a batch that may have changed it. */
async function keepTree(
  hook: HookCall,
  calls: readonly unknown[],
): Promise<void> {
  const { event, config, invited } = hook;
  const wanted = invited && event === "PostToolBatch" &&
    config["checkpoint.every"] === "batch";
  if (!wanted || !calls.some(isChange)) return;
  const ids = calls.map((call) => textField(call, "tool_use_id"))
    .filter((id) => id !== undefined);
  if (ids.length > 0) await startStepTree(hook, ids.slice(-MOST_CALLS));
}

function isChange(call: unknown): boolean {
  return mayChangeFiles(textField(call, "tool_name"));
}

/** The maximum number of calls of one batch whose IDs are passed on. */
const MOST_CALLS = 50;

/** Records that work was done, and starts a checkpoint in the background. */
async function keepTrack(
  hook: HookCall,
  calls: readonly unknown[],
): Promise<void> {
  const { context: { system }, config, invited, session } = hook;
  const before = readActivity(hook);
  const now = system.now().getTime();
  const worked = isWork(calls);
  const pause = config["checkpoint.auto_minutes"] * 60_000;
  const due = before.checkpoint === undefined ||
    now - before.checkpoint >= pause || now < before.checkpoint;
  if (worked && !due) noteActivity(hook);
  if (!due) return;
  if (invited) {
    const at = worked ? now : before.at;
    keepActivity(system, session, { at, checkpoint: now });
  }
  await startCheckpoint(hook);
}

/** Stores the agent's tasks, since their files may be gone later. */
export const onTask: Handler = async (hook) => {
  const { context: { system }, config, input, session, event } = hook;
  const invited = hook.invited && config["handoff.tasks"];
  const id = input.text("task_id") ?? input.value("task_id");
  const subject = input.text("task_subject");
  if (!invited || subject === undefined) return {};
  if (typeof id !== "string" && typeof id !== "number") return {};
  await changeAgentFile(system, session, {
    file: "tasks",
    change: (value) => ({
      version: 1,
      tasks: withTask(tasksFromJson(value), {
        id: String(id),
        subject,
        description: input.text("task_description") ?? "",
        completed: event === "TaskCompleted",
      }, redactorOf(system)),
    }),
  });
  return {};
};

/** Records a sub-agent's start or stop; one in a compaction only stops. */
export const onSubagent: Handler = async (hook) => {
  const { context: { system }, session, input, event, invited } = hook;
  const began = event === "SubagentStart";
  if (!invited) return {};
  await noteSubagent(system, { session, input, began });
  // The sub-agent inside a compaction has no type.
  if (!began || !input.text("agent_type")) return {};
  const { text, message } = await handedTo(hook);
  return { context: text, message };
};
