import { join } from "../../base/join.ts";
import { toYaml } from "../../base/yaml.ts";
import { type Carried, type Carrying, jsonLines, uuidOf } from "../carried.ts";

/** Writes a conversation as a session folder of Copilot CLI. */
export const carrying: Carrying = {
  versions: ["1.0.102"],
  session({ turns }, { home, cwd, branch, id, now, version }) {
    const time = now.toISOString();
    const events = [
      {
        type: "session.start",
        timestamp: time,
        data: {
          sessionId: id,
          version: 1,
          producer: "mpm",
          copilotVersion: version,
          startTime: time,
          context: { cwd, gitRoot: cwd, ...branch === null ? {} : { branch } },
        },
      },
      ...turnEvents(turns, id).map((event) => ({
        ...event,
        timestamp: event.timestamp || time,
      })),
    ];
    const idOf = (index: number) => uuidOf(`${id} event ${index}`);
    const lines = events.map((event, index) => ({
      ...event,
      id: idOf(index),
      parentId: index === 0 ? null : idOf(index - 1),
    }));
    const folder = join(home, "session-state", id);
    const workspace = {
      ...{ id, cwd, git_root: cwd, branch: branch ?? "" },
      ...{ name: "Carried over by mpm", user_named: false, summary_count: 0 },
      ...{ created_at: time, updated_at: time },
    };
    return {
      id,
      files: [
        { path: join(folder, "events.jsonl"), text: jsonLines(lines) },
        { path: join(folder, "workspace.yaml"), text: toYaml(workspace) },
      ],
      resume: [`--resume=${id}`],
    };
  },
};

function turnEvents(turns: Carried["turns"], id: string) {
  return turns.flatMap(({ role, at, text }, index) => {
    const interactionId = uuidOf(`${id} interaction ${index >> 1}`);
    const turnId = String(index >> 1);
    const messageId = uuidOf(`${id} message ${index}`);
    const all = role === "user"
      ? [{
        type: "user.message",
        data: {
          ...{ content: text, transformedContent: text },
          ...{ messageId, interactionId, turnId },
        },
      }]
      : [
        { type: "assistant.turn_start", data: { turnId, interactionId } },
        {
          type: "assistant.message",
          data: {
            ...{ messageId, content: text, toolRequests: [] },
            ...{ interactionId, turnId },
          },
        },
        { type: "assistant.turn_end", data: { turnId } },
      ];
    return all.map((event) => ({ ...event, timestamp: at }));
  });
}
