import { ensureBuilt } from "./build.ts";
import { inMemory } from "./in_memory.ts";

/**
 * The long form of the tests of faults: each command's process is killed two
 * hundred times, `pause` a thousand times. `SEED=…` takes other moments. Then
 * every command in all its forms, by the binary, on every hostile store, and on a
 * disk that is full or read-only; and a store of ten thousand files migrates.
 */
if (import.meta.main) {
  const binary = await ensureBuilt();
  const [program, ...args] = inMemory([
    Deno.execPath(),
    ...["test", "--allow-all", "--no-check", "--parallel"],
    ...Deno.args,
    ...["kill", "kill_pause", "kill_writers", "mounts", "undo_crash"]
      .map((part) => `tests/faults/${part}_test.ts`),
    ...["files", "contents", "git"]
      .map((part) => `tests/e2e/hostile_${part}_test.ts`),
    "tests/e2e/migrate_test.ts",
  ]);
  const { code } = await new Deno.Command(program!, {
    args,
    env: { NO_COLOR: "1", MPM_BIN: binary, MPM_SOAK: "1" },
    stdin: "null",
  }).spawn().status;
  Deno.exit(code);
}
