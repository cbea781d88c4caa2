import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ClientHome } from "../helpers/all_clients.ts";
import { tell } from "../helpers/captures.ts";
import {
  CLIENT_NAMES,
  type ClientName,
  clientsSoak,
  textsOf,
} from "../helpers/real_clients.ts";

/** The commands of the agent in each client, in one call of its tool. */
const WORK: readonly (readonly [ClientName, string])[] = [
  [
    "claude",
    "echo 'export const cents = 1n;' > ledger.ts && " +
    "mpm decide 'use bigint cents, not floats' && " +
    "mpm next 'test the refund of 0.1 + 0.2' && " +
    "mpm pause -m 'the ledger counts in cents'",
  ],
  [
    "codex",
    "echo 'if (cents !== 1n) throw 1;' > ledger_test.ts && " +
    "mpm block 'STAGING_DB is read-only' && " +
    "mpm pause -m 'the refund has a test'",
  ],
  [
    "gemini",
    "git add -A && git commit -q -m 'Count in cents' && " +
    "mpm pause -m 'committed'",
  ],
];

clientsSoak(
  CLIENT_NAMES,
  "work begins in Claude Code and ends in Gemini CLI",
  async () => {
    const steps: ReturnType<ReturnType<ClientHome["get"]>["shell"]>[][] = [];
    let calls = 0;
    await using home = new ClientHome(CLIENT_NAMES, {
      answer: ({ tools }) => tools?.length ? steps[calls++] : undefined,
    });
    tell("mpm setup --yes", home.mpm("setup", "--yes"));
    const doctor = home.env.run("mpm", ["doctor"]).stdout;
    tell("mpm doctor", doctor);
    for (const title of ["Codex", "Gemini", "opencode", "Copilot"]) {
      assertStringIncludes(doctor, title);
    }
    for (const [index, [name, work]] of WORK.entries()) {
      let prompt = "Make refunds exact to the cent.";
      if (index > 0) {
        const { take_over: start } = home.json("resume", "--in", name);
        prompt = start.args.at(-1);
        tell(`mpm resume --in ${name}`, start.args.join(" "));
      }
      const asked = home.api.requests.length;
      const line = work.replaceAll(/\bmpm /g, `${join(home.bin, "mpm")} `);
      calls = steps.push([home.get(name).shell(line)]) - 1;
      const { status, stderr } = await home.get(name).run(prompt);
      assertEquals([name, status], [name, 0], stderr);
      const sent = home.api.requests.slice(asked).map(textsOf);
      const first = sent.find((text) => text.includes("refunds exact")) ?? "";
      const facts = [
        ["refunds exact to the cent"],
        ["use bigint cents", "test the refund of 0.1", "counts in cents"],
        ["STAGING_DB", "the refund has a test", "use bigint cents"],
      ][index]!;
      assertEquals([name, facts.filter((fact) => !first.includes(fact))], [
        name,
        [],
      ]);
      tell(`${name}: the agent runs`, work.replaceAll(" && ", " &&\n"));
      tell(`${name}: its answer`, sent.at(-1)!.slice(-1500));
      tell(`mpm saves, after ${name}`, home.mpm("saves"));
    }
    assertEquals(home.env.git("status", "--porcelain", "--", "*.ts"), "");
    const { session, items } = home.json("resume", "--peek");
    const goals = items.filter(({ kind }: { kind: string }) => kind === "goal");
    assertEquals(goals.map(({ text }: { text: string }) => text), [
      "Make refunds exact to the cent.",
    ]);
    assertEquals(session.mpm.agent.name, "gemini-cli");
    const timeline = home.mpm("timeline");
    tell("mpm timeline", timeline);
    assertEquals(timeline.match(/▶ agent/g)?.length, WORK.length);
    tell("mpm resume --peek", home.mpm("resume", "--peek"));
  },
);
