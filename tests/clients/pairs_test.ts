import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { ClientHome } from "../helpers/all_clients.ts";
import {
  CLIENT_NAMES,
  type ClientName,
  clientsSoak,
  textsOf,
} from "../helpers/real_clients.ts";

/** The prompt of the first client. */
const PROMPT = "Make refunds exact to the cent.";

/** Facts that the first client notes, and the command for each. */
const FACTS: ReadonlyMap<string, string> = new Map([
  ["use bigint cents, not floats", "mpm decide 'use bigint cents, not floats'"],
  ["test the refund of 0.1 + 0.2", "mpm next 'test the refund of 0.1 + 0.2'"],
  ["STAGING_DB is read-only", "mpm block 'STAGING_DB is read-only'"],
  ["may a refund be negative?", "mpm ask 'may a refund be negative?'"],
  ["LEDGER_PORT", "mpm var set LEDGER_PORT 4310"],
  ["4310", "true"],
  ["ledger.ts", "echo 'export const cents = 1n;' > ledger.ts"],
  ["refund half done", "true"],
]);

/** The names of clients in saves. */
const AGENTS: Record<ClientName, string> = {
  claude: "claude-code",
  codex: "codex",
  gemini: "gemini-cli",
  opencode: "opencode",
  copilot: "copilot-cli",
};

/** The commands of the first client, in one call of its tool. */
const WORK = [
  "mpm start billing 'bill in cents'",
  "mpm branch refunds 'refund in cents' --git-branch refunds",
  ...FACTS.values(),
  "mpm checkpoint save half-way",
  "mpm pause -m 'refund half done'",
].join(" && ");

/** The state of the project that every client has to find. */
function stateOf(home: ClientHome) {
  const { env } = home;
  return {
    head: env.git("rev-parse", "HEAD"),
    branch: env.git("branch", "--show-current"),
    changes: env.git("status", "--porcelain=v2", "--untracked-files=all"),
    file: env.read("ledger.ts"),
    checkpoints: home.json("checkpoint", "list").checkpoints
      .map(({ id }: { id: string }) => id),
    // A resumed session is active again.
    detour: home.mpm("status", "--tree")
      .replaceAll(/ \((?:paused|active)[^)]*\)/g, ""),
  };
}

/** Writes a row of the table of pairs, if requested. */
function sayPair(cells: readonly string[]): void {
  const file = Deno.env.get("MPM_PAIRS");
  if (!file) return;
  Deno.writeTextFileSync(file, `| ${cells.join(" | ")} |\n`, { append: true });
}

async function pair(
  home: ClientHome,
  { from, to, left }: {
    from: ClientName;
    to: ClientName;
    left: ReturnType<typeof stateOf>;
  },
): Promise<void> {
  const found = home.json("resume", "--in", to);
  assertEquals(found.take_over.program, join(home.bin, to));
  const prompt: string = found.take_over.args.at(-1);
  assertEquals(found.session.mpm.agent?.name, AGENTS[from]);
  const asked = home.api.requests.length;
  const { status } = await home.get(to).run(prompt);
  assertEquals(status, 0);
  const first = home.api.requests.slice(asked).map(textsOf)
    .find((text) => text.includes("Continue this work where it stopped."));
  assert(first !== undefined, `${to} sent no prompt`);
  const missing = [...FACTS.keys(), PROMPT]
    .filter((fact) => !first.includes(fact));
  assertEquals(missing, []);
  assertEquals(stateOf(home), left);
  const facts = FACTS.size + 1;
  sayPair([from, to, `${facts} of ${facts}`, "same", "same", "same"]);
}

for (const from of CLIENT_NAMES) {
  clientsSoak(CLIENT_NAMES, `each continues the work of ${from}`, async () => {
    const steps: ReturnType<ReturnType<ClientHome["get"]>["shell"]>[][] = [];
    let calls = 0;
    await using home = new ClientHome(CLIENT_NAMES, {
      // Only the first turn of the first client works.
      answer: ({ tools }) => tools?.length ? steps[calls++] : undefined,
    });
    home.mpm("init");
    home.installHooks(from);
    // Codex runs a login shell, which may set another PATH; Copilot CLI asks
    // before a program outside of the project runs by its path.
    const mpm = from === "codex" ? join(home.bin, "mpm") : "mpm";
    const work = WORK.replaceAll(/\bmpm /g, `${mpm} `);
    steps.push([home.get(from).shell(work)]);
    const { status } = await home.get(from).run(PROMPT);
    assertEquals(status, 0);
    const { messages } = home.api.requests.at(-1) ?? {};
    assert(home.env.exists("ledger.ts"), JSON.stringify(messages?.slice(-2)));
    home.uninstallHooks(from);
    const left = stateOf(home);
    assertEquals([left.branch, left.checkpoints], ["refunds", ["half-way"]]);
    for (const to of CLIENT_NAMES) await pair(home, { from, to, left });
  });
}
