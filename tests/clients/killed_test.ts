import { assert, assertEquals } from "@std/assert";
import { ClientHome } from "../helpers/all_clients.ts";
import type { Block } from "../helpers/mock_api.ts";
import { CLIENT_NAMES, clientsSoak } from "../helpers/real_clients.ts";

/** Kills the process that mpm's hooks recorded as the client. */
const KILL = "kill -9 $(sed -n 's/.*\"pid\":\\([0-9]*\\).*/\\1/p' " +
  ".claude-mpm/state/agents/*.presence.json)";

for (const name of CLIENT_NAMES) {
  // Claude Code has its own test, which uses its own files.
  if (name === "claude") continue;
  clientsSoak([name], "what it did is saved after it was killed", async () => {
    const steps: Block[][] = [];
    await using home = new ClientHome([name], { steps });
    home.mpm("start", "Make the greeting polite");
    home.installHooks(name);
    const saves = () => home.json("saves", "list").sessions;
    // A client refuses a command that kills processes.
    home.env.write("end.sh", KILL);
    const client = home.get(name);
    steps.push([client.shell("echo done > made.txt")], [
      client.shell("sh end.sh"),
    ]);
    const killed = await client.run("Remember WORD-1.");
    assert(killed.status !== 0, killed.stdout);
    assertEquals([home.env.exists("made.txt"), saves().length], [true, 0]);
    steps.splice(0);
    // Copilot writes its events late. They may not be on the disk yet.
    if (name === "copilot") home.env.remove("../home/.copilot/session-state");
    const next = await client.run("Go on.");
    assertEquals(next.status, 0, next.stderr);
    const found = saves().map(({ session_id: id }: { session_id: string }) =>
      home.json("saves", "show", id).session
    );
    const recovered = found.filter(({ conversation }: {
      conversation: { summary: string };
    }) => conversation.summary.startsWith("Recovered after the client"));
    assertEquals(recovered.length, 1, JSON.stringify(found));
    assert(recovered[0].conversation.summary.includes("WORD-1"));
    assert(recovered[0].mpm.agent.session_id !== next.session);
  });
}
