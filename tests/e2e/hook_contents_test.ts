import { assertEquals } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { eventJson } from "../helpers/hook_events.ts";
import { binary } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

posixTest(
  "a session that ends is saved, and its files after that",
  async () => {
    using env = TestEnv.repository();
    env.write(".claude-mpm/config.toml", "");
    env.write("new", "1\n");
    const fire = (event: string, fields: Record<string, unknown>) => {
      const script = 'printf %s "$1" | "$2" hook "$3"';
      const args = [
        script,
        "sh",
        eventJson(env, event, fields),
        binary(),
        event,
      ];
      assertEquals(env.run("sh", ["-c", ...args]).status, 0);
    };
    const call = { tool_name: "Edit", tool_input: {}, tool_use_id: "1" };
    fire("PostToolBatch", { tool_calls: [call] });
    fire("SessionEnd", { reason: "other" });
    const listed = env.run(binary(), ["saves", "list", "--json"]);
    const [{ session_id: id }] = JSON.parse(listed.stdout).sessions;
    const ref = `refs/mpm/contents/${id}`;
    const kept = async () => {
      for (let tries = 0; env.git("for-each-ref", ref) === ""; tries++) {
        if (tries === 1000) throw new Error("no contents");
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      assertEquals(env.git("show", `${ref}:worktree/new`), "1");
    };
    await kept();
    // The same after one that was killed before that.
    env.git("update-ref", "-d", ref);
    env.write(`.claude-mpm/state/uncopied/${id}.contents`, "");
    fire("SessionStart", { source: "startup" });
    await kept();
  },
);
