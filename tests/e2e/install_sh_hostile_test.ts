import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import {
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
import { has, pathOf } from "../helpers/programs.ts";
import { releaseOf } from "../helpers/release_server.ts";
import { sha256 } from "../helpers/bytes.ts";

posixTest("install.sh refuses an impossible folder", async () => {
  await using installation = new Installation();
  const { env } = installation;
  env.write("file", "x");
  Deno.symlinkSync("nowhere", join(env.project, "dangling"));
  for (const folder of ["file", "file/below/it", "dangling"]) {
    const done = await installation.run(["--dir", folder]);
    assertEquals(done.status, 1, folder);
    const named = folder.replace(/\/.*/, "");
    assertEquals(
      done.stderr.replaceAll(env.project, "$HERE").replace(/\$ROOT\/\w+/, "$H"),
      `Error: $H/${named} is not a folder\nHint: Choose another folder with --dir\n`,
    );
  }
  for (
    const [args, error] of [
      [["--dir", "--force"], "--dir needs a value"],
      [["--uninstall=no"], 'Unknown option "--uninstall=no"'],
    ] as const
  ) {
    const done = await installation.run(args);
    assertEquals(done.status, 2);
    assertStringIncludes(done.stderr, `Error: ${error}\n`);
  }
  assertEquals(names(env.project), ["dangling", "file"]);
  assertEquals(
    installation.server.asked,
    [],
    "said before anything is fetched",
  );
});

posixTest("install.sh accepts the root folder", async () => {
  await using installation = new Installation();
  Deno.chmodSync(installation.env.root, 0o755);
  Deno.chmodSync(installation.env.project, 0o777);
  const done = await installation.run(["--dir", "/"], {
    command: (all) => unprivileged(all),
  });
  assertEquals([done.status, done.stderr.split("\n")[0]], [
    1,
    "Error: No permission to write to /",
  ]);
  assertEquals(names(installation.env.project), []);
});

posixTest("install.sh installs into the intended folder", async () => {
  for (const shell of SHELLS) {
    await using installation = new Installation();
    const tilde = await installation.run(["--dir=~/own bin//"], { shell });
    assertEquals(tilde.status, 0, `${shell} ${tilde.stderr}`);
    assertStringIncludes(tilde.stdout, " at $ROOT/home/own bin/mpm\n");
    const dotted = await installation.run(["--dir", "../home/./x"], { shell });
    assertStringIncludes(dotted.stdout, " at $ROOT/home/x/mpm\n");
    assertStringIncludes(dotted.stdout, 'PATH="$ROOT/home/x:$PATH"\n');
    assertEquals(names(installation.env.home), [".local", "own bin", "x"]);
    assertEquals(names(installation.env.project), []);
  }
});

posixTest(
  "install.sh finds its folder on PATH with a trailing slash",
  async () => {
    await using installation = new Installation();
    const done = await installation.run([], {
      env: { PATH: `${installation.folder}/:${installation.env.env().PATH}` },
    });
    assertEquals([done.status, done.stderr], [0, ""]);
  },
);

posixTest(
  "the line for PATH works for any folder name",
  async () => {
    for (
      const name of ["it's", 'a "b" $(touch x) `id` \\n', "ü ☃", "a\nb", "*"]
    ) {
      await using installation = new Installation();
      const folder = join(installation.env.root, name);
      const done = await installation.run(["--dir", folder], {
        env: { SHELL: "sh" },
      });
      assertEquals(done.status, 0, done.stderr);
      const line = done.stdout.slice(done.stdout.indexOf("export PATH="))
        .replaceAll("$ROOT", installation.env.root);
      const read = installation.env.run("sh", [
        "-c",
        `${line}printf %s "$PATH"`,
      ]);
      assertEquals(read.stdout.split(":")[0], `$ROOT/${name}`, line);
      assertEquals(names(installation.env.project), []);
      const fish = await installation.run(["--dir", folder], {
        env: { SHELL: "/fish" },
      });
      const said = fish.stdout.slice(fish.stdout.indexOf("Run: ") + 5)
        .replaceAll("$ROOT", installation.env.root);
      if (!has("fish") || name.includes("\\")) continue;
      const shown = installation.env.run("fish", [
        ...[
          "--no-config",
          "-c",
          `function fish_add_path; echo -n $argv; end;${said}`,
        ],
      ]);
      assertEquals(shown.stdout, `$ROOT/${name}`, said);
    }
  },
);

posixTest(
  "install.sh reads only the checksum of its archive",
  async () => {
    await using installation = new Installation();
    const { env, archive } = installation;
    const own = sha256(archive);
    const other = sha256(new Uint8Array(1));
    env.write(NAME, archive);
    const cases: [string, string, string?][] = [
      ["one twice", `${own}  ${NAME}\n${own.toUpperCase()} *${NAME}\r\n`],
      [
        "hostile names",
        [
          `../${NAME}`,
          `-rf`,
          `$(touch x)`,
          "`touch x`",
          `${NAME}.old`,
          "*",
          "\\",
        ]
          .map((name) => `${other}  ${name}\n`).join("") +
        `\\${other}  ${NAME}\n\xff\xfe${other}  ${NAME}\n${own}  ${NAME}`,
      ],
      [
        "two that differ",
        `${own}  ${NAME}\n${other}  ${NAME}\n`,
        `SHA256SUMS has several checksums for ${NAME}, so it cannot be verified`,
      ],
      [
        "only others",
        `${own}  ./${NAME}\n${own}  ${NAME} \n`.replace(" \n", "x\n"),
        `SHA256SUMS does not list ${NAME}, so it cannot be verified\nHint: Give`,
      ],
    ];
    for (const [name, sums, error] of cases) {
      for (const shell of SHELLS) {
        env.write("SHA256SUMS", sums);
        const done = await installation.run(["--file", NAME], { shell });
        const where = `${name} ${shell}: ${done.stderr}`;
        assertEquals(done.status, error ? 1 : 0, where);
        if (error) assertStringIncludes(done.stderr, error, where);
      }
    }
    assertEquals(names(env.project), ["SHA256SUMS", NAME]);
  },
);

/** An archive of the files that `make` puts into a folder. */
function packed(installation: Installation, make: string): Uint8Array {
  const folder = Deno.makeTempDirSync({ dir: installation.env.root });
  const done = installation.env.run("sh", ["-euc", `${make}`], { cwd: folder });
  assertEquals(done.status, 0, done.stderr);
  return Deno.readFileSync(join(folder, "a.tar.gz"));
}

posixTest(
  "install.sh extracts only one file from an archive",
  async () => {
    await using installation = new Installation();
    const { env } = installation;
    const outside = join(env.root, "outside");
    Deno.writeTextFileSync(outside, "#!/bin/sh\necho mpm 9.9.9\n");
    Deno.chmodSync(outside, 0o600);
    const cases = [
      `ln -s ${outside} mpm; tar -czf a.tar.gz mpm`,
      "mkdir mpm; touch mpm/x; tar -czf a.tar.gz mpm",
      "touch other; tar -czf a.tar.gz other",
    ];
    for (const make of cases) {
      const archive = packed(installation, make);
      for (const [path, bytes] of releaseOf("v9.9.9", { [NAME]: archive })) {
        installation.server.answers.set(path, bytes);
      }
      for (const shell of SHELLS) {
        const done = await installation.run([], { shell });
        assertEquals(done.status, 1, `${make} ${shell} ${done.stdout}`);
        installation.assertNothing(`${make} ${shell}`);
      }
      assertEquals(Deno.statSync(outside).mode! & 0o777, 0o600, make);
    }
    // Files next to the program stay in their place, even if their paths
    // contain "..".
    const archive = packed(
      installation,
      "mkdir d; echo x >evil; cd d; printf '#!/bin/sh\\necho mpm 9.9.9\\n' >mpm; " +
        "chmod 755 mpm; tar -czPf ../a.tar.gz ../evil mpm",
    );
    for (const [path, bytes] of releaseOf("v9.9.9", { [NAME]: archive })) {
      installation.server.answers.set(path, bytes);
    }
    assertEquals((await installation.run([])).status, 0);
    assertEquals(names(installation.folder), ["mpm"]);
    assertEquals(names(join(env.home, ".local")), ["bin"]);
  },
);

posixTest(
  "install.sh works with tools in another language",
  async () => {
    await using installation = new Installation(() => new Map());
    const PATH = `${
      fakes(installation, {
        wget:
          'if [ "${LC_ALL-}" = C ]; then echo "ERROR 404: Not Found." >&2; ' +
          'else echo "FEHLER 404: Not Found." >&2; fi; exit 8',
      })
    }:${only(installation, [...NEEDED, "sha256sum"])}`;
    const done = await installation.run([], {
      env: { PATH, LC_ALL: "de_DE.UTF-8", LANG: "de_DE.UTF-8" },
    });
    assertStringIncludes(done.stderr, "Error: There is no $RELEASES/latest/");
    installation.assertNothing();
  },
);

posixTest("install.sh ends a stalled connection", async () => {
  await using installation = new Installation();
  const PATH = `${
    fakes(installation, { curl: 'printf "%s " "$@" >&2; exit 28' })
  }:${only(installation, [...NEEDED, "sha256sum"])}`;
  const done = await installation.run([], { env: { PATH } });
  assertStringIncludes(done.stderr, "--speed-limit 1 --speed-time 30 ");
  assertStringIncludes(done.stderr, "or the connection broke\n");
  installation.assertNothing();
});

posixTest("install.sh reports a full disk", async () => {
  // A device that is always full represents the file that does not fit.
  const full = 'ln -sf /dev/full "$(dirname "$file")/space"';
  const last =
    'for file in "$@"; do case $file in */mpm-*.gz) break;; esac; done';
  const cases: Record<string, string>[] = [
    { curl: `${last}; case $file in *.gz) ${full}; exit 23;; esac` },
    { wget: `${last}; case $file in *.gz) ${full}; exit 3;; esac` },
    { tar: `${last}; ${full}; exit 2` },
  ];
  for (const answers of cases) {
    const [[name, script]] = Object.entries(answers) as [[string, string]];
    if (!has(name) || Deno.build.os !== "linux") continue;
    await using installation = new Installation();
    const tools = [
      ...NEEDED,
      "ln",
      "sha256sum",
      name === "wget" ? name : "curl",
    ];
    const PATH = `${
      fakes(installation, { [name]: `${script}\nexec ${pathOf(name)} "$@"` })
    }:${only(installation, tools)}`;
    const done = await installation.run([], { env: { PATH } });
    assertEquals(done.status, 1);
    assertStringIncludes(
      done.stderr,
      "Error: No space left on the disk of $ROOT/home/.local/bin\n",
      name,
    );
    installation.assertNothing(name);
  }
});

/** Programs that install.sh starts, one for each of its stages. */
const STAGES = ["find", "curl", "sha256sum", "tar", "chmod", "mkdir", "mv"];

posixTest("an interrupted install.sh leaves the old state", async () => {
  const signals = ["INT", "TERM", "HUP"];
  for (const [turn, stage] of [...STAGES, "mpm"].entries()) {
    const shell = SHELLS[turn % SHELLS.length]!;
    const signal = signals[turn % signals.length]!;
    await using installation = new Installation();
    const { env } = installation;
    // To all processes of the group, as from a terminal.
    const kill = `kill -s ${signal} 0; exit 1`;
    const archive = archiveOf(
      env,
      "",
      stage === "mpm" ? kill : "echo mpm 9.9.9",
    );
    for (const [path, bytes] of releaseOf("v9.9.9", { [NAME]: archive })) {
      installation.server.answers.set(path, bytes);
    }
    Deno.mkdirSync(installation.folder, { recursive: true });
    const old = "#!/bin/sh\necho mpm 1.0.0\n";
    Deno.writeTextFileSync(installation.mpm, old, { mode: 0o755 });
    const programs = fakes(
      installation,
      stage === "mpm" ? {} : { [stage]: kill },
    );
    const [program, ...args] = [...shell, SCRIPT];
    const { success } = await new Deno.Command(program!, {
      args,
      env: {
        ...installation.vars(),
        PATH: `${programs}:${installation.vars().PATH}`,
      },
      clearEnv: true,
      ...{ stdin: "null", stdout: "null", stderr: "null", detached: true },
    }).output();
    const where = `${stage} ${signal} ${shell}`;
    assert(!success, where);
    assertEquals(names(installation.folder), ["mpm"], where);
    assertEquals(Deno.readTextFileSync(installation.mpm), old, where);
    assertEquals(names(join(env.root, "tmp")), [], where);
  }
});

posixTest("install.sh can run several times at once", async () => {
  await using installation = new Installation();
  const all = await Promise.all(
    SHELLS.map((shell) => installation.run([], { shell })),
  );
  for (const { status, stderr } of all) assertEquals([status, stderr], [0, ""]);
  installation.assertInstalled("9.9.9");
});

posixTest(
  "install.sh upgrades, downgrades and upgrades again, with a private umask",
  async () => {
    await using installation = new Installation();
    for (const version of ["2.0.0", "1.0.0", "10.0.0"]) {
      const archive = archiveOf(installation.env, version);
      for (
        const [path, bytes] of releaseOf(`v${version}`, { [NAME]: archive })
      ) installation.server.answers.set(path, bytes);
      const done = await installation.run(["--version", version], {
        command: ([shell, ...all]) => [
          ...[shell!, "-c", 'umask 077; shift; exec "$0" "$@"', shell!, "--"],
          ...all,
        ],
      });
      assertEquals(done.status, 0, done.stderr);
      installation.assertInstalled(version);
      assertEquals(Deno.statSync(installation.mpm).mode! & 0o777, 0o755);
    }
  },
);

posixTest(
  "install.sh does not remove an mpm that hooks start by another path",
  async () => {
    await using installation = new Installation();
    const { env } = installation;
    assertEquals((await installation.run([])).status, 0);
    const link = join(env.root, "link");
    Deno.symlinkSync(installation.folder, link);
    Deno.mkdirSync(join(env.home, ".claude"));
    Deno.writeTextFileSync(
      join(env.home, ".claude", "settings.json"),
      JSON.stringify({ command: Deno.realPathSync(installation.mpm) }),
    );
    const done = await installation.run(["--uninstall", "--dir", link]);
    assertEquals(done.status, 1);
    assertStringIncludes(done.stderr, "First run: mpm setup --remove");
    assertEquals(names(installation.folder), ["mpm"]);
  },
);
