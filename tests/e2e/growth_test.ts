import { assert } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";
import { soakTest } from "../helpers/posix.ts";
import { say } from "../helpers/say.ts";

const MIB = 1024 * 1024;

/** Bytes on the disk below the repository's git folder. */
function sizeOf(env: TestEnv): number {
  return 1024 * Number(env.run("du", ["-sk", ".git"]).stdout.split("\t")[0]);
}

soakTest(
  "1,000 pauses with equal contents hardly grow a repository",
  async () => {
    using env = TestEnv.repository();
    for (let count = 0; count < 10; count++) {
      env.write(
        `f${count}`,
        `${count}\n`,
      );
    }
    const before = sizeOf(env);
    let time = Date.UTC(2026, 10, 20, 12);
    const pause = async (times: number) => {
      const start = performance.now();
      for (let count = 0; count < times; count++) {
        const now = new Date(time += 1000);
        const { status, stderr } = await mpm(env, ["pause", "-q", "x"], {
          now: () => now,
        });
        assert(status === 0, stderr);
      }
      return (performance.now() - start) / times;
    };
    const first = await pause(20);
    await pause(960);
    const last = await pause(20);
    const grown = sizeOf(env) - before;
    env.git("gc", "-q", "--prune=now");
    const packed = sizeOf(env) - before;
    const mb = (bytes: number) => (bytes / MIB).toFixed(1);
    say(
      `1,000 pauses: ${mb(grown)} MiB more, ${
        mb(packed)
      } MiB after gc; a pause ` +
        `took ${first.toFixed()} ms at first and ${last.toFixed()} ms at last`,
    );
    assert(grown <= 12 * MIB && packed <= MIB && last < 1.5 * first);
  },
);
