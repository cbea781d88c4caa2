import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "@std/path";
import { filesBelow } from "../helpers/below.ts";
import {
  fakes,
  Installation,
  names,
  PLACED,
  SHELLS,
} from "../helpers/installation.ts";
import { posixTest } from "../helpers/posix.ts";
import { has } from "../helpers/programs.ts";

/** The man pages and completions of the user. */
const shareOf = ({ env }: Installation) => join(env.home, ".local", "share");

function write(path: string, text: string): void {
  Deno.mkdirSync(dirname(path), { recursive: true });
  Deno.writeTextFileSync(path, text);
}

posixTest(
  "install.sh puts man pages and completions into the right folders, and removes them",
  async () => {
    for (const shell of SHELLS) {
      await using installation = new Installation();
      const share = shareOf(installation);
      assertEquals((await installation.run([], { shell })).status, 0);
      assertEquals(filesBelow(share), PLACED, shell.join(" "));
      const page = join(share, "man/man1/mpm-pause.1");
      const old = join(share, "man/man1/mpm-gone.1");
      Deno.renameSync(page, old);
      assertEquals((await installation.run([], { shell })).stderr, "");
      assertEquals(filesBelow(share), PLACED, "a page that is gone");
      write(join(share, "man/man1/mpm-notes.1"), '.TH "MPM-NOTES" 1\n');
      const removed = await installation.run(["--uninstall"], { shell });
      assertEquals([removed.status, removed.stderr], [0, ""]);
      assertEquals(filesBelow(share), ["man/man1/mpm-notes.1"]);
      assertEquals(names(share), ["man"], shell.join(" "));
    }
  },
);

posixTest(
  "install.sh keeps the files of others, and still installs mpm",
  async () => {
    await using installation = new Installation();
    const share = shareOf(installation);
    const other = join(share, "man/man1/mpm.1");
    write(other, ".TH MPM 1 2001 miktex\n");
    const target = join(installation.env.root, "dotfiles.fish");
    write(target, "# fish completion for mpm. Kept elsewhere\n");
    const link = join(share, "fish/vendor_completions.d/mpm.fish");
    Deno.mkdirSync(dirname(link), { recursive: true });
    Deno.symlinkSync(target, link);
    write(join(share, "zsh"), "a file\n");
    const done = await installation.run([]);
    assertEquals(done.status, 0, done.stderr);
    installation.assertInstalled("9.9.9");
    const left = (path: string) =>
      `Warning: left $ROOT/home/.local/share/${path} as it is, since it is ` +
      "not a file that mpm installed\n";
    assertEquals(
      done.stderr,
      left("man/man1/mpm.1") + left("fish/vendor_completions.d/mpm.fish") +
        "Warning: cannot write " +
        "$ROOT/home/.local/share/zsh/site-functions/_mpm\n",
    );
    assertEquals((await installation.run(["--uninstall"])).status, 0);
    assertEquals(filesBelow(share), ["man/man1/mpm.1", "zsh"]);
    assertEquals(Deno.readTextFileSync(other), ".TH MPM 1 2001 miktex\n");
    assert(Deno.lstatSync(link).isSymlink);
    assertStringIncludes(Deno.readTextFileSync(target), "Kept elsewhere");
  },
);

posixTest(
  "install.sh outside the home folder uses the share folder next to bin, if any",
  async () => {
    await using installation = new Installation();
    const prefix = join(installation.env.root, "usr");
    const dir = ["--dir", join(prefix, "bin")];
    assertEquals((await installation.run(dir)).status, 0);
    assertEquals([names(prefix), names(installation.env.home)], [["bin"], []]);
    Deno.mkdirSync(join(prefix, "share"));
    assertEquals((await installation.run(dir)).status, 0);
    assertEquals(filesBelow(join(prefix, "share")), PLACED);
    assertEquals((await installation.run([...dir, "--uninstall"])).status, 0);
    assertEquals(names(join(prefix, "share")), []);
  },
);

posixTest("install.sh names the lines that users of zsh must add", async () => {
  await using installation = new Installation();
  const env = { SHELL: "/usr/bin/zsh", XDG_DATA_HOME: "/nowhere" };
  const share = join(installation.env.root, "it's data");
  const { stdout } = await installation.run([], {
    env: { ...env, XDG_DATA_HOME: share },
  });
  const line = stdout.split("\n").find((one) => one.includes("fpath"))!
    .replace("Add to ~/.zshrc, before compinit: ", "")
    .replaceAll("$ROOT", installation.env.root);
  if (has("zsh")) {
    const read = installation.env.run("zsh", [
      "-f",
      "-c",
      `${line}\nautoload -Uz _mpm; print -r -- $fpath[1]`,
    ]);
    assertEquals(
      read.stdout.trim().replace("$ROOT", installation.env.root),
      join(share, "zsh/site-functions"),
    );
  } else {
    assertStringIncludes(line, "fpath=('");
  }
});

posixTest("install.sh installs an archive without pages", async () => {
  await using installation = new Installation();
  const tar = fakes(installation, {
    tar: `case "$*" in *completions*) exit 2 ;; esac
PATH=${JSON.stringify(installation.vars().PATH)} exec tar "$@"`,
  });
  const done = await installation.run([], {
    env: { PATH: `${tar}:${installation.vars().PATH}` },
  });
  assertEquals([done.status, done.stderr], [0, ""]);
  assertEquals(done.stdout.includes("man pages"), false);
  installation.assertInstalled("9.9.9");
});
