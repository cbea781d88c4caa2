import { assertEquals } from "@std/assert";
import { ClientHome } from "../helpers/all_clients.ts";
import {
  CLIENT_NAMES,
  type ClientName,
  clientsSoak,
  textsOf,
} from "../helpers/real_clients.ts";

/**
 * The clients in turn, so that each hands over and receives a conversation.
 * Opencode is the last one: others can read its conversations only through its
 * mpm plugin.
 */
const ROUND: readonly ClientName[] = [
  ...["claude", "codex", "gemini", "copilot", "claude", "opencode"] as const,
];

// The client's `carry.ts` lists only versions that this test proves.
clientsSoak(
  CLIENT_NAMES,
  "a conversation goes round, as a session of each",
  async () => {
    await using home = new ClientHome(CLIENT_NAMES, {
      answer({ messages, tools }) {
        const words = JSON.stringify(messages).matchAll(/WORD-(\d+)/g);
        const word = [...words].at(-1)?.[1];
        return tools?.length && word
          ? [{ type: "text", text: `ANSWER-${word}` }]
          : undefined;
      },
    });
    let { session } = await home.get(ROUND[0]!).run("Remember WORD-0.");
    for (const [index, to] of ROUND.entries()) {
      if (index === 0) continue;
      const carried = home.json("carry", session, "--to", to);
      assertEquals([to, carried.reason], [to, null]);
      const asked = home.api.requests.length;
      const ended = await home.get(to)
        .goOn(carried.start, `Remember WORD-${index}.`);
      assertEquals([to, ended.status], [to, 0]);
      const request = home.api.requests.slice(asked).map(textsOf)
        .find((text) => text.includes(`WORD-${index}`)) ?? "";
      const before = [...ROUND.slice(0, index).keys()]
        .flatMap((at) => [`WORD-${at}`, `ANSWER-${at}`]);
      const missing = before.filter((word) => !request.includes(word));
      assertEquals([to, missing], [to, []]);
      session = ended.session;
    }
  },
);
