import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { zipSync } from "fflate";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { blocksOf, pages } from "../helpers/markdown.ts";
import { binary } from "../helpers/mpm.ts";
import {
  type Answer,
  releaseOf,
  ReleaseServer,
} from "../helpers/release_server.ts";
import { say } from "../helpers/say.ts";
import { syntaxErrors } from "../helpers/syntax.ts";
import { ROOT } from "../helpers/tree.ts";

const SCRIPT = join(ROOT, "scripts", "install.ps1");
const NAME = "mpm-x86_64-pc-windows-msvc.zip";
const WINDOWS = Deno.build.os === "windows";

/** Checks without a PowerShell. */
Deno.test("install.ps1 is valid PowerShell 5.1", async () => {
  const script = await Deno.readTextFile(SCRIPT);
  assertEquals(await syntaxErrors("powershell", script), []);
  assert(script.startsWith("#Requires -Version 5.1\n"));
  // Without a byte order mark, it is read in the code page of the machine.
  assert(/^[\n\x20-\x7e]*$/.test(script));
  // Operators that came with PowerShell 7.
  const code = script.replaceAll(/'[^'\n]*'|"[^"\n]*"/g, "''");
  assert(!/\?\?|\?\.|&&|\|\||-AsHashtable|-Parallel/.test(code));
  // Functions of modules: an error in them does not stop a script.
  assert(!/Expand-Archive|Get-FileHash/.test(code));
});

Deno.test("examples for PowerShell in pages are valid PowerShell", async () => {
  const blocks = pages().flatMap(blocksOf)
    .filter(({ kind }) => kind === "powershell");
  assert(blocks.length > 3);
  for (const { page, line, lines } of blocks) {
    const errors = await syntaxErrors("powershell", lines.join("\n") + "\n");
    assertEquals(errors, [], `${page}:${line}`);
  }
});

Deno.test("a part of install.ps1 is not a script", async () => {
  const script = await Deno.readTextFile(SCRIPT);
  const start = script.indexOf("\n& {\n") + 5;
  const lines = [...script.slice(start, -3).matchAll(/\n/g)]
    .map(({ index }) => start + index);
  for (const end of lines.filter((_, at) => at % 20 === 0)) {
    const errors = await syntaxErrors("powershell", script.slice(0, end));
    assert(errors.length > 0, `cut at ${end}`);
  }
});

Deno.test("the installers accept the same releases and print the same messages", async () => {
  const sh = await Deno.readTextFile(join(ROOT, "scripts", "install.sh"));
  const ps1 = await Deno.readTextFile(SCRIPT);
  const flags = [...sh.matchAll(/^ {2}--([a-z]+) /gm)].map(([, name]) => name!)
    .filter((name) => name !== "help");
  const named = [...ps1.matchAll(/^\.PARAMETER (\w+)$/gm)]
    .map(([, name]) => name!.toLowerCase());
  assertEquals(
    named.filter((name) => name !== "addtopath").sort(),
    flags.sort(),
  );
  for (
    const said of [
      "lists no checksums, so it is something else",
      "so it cannot be verified",
      "does not have the checksum that SHA256SUMS gives it",
      "SHA256SUMS has several checksums for $",
      "$near is not a folder",
      "is there and does not answer as mpm",
      "No permission to write to $",
      "is not on PATH, so your shell does not find mpm yet",
      "First run: mpm setup --remove",
    ]
  ) {
    assertStringIncludes(sh, said);
    assertStringIncludes(ps1, said);
  }
});

function has(program: string): boolean {
  try {
    return new Deno.Command(program, {
      args: ["-NoProfile", "-Command", "exit 0"],
    }).outputSync().success;
  } catch {
    return false;
  }
}

const SHELLS = ["powershell", "pwsh"].filter(has);

function windowsTest(name: string, fn: () => Promise<void>): void {
  Deno.test(name, async () => {
    if (WINDOWS && SHELLS.length > 0) return await fn();
    say(`SKIPPED: ${name}: there is no PowerShell on Windows here`);
  });
}

/** Variables without which PowerShell does not start. */
const NEEDED = [
  ...["SystemRoot", "SystemDrive", "ComSpec", "PATHEXT", "PSModulePath"],
  ...["PROCESSOR_ARCHITECTURE", "ProgramFiles", "windir"],
];

class WindowsInstallation implements AsyncDisposable {
  readonly env = new TestEnv();
  readonly folder = join(this.env.home, "Programs", "mpm");
  readonly mpm = join(this.folder, "mpm.exe");
  readonly archive = zipSync({ "mpm.exe": Deno.readFileSync(binary()) }, {
    level: 0,
  });
  readonly server: ReleaseServer;

  constructor(answers?: (archive: Uint8Array) => Map<string, Answer>) {
    this.server = new ReleaseServer(
      answers?.(this.archive) ?? releaseOf("v9.9.9", { [NAME]: this.archive }),
    );
  }

  async run(shell: string, args: readonly string[]) {
    const inherited = NEEDED.map((name) => [name, Deno.env.get(name)] as const)
      .filter((pair): pair is [string, string] => pair[1] !== undefined);
    const { code, stdout, stderr } = await new Deno.Command(shell, {
      args: [
        ...["-NoProfile", "-ExecutionPolicy", "Bypass", "-File", SCRIPT],
        ...args,
      ],
      cwd: this.env.project,
      env: {
        ...Object.fromEntries(inherited),
        PATH: `${this.folder};${Deno.env.get("PATH")}`,
        USERPROFILE: this.env.home,
        LOCALAPPDATA: this.env.home,
        TEMP: join(this.env.root, "tmp"),
        TMP: join(this.env.root, "tmp"),
        MPM_RELEASES: this.server.address,
      },
      clearEnv: true,
      stdin: "null",
    }).output();
    const text = (bytes: Uint8Array) =>
      new TextDecoder().decode(bytes).replaceAll("\r\n", "\n");
    return { status: code, stdout: text(stdout), stderr: text(stderr) };
  }

  names(): string[] {
    return [...Deno.readDirSync(this.folder)].map(({ name }) => name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    this.env[Symbol.dispose]();
  }
}

windowsTest("install.ps1 installs, replaces and removes", async () => {
  for (const shell of SHELLS) {
    await using installation = new WindowsInstallation();
    const first = await installation.run(shell, []);
    assertEquals(first.status, 0, first.stderr);
    assertStringIncludes(first.stdout, `at ${installation.mpm}`);
    assertEquals(installation.names(), ["mpm.exe"]);
    // One that runs: it waits for its standard input.
    const running = new Deno.Command(installation.mpm, {
      args: ["statusline"],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const second = await installation.run(shell, ["-Dir", installation.folder]);
    assertEquals(second.status, 0, second.stderr);
    await running.stdin.close();
    await running.status;
    const third = await installation.run(shell, []);
    assertEquals(third.status, 0, third.stderr);
    assertEquals(installation.names(), ["mpm.exe"], "the old one went");
    const removed = await installation.run(shell, ["-Uninstall"]);
    assertEquals(removed.status, 0, removed.stderr);
    assertEquals(installation.names(), []);
  }
});

windowsTest(
  "install.ps1 refuses an invalid release",
  async () => {
    const page = new TextEncoder().encode("<html></html>\n");
    const wrong: [string, (archive: Uint8Array) => Map<string, Answer>][] = [
      [
        "does not have the checksum",
        (archive) =>
          releaseOf("v9.9.9", { [NAME]: archive })
            .set(`download/v9.9.9/${NAME}`, archive.subarray(1000)),
      ],
      ["There is no", () => new Map()],
      [
        "so it cannot be verified",
        (archive) => releaseOf("v9.9.9", { "other.zip": archive }),
      ],
      [
        "lists no checksums",
        () => new Map([["latest/download/SHA256SUMS", page]]),
      ],
      ["Cannot unpack", () => releaseOf("v9.9.9", { [NAME]: page })],
      ["status 403", () => new Map([["latest/download/SHA256SUMS", 403]])],
    ];
    for (const shell of SHELLS) {
      for (const [error, answers] of wrong) {
        await using installation = new WindowsInstallation(answers);
        const done = await installation.run(shell, []);
        assertEquals(done.status, 1, error);
        assertStringIncludes(done.stderr, error);
        assertEquals([...Deno.readDirSync(installation.env.home)], [], error);
      }
    }
  },
);

windowsTest("install.ps1 refuses an impossible folder", async () => {
  await using installation = new WindowsInstallation();
  const file = join(installation.env.root, "file");
  await Deno.writeTextFile(file, "");
  const free = [..."QRSTUVWXYZ"].find((one) => {
    try {
      return !Deno.statSync(`${one}:\\`);
    } catch {
      return true;
    }
  });
  for (
    const [folder, error] of [
      [file, `Error: ${file} is not a folder`],
      [join(file, "below"), `Error: ${file} is not a folder`],
      [`${free}:\\mpm`, `Error: ${free}:\\mpm cannot be reached`],
    ] as const
  ) {
    const done = await installation.run(SHELLS[0]!, ["-Dir", folder]);
    assertEquals(done.status, 1, folder);
    assertStringIncludes(done.stderr, error);
  }
  assertEquals(
    installation.server.asked,
    [],
    "said before anything is fetched",
  );
});

windowsTest("install.ps1 extracts only one file from an archive", async () => {
  const program = Deno.readFileSync(binary());
  for (const entries of [{ "../evil.txt": program }, { "a.txt": program }]) {
    const archive = zipSync(entries, { level: 0 });
    await using installation = new WindowsInstallation(() =>
      releaseOf("v9.9.9", { [NAME]: archive })
    );
    const done = await installation.run(SHELLS[0]!, []);
    assertEquals(done.status, 1);
    assertStringIncludes(done.stderr, "it holds no mpm.exe");
    assertEquals([...Deno.readDirSync(installation.env.home)], []);
  }
});

windowsTest("install.ps1 reports a missing network", async () => {
  await using installation = new WindowsInstallation();
  await installation.server[Symbol.asyncDispose]();
  const done = await installation.run(SHELLS[0]!, []);
  assertEquals(done.status, 1);
  assertStringIncludes(done.stderr, "Error: Cannot download");
});
