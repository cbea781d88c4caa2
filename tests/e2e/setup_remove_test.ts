import { assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "@std/path";
import type { TestEnv } from "../helpers/env.ts";
import { everything, usedHome } from "../helpers/used_home.ts";
import { copyBinary } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { ROOT } from "../helpers/tree.ts";

function run(env: TestEnv, program: string, ...args: string[]): string {
  const { status, stdout, stderr } = env.run(program, args);
  assertEquals(status, 0, `${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** The man pages and completions of this mpm, where the installer puts them. */
function placePages(env: TestEnv): void {
  const share = join(env.home, ".local/share");
  const put = (from: string, to: string) => {
    Deno.mkdirSync(dirname(join(share, to)), { recursive: true });
    Deno.copyFileSync(join(ROOT, from), join(share, to));
  };
  for (const { name } of Deno.readDirSync(join(ROOT, "man"))) {
    put(`man/${name}`, `man/man1/${name}`);
  }
  put("completions/mpm.bash", "bash-completion/completions/mpm");
  put("completions/mpm.zsh", "zsh/site-functions/_mpm");
}

posixTest(
  "the binary removes its installed files exactly, even after it moved",
  () => {
    using env = usedHome();
    const before = everything(env);
    const bin = join(env.root, "programs");
    Deno.mkdirSync(bin);
    const [old, moved] = [join(bin, "mpm"), join(bin, "mpm-moved")];
    copyBinary(old);
    placePages(env);
    run(env, old, "setup", "--yes", "--ignore");
    for (const scope of ["project", "user"]) {
      const more = ["--skills", "--statusline", "--scope", scope];
      run(env, old, "hooks", "install", ...more);
    }
    run(env, old, "context", "update");
    run(env, old, "pause", "Halfway");
    const installed = everything(env);
    Deno.renameSync(old, moved);
    const shown = run(env, moved, "setup", "--remove", "--yes");
    assertEquals(everything(env), before);
    assertStringIncludes(shown, "refs/mpm/saves/ (1 ref, ");
    run(env, moved, "undo");
    assertEquals(everything(env), installed);
    run(env, moved, "setup", "--remove", "--yes");
    assertEquals(everything(env), before);
  },
);
