import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TRIPLES } from "../../scripts/toolchain.ts";
import {
  answer,
  archiveOf,
  fakes,
  Installation,
  NAME,
  names,
  NEEDED,
  only,
  SCRIPT,
  SHELLS,
} from "../helpers/installation.ts";
import { posixTest, unprivileged } from "../helpers/posix.ts";
import { has } from "../helpers/programs.ts";
import { type Answer, releaseOf } from "../helpers/release_server.ts";
import { say } from "../helpers/say.ts";
import { ROOT } from "../helpers/tree.ts";

posixTest("shellcheck reports nothing about install.sh", () => {
  if (!has("shellcheck")) {
    say("SKIPPED: shellcheck is not installed; install.sh was not checked");
    return;
  }
  const { stdout, success } = new Deno.Command("shellcheck", {
    args: ["--shell=sh", SCRIPT],
  }).outputSync();
  assertEquals([success, new TextDecoder().decode(stdout)], [true, ""]);
});

posixTest(
  "install.sh installs the latest release, in every shell",
  async () => {
    for (const shell of SHELLS) {
      await using installation = new Installation();
      assertEquals(
        await installation.run([], { shell }),
        {
          status: 0,
          stdout: `Downloading $RELEASES/latest/download/${NAME}\n` +
            `Installed mpm ${answer("9.9.9").slice(4, -1)} at ` +
            "$ROOT/home/.local/bin/mpm\n" +
            "Installed man pages and completions in $ROOT/home/.local/share\n" +
            "Next: mpm setup\n",
          stderr: "",
        },
        shell.join(" "),
      );
      installation.assertInstalled("9.9.9", shell.join(" "));
      assertEquals(Deno.statSync(installation.mpm).mode! & 0o777, 0o755);
      assertEquals(names(join(installation.env.root, "tmp")), []);
    }
  },
);

posixTest(
  "install.sh runs from a pipe, and a truncated one does nothing",
  async () => {
    await using installation = new Installation();
    const text = Deno.readTextFileSync(SCRIPT);
    const pipe = async (script: string, args: string[]) => {
      const child = new Deno.Command("sh", {
        args: ["-s", "--", ...args],
        env: installation.vars(),
        clearEnv: true,
        stdin: "piped",
        stdout: "null",
        stderr: "null",
      }).spawn();
      const writer = child.stdin.getWriter();
      // A shell that exits early does not read all of it.
      await writer.write(new TextEncoder().encode(script)).catch(() => {});
      await writer.close().catch(() => {});
      return (await child.status).success;
    };
    const end = text.lastIndexOf('main "$@"');
    const cuts = [...text.matchAll(/\n/g)].map(({ index }) => index)
      .filter((_, at) => at % 60 === 0);
    for (const cut of [...cuts, end, end + 4, end + 8, text.length - 3]) {
      await pipe(text.slice(0, cut), ["--version", "9.9.9"]);
      installation.assertNothing(`cut at ${cut}`);
    }
    assertEquals(installation.server.asked, []);
    assert(await pipe(text, ["--version", "v9.9.9"]));
    installation.assertInstalled("9.9.9");
    assert(
      installation.server.asked.every((path) =>
        path.startsWith("download/v9.9.9")
      ),
    );
  },
);

posixTest(
  "install.sh installs into --dir, and reports if it is not on PATH",
  async () => {
    await using installation = new Installation();
    const folder = join(installation.env.root, "my programs", "bin");
    const line = 'export PATH="$ROOT/my programs/bin:$PATH"';
    const said: [string, string][] = [
      ["/usr/bin/zsh", `Add to ~/.zshrc: ${line}`],
      ["/bin/bash", `Add to ~/.bashrc (macOS: ~/.bash_profile): ${line}`],
      ["/usr/bin/fish", "Run: fish_add_path '$ROOT/my programs/bin'"],
      ["", `Add to your shell's profile: ${line}`],
    ];
    for (const [SHELL, hint] of said) {
      const done = await installation.run(["--dir", folder], {
        env: { SHELL },
      });
      assertEquals(done.status, 0, done.stderr);
      assertEquals(done.stdout.split("\n").at(-3), hint);
      assertEquals(
        done.stderr,
        "Warning: $ROOT/my programs/bin is not on PATH, so your shell does " +
          "not find mpm yet\n",
      );
    }
    assertEquals(names(folder), ["mpm"]);
    installation.assertNothing();
    const first = fakes(installation, { mpm: "echo mpm 0.0.1" });
    const { stderr } = await installation.run([], {
      env: { PATH: `${first}:${installation.vars().PATH}` },
    });
    assertEquals(
      stderr,
      "Warning: another mpm comes first on PATH: $ROOT/fakes/mpm\n",
    );
  },
);

/** Releases that must not be installed, and the message for each. */
const WRONG: Record<
  string,
  { answers: (archive: Uint8Array) => Map<string, Answer>; error: RegExp }
> = {
  "a truncated archive": {
    answers: (archive) =>
      releaseOf("v9.9.9", { [NAME]: archive })
        .set(`download/v9.9.9/${NAME}`, archive.subarray(0, 100)),
    error: /expected \w{64}\nfound {4}\w{64}\nError: .* does not have the/,
  },
  "a connection that breaks": {
    answers: (archive) =>
      releaseOf("v9.9.9", { [NAME]: archive }).set(`download/v9.9.9/${NAME}`, {
        start: archive.subarray(0, 50),
        length: archive.length,
      }),
    error: /Error: Cannot download .*: no network, or the connection broke/,
  },
  "a tampered archive": {
    answers: (archive) =>
      releaseOf("v9.9.9", { [NAME]: archive }).set(
        `download/v9.9.9/${NAME}`,
        archive.map((byte, at) => at === archive.length - 9 ? byte ^ 1 : byte),
      ),
    error: /does not have the checksum that SHA256SUMS gives it/,
  },
  "no SHA256SUMS": {
    answers: (archive) => {
      const all = releaseOf("v9.9.9", { [NAME]: archive });
      all.delete("download/v9.9.9/SHA256SUMS");
      return all;
    },
    error: /Error: There is no .*\/SHA256SUMS\nHint: .* installed unverified/,
  },
  "an asset that is not listed": {
    answers: (archive) =>
      new Map([
        ...releaseOf("v9.9.9", { "mpm-other.tar.gz": archive }),
        [`download/v9.9.9/${NAME}`, archive],
      ]),
    error: /SHA256SUMS does not list mpm-.*, so it cannot be verified/,
  },
  "an asset that is not there": {
    answers: (archive) => {
      const all = releaseOf("v9.9.9", { [NAME]: archive });
      all.delete(`download/v9.9.9/${NAME}`);
      all.delete(`latest/download/${NAME}`);
      return all;
    },
    error: /Error: There is no .*\.tar\.gz\n/,
  },
  "a page of HTML for everything": {
    answers: () => {
      const page = new TextEncoder().encode("<html><p>Log in\n</html>\n");
      return new Map([
        ["latest/download/SHA256SUMS", page],
        [`latest/download/${NAME}`, page],
      ]);
    },
    error: /SHA256SUMS lists no checksums, so it is something else\nHint: A lo/,
  },
  "a page of HTML for the archive": {
    answers: (archive) =>
      releaseOf("v9.9.9", { [NAME]: archive }).set(
        `download/v9.9.9/${NAME}`,
        new TextEncoder().encode("<html></html>"),
      ),
    error: /does not have the checksum/,
  },
  "a server that refuses": {
    answers: () => new Map([["latest/download/SHA256SUMS", 403]]),
    error: /Error: The server answered with status 403 for .*SHA256SUMS/,
  },
  "a right checksum of a file that is not an archive": {
    answers: () => releaseOf("v9.9.9", { [NAME]: new Uint8Array(64) }),
    error: /Error: Cannot unpack mpm-/,
  },
};

posixTest(
  "install.sh refuses an invalid release",
  async () => {
    const downloaders = ["curl", "wget"].filter(has);
    const busybox = has("busybox");
    for (const [name, { answers, error }] of Object.entries(WRONG)) {
      for (const tool of [...downloaders, ...busybox ? ["busybox"] : []]) {
        await using installation = new Installation(answers);
        const PATH = only(installation, [...NEEDED, "sha256sum", tool]);
        if (tool === "busybox") {
          Deno.symlinkSync("busybox", join(PATH, "wget"));
        }
        const done = await installation.run([], { env: { PATH } });
        assertEquals(done.status, 1, `${name} ${tool} ${done.stdout}`);
        assert(error.test(done.stderr), `${name}, ${tool}: ${done.stderr}`);
        installation.assertNothing(`${name}, ${tool}`);
      }
    }
  },
);

posixTest("install.sh needs only one of its tools", async () => {
  const digests = ["sha256sum", "shasum", "openssl"].filter(has);
  const tools = [["curl"], ["wget"], ["busybox"]].filter(([one]) => has(one!));
  for (const [tool] of tools) {
    for (const digest of digests) {
      await using installation = new Installation();
      const PATH = only(installation, [...NEEDED, "perl", digest, tool!]);
      if (tool === "busybox") Deno.symlinkSync("busybox", join(PATH, "wget"));
      const done = await installation.run([], { env: { PATH } });
      assertEquals(done.status, 0, `${tool} ${digest}: ${done.stderr}`);
      assertEquals(names(installation.folder), ["mpm"]);
    }
  }
  for (const shell of SHELLS) {
    await using installation = new Installation();
    const PATH = only(installation, [...NEEDED, "curl", "wget"]);
    const none = await installation.run([], { shell, env: { PATH } });
    assertEquals(
      [none.status, none.stderr],
      [
        1,
        "Error: None of sha256sum, shasum and openssl is installed, so " +
        "nothing can be verified\nHint: Install one of them\n",
      ],
      shell.join(" "),
    );
    installation.assertNothing();
  }
  await using installation = new Installation();
  const PATH = only(installation, [...NEEDED, "sha256sum"]);
  const none = await installation.run([], { env: { PATH } });
  assertStringIncludes(
    none.stderr,
    "Error: Neither curl nor wget is installed",
  );
  installation.assertNothing();
});

posixTest("install.sh reports a missing network", async () => {
  await using installation = new Installation();
  const { address } = installation.server;
  await installation.server[Symbol.asyncDispose]();
  for (const tool of ["curl", "wget"].filter(has)) {
    await using other = new Installation();
    const PATH = only(other, [...NEEDED, "sha256sum", tool]);
    const done = await other.run([], { env: { PATH, MPM_RELEASES: address } });
    assertEquals(done.status, 1);
    assertStringIncludes(done.stderr, "no network, or the connection broke\n");
    other.assertNothing(tool);
  }
});

posixTest("install.sh knows the platforms that have builds", async () => {
  const cases: [Record<string, string>, string | RegExp][] = [
    [{
      uname:
        "case $1 in -s) echo Linux;; -m) echo x86_64;; *) echo GNU/Linux;; esac",
    }, "x86_64-unknown-linux-gnu"],
    [{
      uname:
        "case $1 in -s) echo Linux;; -m) echo aarch64;; *) echo GNU/Linux;; esac",
    }, "aarch64-unknown-linux-gnu"],
    [{
      uname: "case $1 in -s) echo Darwin;; -m) echo x86_64;; *) exit 1;; esac",
    }, "x86_64-apple-darwin"],
    [{
      uname: "case $1 in -s) echo Darwin;; -m) echo arm64;; *) exit 1;; esac",
    }, "aarch64-apple-darwin"],
    [{
      uname: "case $1 in -s) echo Darwin;; -m) echo x86_64;; *) exit 1;; esac",
      sysctl: "echo 1",
    }, "aarch64-apple-darwin"],
    [{
      uname:
        "case $1 in -s) echo MINGW64_NT-10.0;; -m) echo x86_64;; *) echo Msys;; esac",
    }, /This is Windows.*\n.*install\.ps1/],
    [{
      uname:
        "case $1 in -s) echo FreeBSD;; -m) echo amd64;; *) echo FreeBSD;; esac",
    }, /There is no mpm for this machine: FreeBSD, amd64/],
    [{
      uname:
        "case $1 in -s) echo Linux;; -m) echo riscv64;; *) echo GNU/Linux;; esac",
    }, /There is no mpm for this machine: Linux, riscv64/],
    [{
      uname:
        "case $1 in -s) echo Linux;; -m) echo aarch64;; *) echo Android;; esac",
    }, /There is no mpm for this machine/],
    [{
      uname:
        "case $1 in -s) echo Linux;; -m) echo aarch64;; *) echo GNU/Linux;; esac",
      getconf: "echo 32",
    }, /There is no mpm for this machine/],
    [{
      uname:
        "case $1 in -s) echo Linux;; -m) echo x86_64;; *) echo GNU/Linux;; esac",
      ldd: "echo 'musl libc (x86_64)' >&2; exit 1",
    }, /the C library musl, and mpm needs glibc/],
  ];
  for (const [programs, expected] of cases) {
    await using installation = new Installation((archive) =>
      releaseOf(
        "v9.9.9",
        Object.fromEntries(
          TRIPLES.map((triple) => [`mpm-${triple}.tar.gz`, archive]),
        ),
      )
    );
    const PATH = `${
      fakes(installation, {
        sysctl: "exit 1",
        getconf: "echo 64",
        ldd: "echo 'ldd (GNU libc) 2.36'",
        ...programs,
      })
    }:${installation.vars().PATH}`;
    const done = await installation.run([], { env: { PATH } });
    if (typeof expected === "string") {
      assertEquals(done.status, 0, done.stderr);
      assertStringIncludes(done.stdout, `/mpm-${expected}.tar.gz\n`);
    } else {
      assertEquals(done.status, 1, done.stdout);
      assert(expected.test(done.stderr), done.stderr);
      installation.assertNothing();
      assertEquals(installation.server.asked, []);
    }
  }
});

posixTest(
  "install.sh installs from a file without network, and verifies it",
  async () => {
    await using installation = new Installation();
    const { env, archive } = installation;
    const own = (path: string) => join(env.project, path);
    env.write(`a b/${NAME}`, archive);
    const offline = {
      env: {
        MPM_RELEASES: "",
        PATH: only(installation, [...NEEDED, "sha256sum"]),
      },
    };
    const bare = await installation.run(["--file", `a b/${NAME}`], offline);
    assertEquals(bare.status, 1);
    assertStringIncludes(bare.stderr, "cannot be verified");
    installation.assertNothing();
    const sums = installation.server.answers.get("download/v9.9.9/SHA256SUMS");
    env.write("a b/SHA256SUMS", sums as Uint8Array);
    const done = await installation.run(["--file", `a b/${NAME}`], offline);
    assertEquals(done.status, 0, done.stderr);
    assertEquals(names(installation.folder), ["mpm"]);
    // Lines in the format of another tool, with the line ends of Windows.
    const text = new TextDecoder().decode(sums as Uint8Array);
    env.write("sums", text.toUpperCase().replace(/ {2}.*\n/, ` *${NAME}\r\n`));
    Deno.removeSync(own("a b/SHA256SUMS"));
    const named = await installation.run(
      [`--file=${own(`a b/${NAME}`)}`, "--sums", "sums"],
      offline,
    );
    assertEquals(named.status, 0, named.stderr);
    env.write(`a b/${NAME}`, archive.subarray(1));
    const changed = await installation.run(
      ["--file", `a b/${NAME}`, "--sums", "sums"],
      offline,
    );
    assertEquals(changed.status, 1);
    installation.assertInstalled("9.9.9");
    const missing = await installation.run(["--file", "none"], offline);
    assertStringIncludes(missing.stderr, "Error: No file none\n");
    assertEquals(installation.server.asked, []);
  },
);

posixTest(
  "install.sh refuses a release whose contents differ from its description",
  async () => {
    await using installation = new Installation();
    for (
      const [script, error] of [
        ["echo mpm 1.0.0", "holds mpm 1.0.0, not 9.9.9"],
        [
          "echo 'GLIBC_2.99 not found' >&2; exit 1",
          "GLIBC_2.99 not found\nError: The mpm in",
        ],
      ] as const
    ) {
      const archive = archiveOf(installation.env, "", script);
      for (const [path, bytes] of releaseOf("v9.9.9", { [NAME]: archive })) {
        installation.server.answers.set(path, bytes);
      }
      const done = await installation.run(["--version", "9.9.9"]);
      assertEquals(done.status, 1);
      assertStringIncludes(done.stderr, error);
      installation.assertNothing();
    }
  },
);

posixTest(
  "install.sh replaces a running mpm, and no other program",
  async () => {
    await using installation = new Installation();
    const { env, folder, mpm } = installation;
    Deno.mkdirSync(folder, { recursive: true });
    // A real program that runs: its file may not be written to, only replaced.
    Deno.copyFileSync("/bin/sleep", mpm);
    const sleep = new Deno.Command(mpm, { args: ["60"], stdin: "null" })
      .spawn();
    const before = Deno.readFileSync(mpm);
    const refused = await installation.run([]);
    assertEquals(refused.status, 1);
    assertEquals(
      refused.stderr,
      "Error: $ROOT/home/.local/bin/mpm is there and does not answer as mpm\n" +
        "Hint: Choose another folder with --dir, or replace it with --force\n",
    );
    assertEquals(Deno.readFileSync(mpm), before);
    assertEquals(names(folder), ["mpm"]);
    const forced = await installation.run(["--force"]);
    assertEquals(forced.status, 0, forced.stderr);
    installation.assertInstalled("9.9.9");
    sleep.kill("SIGKILL");
    assertEquals((await sleep.status).signal, "SIGKILL", "it ran until now");
    // The remains of a killed installation go, those of a running one stay.
    for (const name of [".mpm-install.old", ".mpm-install.new"]) {
      Deno.mkdirSync(join(folder, name));
    }
    const longAgo = Date.now() / 1000 - 2 * 86_400;
    Deno.utimeSync(join(folder, ".mpm-install.old"), longAgo, longAgo);
    assertEquals(
      (await installation.run([])).status,
      0,
      "an mpm needs no force",
    );
    assertEquals(names(folder), [".mpm-install.new", "mpm"]);
    Deno.removeSync(mpm);
    Deno.mkdirSync(mpm);
    const blocked = await installation.run(["--force"]);
    assertStringIncludes(blocked.stderr, "/mpm is a folder\n");
    assertEquals(names(env.project), []);
  },
);

posixTest(
  "install.sh names a folder that it cannot write, and leaves nothing",
  async () => {
    await using installation = new Installation();
    const locked = join(installation.env.root, "locked");
    Deno.mkdirSync(locked, { mode: 0o755 });
    Deno.chmodSync(installation.env.root, 0o755);
    Deno.chmodSync(installation.env.project, 0o777);
    if (Deno.uid() !== 0) Deno.chmodSync(locked, 0o555);
    for (const folder of [locked, join(locked, "new")]) {
      const done = await installation.run(["--dir", folder], {
        command: (all) => unprivileged(all),
      });
      assertEquals(done.status, 1);
      assertStringIncludes(
        done.stderr,
        "Error: No permission to write to $ROOT/locked",
      );
      assertStringIncludes(done.stderr, "does not ask for more rights\n");
    }
    assertEquals(names(locked), []);
    assertEquals(
      installation.server.asked,
      [],
      "said before anything is fetched",
    );
  },
);

posixTest("an interrupted install.sh leaves nothing", async () => {
  const signals = ["INT", "TERM", "HUP"];
  for (const [turn, shell] of [...SHELLS, ...SHELLS].entries()) {
    const signal = signals[turn % signals.length]!;
    await using installation = new Installation((archive) =>
      releaseOf("v9.9.9", { [NAME]: archive })
        .set(`download/v9.9.9/${NAME}`, { stalls: archive.subarray(0, 20) })
    );
    const [program, ...args] = [...shell, SCRIPT];
    const child = new Deno.Command(program!, {
      args,
      env: installation.vars(),
      clearEnv: true,
      stdin: "null",
      stdout: "null",
      stderr: "null",
      detached: true,
    }).spawn();
    while (!installation.server.asked.includes(`download/v9.9.9/${NAME}`)) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    // To all processes of the group, as from a terminal.
    installation.env.run("sh", ["-c", `kill -s ${signal} -- -${child.pid}`]);
    assert(!(await child.status).success);
    installation.assertNothing(`${signal} ${shell}`);
  }
});

posixTest("install.sh removes only mpm again", async () => {
  await using installation = new Installation();
  const { env, folder, mpm } = installation;
  const missing = await installation.run(["--uninstall"]);
  assertEquals(missing.status, 1);
  assertStringIncludes(missing.stderr, "Error: There is no $ROOT/home/");
  assertEquals((await installation.run([])).status, 0);
  Deno.writeTextFileSync(join(folder, "other"), "");
  const settings = join(env.home, ".claude", "settings.json");
  Deno.mkdirSync(join(env.home, ".claude"));
  Deno.writeTextFileSync(settings, JSON.stringify({ command: mpm }));
  const hooked = await installation.run(["--uninstall"]);
  assertEquals(hooked.status, 1);
  assertStringIncludes(
    hooked.stderr,
    "First run: mpm setup --remove",
  );
  assertEquals(names(folder), ["mpm", "other"]);
  Deno.writeTextFileSync(settings, "{}");
  const done = await installation.run(["--uninstall"]);
  assertEquals([done.status, done.stderr], [0, ""]);
  assertStringIncludes(done.stdout, "Removed $ROOT/home/.local/bin/mpm\n");
  assertEquals(names(folder), ["other"]);
  Deno.writeTextFileSync(mpm, "#!/bin/sh\necho something else\n", {
    mode: 0o755,
  });
  const foreign = await installation.run(["--uninstall"]);
  assertEquals(foreign.status, 1);
  assertEquals(names(folder), ["mpm", "other"]);
  assertEquals((await installation.run(["--uninstall", "--force"])).status, 0);
  assertEquals(names(folder), ["other"]);
  assertEquals(names(env.home), [".claude", ".local"]);
});

posixTest("install.sh explains its use and its errors", async () => {
  await using installation = new Installation();
  const help = await installation.run(["--help"]);
  assertEquals([help.status, help.stderr], [0, ""]);
  assertStringIncludes(help.stdout, "Installs mpm: sh install.sh [options]");
  for (
    const [args, error] of [
      [["--frobnicate"], 'Unknown option "--frobnicate"'],
      [["--version"], "--version needs a value"],
      [["--dir="], "--dir needs a value"],
      [["--version", "../../x"], 'No version: "../../x"'],
      [["now"], 'Unknown option "now"'],
    ] as const
  ) {
    const done = await installation.run(args);
    assertEquals(done.status, 2, args.join(" "));
    assertEquals(
      done.stderr,
      `Error: ${error}\nHint: sh install.sh --help lists the options\n`,
    );
  }
  const nowhere = await installation.run([], { env: { MPM_RELEASES: "" } });
  assertStringIncludes(nowhere.stderr, "does not know where the releases are");
  const homeless = await installation.run([], { env: { HOME: "" } });
  assertStringIncludes(homeless.stderr, "Name one: --dir <folder>");
  const absent = await installation.run(["--version", "1.2.3"]);
  assertStringIncludes(absent.stderr, "There is no $RELEASES/download/v1.2.3/");
  installation.assertNothing();
});

/** The shell commands of a document, one text for each block. */
function blocksOf(path: string): string[] {
  const text = Deno.readTextFileSync(join(ROOT, path));
  return [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, one]) => one!)
    // The test docs_blocks_test.ts checks that the task exists.
    .filter((one) => !one.includes(" npx -y deno@"))
    // Blocks name the most common platform.
    .map((one) =>
      one.replaceAll("x86_64-unknown-linux-gnu", Deno.build.target)
    );
}

posixTest("the commands of docs/install.md and the README work", async () => {
  for (const tool of ["curl", "sha256sum"]) {
    if (has(tool)) continue;
    say(`SKIPPED: the commands of docs/install.md want ${tool}`);
    return;
  }
  const readme = blocksOf("README.md").filter((one) =>
    one.includes("install.sh")
  );
  assertEquals(readme.length, 1);
  await using installation = new Installation();
  const script = new TextEncoder().encode(Deno.readTextFileSync(SCRIPT));
  const archive = archiveOf(installation.env, "0.1.0");
  const files = releaseOf("v0.1.0", { [NAME]: archive, "install.sh": script });
  for (const [path, answer] of files) {
    installation.server.answers.set(path, answer);
  }
  const programs = fakes(installation, {
    less: "cat >/dev/null",
    mpm: "exit 0",
  });
  // Files that were downloaded elsewhere.
  for (const name of [NAME, "SHA256SUMS"]) {
    installation.env.write(
      name,
      files.get(`download/v0.1.0/${name}`) as Uint8Array,
    );
  }
  const env = { PATH: `${programs}:${installation.vars().PATH}` };
  for (const block of [...readme, ...blocksOf("docs/install.md")]) {
    const done = await new Deno.Command("sh", {
      args: ["-euc", block],
      cwd: installation.env.project,
      env: { ...installation.vars(), ...env },
      clearEnv: true,
      stdin: "null",
    }).output();
    const said = new TextDecoder().decode(done.stderr);
    assert(done.success, `${block}: ${said}`);
    if (block.includes("--dir ~/bin")) {
      assertEquals(names(join(installation.env.home, "bin")), ["mpm"]);
    }
  }
  // Installed in four ways; the last block removes it.
  assertEquals(names(installation.folder), []);
});
