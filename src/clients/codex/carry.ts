import { join } from "../../base/join.ts";
import { type Carrying, jsonLines } from "../carried.ts";

/** Writes a rollout of Codex CLI, which needs no entry in an index. */
export const carrying: Carrying = {
  versions: ["0.169.0"],
  session({ turns }, { home, cwd, id, now, version }) {
    const time = now.toISOString();
    const line = (timestamp: string, type: string, payload: unknown) => ({
      timestamp,
      type,
      payload,
    });
    const lines = [
      line(time, "session_meta", {
        id,
        timestamp: time,
        cwd,
        originator: "mpm",
        cli_version: version,
        source: "cli",
      }),
      // The model reads the items; the events are for the client's display.
      ...turns.flatMap(({ role, at, text }) => [
        line(at, "response_item", {
          type: "message",
          role,
          content: [{
            type: role === "user" ? "input_text" : "output_text",
            text,
          }],
        }),
        line(at, "event_msg", {
          type: role === "user" ? "user_message" : "agent_message",
          message: text,
        }),
      ]),
    ];
    const [day = "", clock = ""] = time.slice(0, 19).split("T");
    const name = `rollout-${day}T${clock.replaceAll(":", "-")}-${id}.jsonl`;
    const path = join(home, "sessions", ...day.split("-"), name);
    return {
      id,
      files: [{ path, text: jsonLines(lines) }],
      resume: ["resume", id],
    };
  },
};
