import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { PauseResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpmJson } from "../helpers/mpm.ts";
import { programTest } from "../helpers/programs.ts";

/** Programs for signing, and functions that make and set a key for each. */
const SIGNERS: Record<string, (env: TestEnv) => void> = {
  "ssh-keygen"(env) {
    const key = join(env.home, "key");
    env.run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    const signers = join(env.home, "signers");
    const known = Deno.readTextFileSync(`${key}.pub`);
    Deno.writeTextFileSync(signers, `ada@example.com ${known}`);
    env.git("config", "gpg.format", "ssh");
    env.git("config", "user.signingkey", key);
    env.git("config", "gpg.ssh.allowedSignersFile", signers);
  },
  gpg(env) {
    const name = "Ada Lovelace <ada@example.com>";
    env.run("gpg", [
      ...["--batch", "--pinentry-mode", "loopback", "--passphrase", ""],
      ...["--quick-generate-key", name, "ed25519", "sign", "never"],
    ]);
  },
};

for (const [program, setKey] of Object.entries(SIGNERS)) {
  programTest(
    `pause --commit signs with ${program} if git is configured to sign`,
    [program],
    async () => {
      using env = TestEnv.repository();
      setKey(env);
      env.git("config", "commit.gpgsign", "true");
      env.write("staged.txt", "1\n");
      env.git("add", "staged.txt");
      const paused = (...args: string[]) =>
        mpmJson<PauseResult>(env, ["pause", ...args]);
      const { session_id: id, branch_commit: commit } = await paused(
        "--commit",
      );
      assertEquals([commit?.made, commit?.reason], [true, null]);
      assertEquals(env.git("rev-parse", "HEAD"), commit!.sha);
      env.git("verify-commit", "HEAD");
      assertEquals(env.git("log", "-1", "--format=%G?"), "G");
      const names = env.git("show", "--format=", "--name-only", "HEAD");
      assertEquals(names.split("\n").filter((name) => !name.includes(id)), []);
      assertEquals(env.git("status", "--porcelain"), "A  staged.txt");
      // The commits of mpm's refs are not signed.
      const own = env.git("log", "--format=%G?", "--glob=refs/mpm/*");
      assertEquals(own.split("\n").slice(0, 2), ["N", "N"]);

      env.git("config", "user.signingkey", join(env.home, "no-such-key"));
      const head = env.git("rev-parse", "HEAD");
      const next = await paused("--commit", "Without a key");
      assertEquals(next.branch_commit?.made, false);
      assertStringIncludes(next.branch_commit!.reason!, "commit-tree");
      assertEquals([next.commit.made, next.contents?.kept], [true, true]);
      assertEquals(env.git("rev-parse", "HEAD"), head);
      if (program === "gpg") env.run("gpgconf", ["--kill", "gpg-agent"]);
    },
  );
}
