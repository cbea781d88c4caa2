import { ensureBuilt } from "./build.ts";
import { clientVariables, findClients, sayClients } from "./client.ts";
import { findPrograms } from "./debian.ts";
import { wineForTests } from "./wine.ts";

/** Test files whose properties are tried with more cases. */
const PROPERTIES = [
  "clients/claude/settings/plan",
  "documents/document",
  "saves/normalize",
  "secrets/redact_property",
];

/**
 * The long form of the tests of faults: each command's process is killed two
 * hundred times, `pause` a thousand times. `SEED=…` chooses other moments. Each
 * command dies at every write. Properties are tried with more cases. Then every
 * command runs in all its forms with the binary, on every hostile store and on
 * a full or read-only disk. The binary prints the help of every command. A
 * hundred hooks fire at once. A store of ten thousand files migrates. Every
 * form of a detour ends despite each obstacle that was once found. Two builds
 * of one commit are the same. The binary for Windows is tried in Wine. The real
 * clients are fetched, and each continues the work of each.
 */
if (import.meta.main) {
  const binary = await ensureBuilt();
  const clients = await findClients();
  sayClients(clients);
  const wine = await wineForTests();
  const { path } = await findPrograms();
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["test", "--allow-all", "--no-check", "--parallel"],
      ...Deno.args,
      ...["src/team/merge_test.ts", "tests/faults/"],
      "tests/commands/sync_servers_test.ts",
      "tests/commands/detour_ways_test.ts",
      ...PROPERTIES.map((part) => `src/${part}_test.ts`),
      ...["binary", "hook_hostile", "hostile_projects", "migrate", "targets"]
        .map((part) => `tests/e2e/${part}_test.ts`),
      "tests/windows/",
      "tests/clients/",
    ],
    env: {
      NO_COLOR: "1",
      MPM_BIN: binary,
      MPM_SOAK: "1",
      ...clientVariables(clients),
      PATH: path,
      ...wine.env,
    },
    stdin: "null",
  }).spawn().status;
  await wine.stop();
  sayClients(clients);
  Deno.exit(code);
}
