import { assert, assertEquals } from "@std/assert";
import type { SavesListResult } from "../../schemas/types.ts";
import { ClientHome } from "../helpers/all_clients.ts";
import { start } from "../helpers/mpm.ts";
import { clientsTest, textsOf } from "../helpers/real_clients.ts";
import { results, runIds } from "../helpers/tasks.ts";

const TASK = ".claude-mpm/tasks/review.yaml";

clientsTest(
  ["claude"],
  "a task gives it each item, and the hooks save its sessions",
  async () => {
    await using home = new ClientHome(["claude"], {
      answer: ({ tools }) =>
        tools?.length ? [{ type: "text", text: "Reviewed." }] : undefined,
    });
    const { env, api } = home;
    env.write("src/a.ts", "export const a = 1;\n");
    home.installHooks("claude");
    env.write(
      TASK,
      'items: { list: ["--help", src/a.ts] }\n' +
        'agent: { prompt: "{item}: review it", turns: 3 }\n',
    );
    home.mpm("allow", TASK);
    const { code, stderr } = await start(env, ["task", "run", "review"])
      .output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    const found = [...results(env, runIds(env)[0]!).values()];
    assertEquals(
      found.map(({ item, state, output }) => [item, state, output.trim()]),
      [["--help", "done", "Reviewed."], ["src/a.ts", "done", "Reviewed."]],
    );
    const asked = api.requests.map(textsOf);
    for (const item of ["--help", "src/a.ts"]) {
      assert(asked.some((text) => text.includes(`${item}: review it`)), item);
    }
    const { sessions } = home.json("saves", "list") as SavesListResult;
    assert(sessions.length > 0);
  },
);
