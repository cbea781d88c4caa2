import { join } from "../../base/join.ts";
import { type Carrying, uuidOf } from "../carried.ts";

/** Writes a file for an option, and nothing into the client's folders. */
export const carrying: Carrying = {
  versions: ["0.61.0"],
  session({ turns }, { scratch, id, now }) {
    const session = {
      sessionId: id,
      projectHash: id,
      startTime: turns[0]?.at || now.toISOString(),
      lastUpdated: now.toISOString(),
      kind: "main",
      messages: turns.map(({ role, at, text }, index) => ({
        id: uuidOf(`${id} ${index}`),
        timestamp: at,
        ...role === "user"
          ? { type: "user", content: [{ text }] }
          : { type: "gemini", content: text },
      })),
    };
    const path = join(scratch, `carried-${id}.json`);
    return {
      id,
      files: [{ path, text: JSON.stringify(session) }],
      resume: ["--session-file", path],
    };
  },
};
