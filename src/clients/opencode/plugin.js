// Connects opencode with mpm (version @version@). It reports events to mpm,
// gives its answers to the agent, and keeps a transcript for mpm. "mpm hooks
// uninstall" removes this file. Nothing here may throw or wait for long: the
// client would suffer.
import { spawnSync } from "node:child_process";
import { appendFileSync, statSync, unlinkSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import process from "node:process";

const MPM = "@binary@";
const MARK = "--installed-by=mpm/@version@";
const CLAIMS = "@claims@";

// Milliseconds for an answer, and of the rest after mpm was gone or too slow.
const PATIENCE = 5000;
const REST = 60_000;

// Characters of one text of a transcript, bytes of all, and lines that wait
// until mpm made it.
const LONGEST = 32_000;
const LARGEST = 256 * 1024 * 1024;
const MOST_WAITING = 500;

// Tools that only read are reported once in as many milliseconds. mpm is asked
// before an agent is started and, for claims, before a file is changed.
const READERS = new Set(["read", "glob", "grep", "list", "skill", "webfetch"]);
const PAUSE = 10_000;
const EDITORS = ["edit", "write", "patch", "apply_patch"];
const ASKED = new Set(["task", ...CLAIMS ? EDITORS : []]);

const given = process.platform === "win32"
  ? process.env.LOCALAPPDATA
  : process.env.XDG_STATE_HOME;
const state = given && isAbsolute(given)
  ? given
  : join(homedir(), ".local", "state");
const FOLDER = join(state, "mpm", "opencode");

let restUntil = 0;

function safely(work) {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function shorter(_, value) {
  return typeof value === "string" && value.length > LONGEST
    ? `${value.slice(0, LONGEST / 2)}\n…\n${value.slice(-LONGEST / 2)}`
    : value;
}

// Reports an event, and returns the answer of mpm.
function ask(event, fields) {
  if (Date.now() < restUntil) return {};
  // The variables of a Claude Code around it are about another session.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^CLAUDE/.test(name)),
  );
  const args = ["hook", event, "--client=opencode", MARK];
  const { error, status, stdout } = spawnSync(MPM, args, {
    input: JSON.stringify({ hook_event_name: event, ...fields }, shorter),
    ...{ env, encoding: "utf8", windowsHide: true },
    ...{ timeout: PATIENCE, killSignal: "SIGKILL", maxBuffer: 1024 * 1024 },
    stdio: ["pipe", "pipe", "ignore"],
  });
  if (error) restUntil = Date.now() + REST;
  return status === 0 && stdout ? safely(() => JSON.parse(stdout)) ?? {} : {};
}

// Returns whether a part of a message changes no more.
function isFinal({ type, state, time, synthetic }, role) {
  if (type === "tool") return ["completed", "error"].includes(state?.status);
  if (type === "text") return !synthetic && (role === "user" || time?.end > 0);
  return type === "reasoning" ? time?.end > 0 : type !== "step-start";
}

class Mpm {
  #client;
  #cwd;
  #sessions = new Map();
  // Sub-agents, with the sessions that started them.
  #parents = new Map();
  #messages = new Map();
  #done = new Set();
  #calls = new Map();

  constructor(client, cwd) {
    this.#client = client;
    this.#cwd = cwd;
  }

  // The session of a person: this one, or that of this sub-agent.
  #of(id) {
    const root = this.#parents.get(id) ?? id;
    if (!this.#sessions.has(root)) {
      const path = join(FOLDER, `${String(root).replace(/\W/g, "")}.jsonl`);
      this.#sessions.set(root, { id: root, path, waiting: [], reported: 0 });
    }
    return this.#sessions.get(root);
  }

  #ask(event, id, fields) {
    const { id: session_id, path: transcript_path } = this.#of(id);
    const answer = ask(event, {
      ...{ session_id, transcript_path, cwd: this.#cwd },
      ...this.#parents.has(id) && { agent_id: id },
      ...fields,
    });
    const { message } = answer;
    if (message) {
      const body = { message, variant: "info", title: "mpm" };
      this.#client.tui?.showToast?.({ body })?.catch?.(() => {});
    }
    return answer;
  }

  // Adds to the transcript, which is there if mpm wants it.
  #keep(id, line) {
    const { path, waiting, started } = this.#of(id);
    waiting.push({ time: Date.now(), ...line });
    if (!started) return void waiting.splice(0, waiting.length - MOST_WAITING);
    const lines = waiting.splice(0).map((one) => JSON.stringify(one, shorter));
    safely(() => {
      if (statSync(path).size > LARGEST) return;
      appendFileSync(path, `${lines.join("\n")}\n`);
    });
  }

  #message(info, past) {
    const { id, sessionID, role, modelID, path, time, error } = info;
    const [summary, done] = [info.summary === true, time?.completed ?? error];
    if (this.#messages.has(id) && !done) return;
    this.#messages.set(id, { role, summary });
    const kept = { id, sessionID, role, modelID, path, time, error, summary };
    this.#keep(sessionID, { ...past, type: "message", info: kept });
  }

  // Keeps a part once it changes no more; returns whether this is the time.
  #part(part, past) {
    const { role, summary } = this.#messages.get(part.messageID) ?? {};
    const key = part.callID ?? part.id;
    if (part.type === "tool") this.#calls.set(key, part);
    if (!isFinal(part, role) || this.#done.has(key)) return false;
    this.#done.add(key);
    this.#calls.delete(key);
    const id = part.sessionID;
    const session = this.#of(id);
    const step = part.type === "step-finish" && { summary, ...session.model };
    this.#keep(id, { ...past, type: "part", part, ...step });
    if (part.type === "text" && role === "assistant") {
      if (summary) session.summary = part.text;
      else if (!this.#parents.has(id)) session.last = part.text;
    }
    return true;
  }

  // What was said before mpm saw the session, if its transcript is new.
  async #keepPast({ id, path }) {
    if (statSync(path).size > 0) return;
    const info = { id, directory: this.#cwd };
    this.#keep(id, { type: "session", info });
    let timer;
    const late = new Promise((done) => timer = setTimeout(done, PATIENCE));
    const asked = this.#client.session.messages({ path: { id } });
    const answer = await Promise.race([asked, late])
      .finally(() => clearTimeout(timer));
    for (const { info, parts } of answer?.data ?? []) {
      const past = { time: info.time?.created ?? 0 };
      this.#message(info, past);
      parts.forEach((part) => this.#part(part, past));
    }
  }

  #events = {
    "session.created": ({ info }) => {
      const { id, parentID, agent, title, version, directory } = info;
      if (parentID) this.#parents.set(id, this.#of(parentID).id);
      else this.#of(id).isNew = true;
      const kept = { id, parentID, agent, title, version, directory };
      this.#keep(id, { type: "session", info: kept });
      if (parentID) this.#ask("SubagentStart", id, { agent_type: agent });
    },
    "session.updated": ({ info: { id, revert } }) => {
      const session = this.#of(id);
      const messageID = revert?.messageID ?? null;
      if ((session.revert ?? null) === messageID) return;
      session.revert = messageID;
      this.#keep(id, { type: "revert", messageID });
    },
    "session.deleted": ({ info: { id } }) => {
      if (!this.#parents.has(id)) unlinkSync(this.#of(id).path);
    },
    "session.error": ({ sessionID, error }) => {
      if (!sessionID || error?.name === "MessageAbortedError") return;
      const error_details = error?.data?.message;
      this.#ask("StopFailure", sessionID, {
        error: error?.name,
        error_details,
      });
    },
    "session.idle": ({ sessionID }) => {
      const { started, last } = this.#of(sessionID);
      const event = this.#parents.has(sessionID) ? "SubagentStop" : "Stop";
      if (!started) return;
      this.#ask(event, sessionID, { last_assistant_message: last });
    },
    "session.compacted": ({ sessionID }) => {
      const session = this.#of(sessionID);
      const [trigger, compact_summary] = ["auto", session.summary ?? ""];
      this.#ask("PostCompact", sessionID, { trigger, compact_summary });
      const answer = this.#ask("SessionStart", sessionID, {
        source: "compact",
      });
      session.again = answer.context;
    },
    "message.updated": ({ info }) => this.#message(info),
    "message.removed": ({ sessionID, messageID }) => {
      this.#keep(sessionID, { type: "removed", messageID });
    },
    "message.part.updated": ({ part }) => {
      const { tool, callID, state } = part;
      if (!this.#part(part) || state?.status !== "error") return;
      this.#ask("PostToolUseFailure", part.sessionID, {
        ...{ tool_name: tool, tool_use_id: callID, tool_input: state.input },
        error: String(state.error ?? ""),
      });
    },
  };

  // Begins a session, and returns the text for its agent.
  async #begin(session) {
    if (session.started) return undefined;
    const { id, isNew } = session;
    const source = isNew ? "startup" : "resume";
    const answer = this.#ask("SessionStart", id, { source });
    session.started = true;
    // Without a transcript nothing is kept.
    if (!isNew) await this.#keepPast(session).catch(() => {});
    return answer.context;
  }

  #handlers = {
    event: ({ event }) => this.#events[event.type]?.(event.properties),
    "chat.params": ({ sessionID, model }) => {
      if (this.#parents.has(sessionID)) return;
      const window = model?.limit?.context;
      this.#of(sessionID).model = { window, model: model?.id };
    },
    "chat.message": async ({ sessionID }, { message, parts }) => {
      if (this.#parents.has(sessionID)) return;
      const begun = await this.#begin(this.#of(sessionID));
      const prompt = parts
        .filter(({ type, synthetic }) => type === "text" && !synthetic)
        .map(({ text }) => text).join("\n");
      const prompt_id = message.id;
      const answer = this.#ask("UserPromptSubmit", sessionID, {
        ...{ prompt, prompt_id },
      });
      const text = [begun, answer.context].filter(Boolean).join("\n\n");
      if (text === "" || parts.length === 0) return;
      const { id, messageID } = parts.at(-1);
      // Parts are in the order of their ids.
      const place = { id: `${id}m`, messageID, sessionID };
      parts.push({ ...place, type: "text", text, synthetic: true });
    },
    "shell.env": ({ sessionID }, { env }) => {
      if (!sessionID) return;
      env.MPM_AGENT_CLIENT = "opencode";
      env.MPM_AGENT_SESSION = this.#of(sessionID).id;
    },
    "tool.execute.before": ({ tool, sessionID, callID }, { args }) => {
      if (!ASKED.has(tool)) return;
      const { deny } = this.#ask("PreToolUse", sessionID, {
        ...{ tool_name: tool, tool_use_id: callID, tool_input: args },
      });
      // The client gives its message to the agent, and does not run the tool.
      return deny === undefined ? undefined : new Error(deny);
    },
    "tool.execute.after": ({ tool, sessionID, callID, args }, result) => {
      const { title, metadata, output } = result;
      const time = { end: Date.now() };
      const state = { status: "completed", input: args, output, title };
      const begun = this.#calls.get(callID);
      this.#part({
        ...{ type: "tool", tool, callID, sessionID },
        ...{ id: begun?.id, messageID: begun?.messageID },
        state: { ...state, metadata, time },
      });
      const session = this.#of(sessionID);
      if (READERS.has(tool) && time.end - session.reported < PAUSE) return;
      session.reported = time.end;
      const answer = this.#ask("PostToolBatch", sessionID, {
        tool_calls: [{
          ...{ tool_name: tool, tool_use_id: callID, tool_input: args },
          tool_response: output,
        }],
      });
      const { context } = answer;
      if (context) result.output = `${output}\n\n${context}`;
    },
    "experimental.session.compacting": ({ sessionID }, output) => {
      const { context } = this.#ask("PreCompact", sessionID, {
        trigger: "auto",
      });
      if (context) output.context.push(context);
    },
    "experimental.chat.system.transform": ({ sessionID }, { system }) => {
      if (!sessionID || this.#parents.has(sessionID)) return;
      const { again } = this.#of(sessionID);
      if (again) system.push(again);
    },
    dispose: () => this.end(),
  };

  // The handlers, of which none throws but to say why a tool does not run.
  handlers() {
    return Object.fromEntries(
      Object.entries(this.#handlers).map(([name, handler]) => [
        name,
        async (...values) => {
          let denied;
          try {
            denied = await handler(...values);
          } catch {
            // The client continues.
          }
          if (denied instanceof Error) throw denied;
        },
      ]),
    );
  }

  end() {
    for (const session of this.#sessions.values()) {
      if (!session.started) continue;
      session.started = false;
      safely(() => this.#ask("SessionEnd", session.id, { reason: "other" }));
    }
  }
}

export const mpm = ({ client, directory }) => {
  const sessions = new Mpm(client, directory);
  // For a client that ends without disposing of its plugins.
  process.once("exit", () => sessions.end());
  return Promise.resolve(sessions.handlers());
};
