import { join } from "../../base/join.ts";
import { type Carrying, jsonLines, uuidOf } from "../carried.ts";
import { projectSlug } from "./slug.ts";

/** A transcript of Claude Code. */
export const carrying: Carrying = {
  versions: ["2.1.329"],
  session({ turns }, { home, cwd, branch, id, version }) {
    const lines = turns.map(({ role, at, text }, index) => ({
      parentUuid: index === 0 ? null : uuidOf(`${id} ${index - 1}`),
      isSidechain: false,
      userType: "external",
      cwd,
      sessionId: id,
      version,
      gitBranch: branch ?? "",
      type: role,
      message: role === "user" ? { role, content: text } : {
        id: `msg_${uuidOf(`${id} message ${index}`).replaceAll("-", "")}`,
        type: "message",
        role,
        model: "mpm",
        content: [{ type: "text", text }],
        stop_reason: "end_turn",
        stop_sequence: null,
        usage: { input_tokens: 0, output_tokens: 0 },
      },
      uuid: uuidOf(`${id} ${index}`),
      timestamp: at,
    }));
    const path = join(home, "projects", projectSlug(cwd), `${id}.jsonl`);
    return {
      id,
      files: [{ path, text: jsonLines(lines) }],
      resume: ["--resume", id],
    };
  },
};
