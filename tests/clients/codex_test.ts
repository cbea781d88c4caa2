import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { HooksReport, SavesListResult } from "../../schemas/types.ts";
import { ClientHome } from "../helpers/all_clients.ts";
import { TestEnv } from "../helpers/env.ts";
import { binary } from "../helpers/mpm.ts";
import type { Block } from "../helpers/mock_api.ts";
import {
  clientsSoak,
  clientsTest,
  programOf,
  textsOf,
} from "../helpers/real_clients.ts";

const CODEX = ["codex"] as const;

/** A home with Codex, mpm's hooks in it, and a project that uses mpm. */
function withHooks(steps: Block[][] = []): ClientHome {
  const home = new ClientHome(CODEX, { steps });
  home.mpm("start", "Make the greeting polite");
  home.installHooks("codex");
  return home;
}

function saves(home: ClientHome): SavesListResult["sessions"] {
  return home.json("saves", "list").sessions;
}

clientsTest(CODEX, "its hooks save a session, and tell the next", async () => {
  const steps: Block[][] = [];
  await using home = withHooks(steps);
  const codex = home.get("codex");
  // A login shell has its own PATH.
  const pause = `${join(home.bin, "mpm")} pause -s 'Told by the agent' --json`;
  steps.push([codex.shell(`${pause} > p.json`)]);
  steps.push([codex.shell("echo more > more.txt")]);
  const first = await codex.run("Remember WORD-1.");
  assertEquals(first.status, 0, first.stderr);
  const told = JSON.parse(home.env.read("p.json"));
  // The agent's own command knows its session.
  const agentOf = (id: string) =>
    home.json("saves", "show", id).session.mpm.agent;
  const agent = agentOf(told.session_id);
  assertEquals([agent.name, agent.session_id], ["codex", first.session]);
  assert(agent.transcript_path.startsWith(join(home.env.home, ".codex")));
  const [last] = saves(home);
  assert(last!.session_id > told.session_id, "the end of the session is saved");
  assertEquals(agentOf(last!.session_id).session_id, first.session);
  const resumed = home.mpm("resume");
  assertStringIncludes(resumed, "WORD-1");
  assertStringIncludes(resumed, `codex resume ${first.session}`);
  const asked = home.api.requests.length;
  await codex.run("Go on.");
  const request = textsOf(home.api.requests[asked]!);
  assertStringIncludes(request, "<mpm-");
  assertStringIncludes(request, "WORD-1");
});

Deno.test("hooks test tries the hooks of every other client", () => {
  using env = TestEnv.repository();
  const others = Deno.env.has("MPM_SOAK")
    ? ["gemini", "opencode", "copilot"]
    : [];
  for (const client of ["codex", ...others]) {
    const options = ["--client", client];
    env.run(binary(), ["hooks", "install", ...options]);
    const { status, stdout } = env.run(binary(), [
      ...["hooks", "test", ...options],
    ]);
    assertEquals([client, status], [client, 0], stdout);
    assertStringIncludes(stdout, "All 4 checks passed.");
  }
});

clientsSoak(CODEX, "it continues when mpm is gone or fails", async () => {
  const steps: Block[][] = [];
  await using home = withHooks(steps);
  const codex = home.get("codex");
  const link = join(home.bin, "mpm");
  const scripts = ["exit 1", "exit 2", "kill -9 $$", undefined];
  for (const [at, script] of scripts.entries()) {
    Deno.removeSync(link);
    if (script !== undefined) {
      Deno.writeTextFileSync(link, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    const done = `${at}.txt`;
    steps.splice(0, 1, [codex.shell(`echo done > ${done}`)]);
    const ended = await codex.run("Go on.");
    assertEquals([script, ended.status], [script, 0]);
    assertEquals(home.env.read(done), "done\n");
    if (script === undefined) Deno.symlinkSync("/nowhere", link);
  }
});

/** A hook of the user, to which those of mpm are added. */
const USER_HOOK = `
[[hooks.Stop]]
[[hooks.Stop.hooks]]
type = "command"
command = "true"
`;

for (const form of ["hooks.json", "config.toml"]) {
  const name = `it runs hooks of ${form} once mpm sees them as trusted`;
  clientsSoak(CODEX, name, () => trustedHooks(form));
}

async function trustedHooks(form: string): Promise<void> {
  const steps: Block[][] = [];
  await using home = new ClientHome(CODEX, { steps });
  const config = join(home.env.home, ".codex/config.toml");
  if (form === "config.toml") {
    Deno.writeTextFileSync(config, USER_HOOK, { append: true });
  }
  home.mpm("start", "Make the greeting polite");
  home.installHooks("codex");
  const codex = home.get("codex");
  const untrusted = () => {
    const { stdout } = home.env.run(join(home.bin, "mpm"), [
      ...["hooks", "status", "--json"],
    ]);
    const { findings }: HooksReport = JSON.parse(stdout);
    return findings.filter(({ problem }) => problem === "untrusted");
  };
  assertEquals(untrusted().length, 1);
  const args = ["exec", "--skip-git-repo-check", "Go on."];
  await codex.start(args);
  assertEquals(saves(home).length, 0);
  for (const { key, currentHash } of await hooksOf(home)) {
    Deno.writeTextFileSync(
      config,
      `\n[hooks.state."${key}"]\ntrusted_hash = "${currentHash}"\n`,
      { append: true },
    );
  }
  assertEquals(untrusted(), []);
  steps.push([codex.shell("echo done > done.txt")]);
  await codex.start(args);
  assertEquals(saves(home).length, 1);
}

/** Asks Codex itself for its hooks. */
async function hooksOf(
  home: ClientHome,
): Promise<{ key: string; currentHash: string }[]> {
  const child = new Deno.Command(programOf("codex"), {
    args: ["app-server"],
    cwd: home.env.project,
    env: home.env.env(),
    clearEnv: true,
    ...{ stdin: "piped", stdout: "piped", stderr: "null" } as const,
  }).spawn();
  const writer = child.stdin.getWriter();
  const send = (value: unknown) =>
    writer.write(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
  await send({
    ...{ id: 1, method: "initialize" },
    params: { clientInfo: { name: "test", version: "1" } },
  });
  await send({ method: "initialized" });
  const params = { cwds: [home.env.project] };
  await send({ id: 2, method: "hooks/list", params });
  let text = "";
  try {
    for await (
      const part of child.stdout.pipeThrough(new TextDecoderStream())
    ) {
      text += part;
      const answer = text.split("\n").slice(0, -1).map((one) => JSON.parse(one))
        .find(({ id }) => id === 2);
      if (answer) {
        return answer.result.data.flatMap(
          ({ hooks }: { hooks: unknown[] }) => hooks,
        );
      }
    }
    throw new Error(`Codex did not answer: ${text}`);
  } finally {
    child.kill();
    await writer.abort().catch(() => {});
    await child.status;
  }
}
