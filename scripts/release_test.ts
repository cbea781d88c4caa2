import { gunzipSync } from "node:zlib";
import { unzipSync } from "fflate";
import { parseTar } from "nanotar";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { parse as parseYaml } from "@std/yaml";
import { join } from "@std/path";
import { BuildError } from "./build_error.ts";
import config from "../deno.json" with { type: "json" };
import { hostTriple } from "./build.ts";
import { finish, packBinary, stamped, tryArchive } from "./release.ts";
import { assetName, pack } from "./release_archive.ts";
import { changesOf } from "./release_notes.ts";
import { packagesOf, wingetOf } from "./release_packages.ts";
import { billOfMaterials } from "./release_sbom.ts";
import { DENO_VERSION, type Triple, TRIPLES } from "./toolchain.ts";
import { posixTest } from "../tests/helpers/posix.ts";
import { say } from "../tests/helpers/say.ts";
import { syntaxErrors } from "../tests/helpers/syntax.ts";
import { ROOT } from "../tests/helpers/tree.ts";
import { sha256 } from "../tests/helpers/bytes.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytesOf = (text: string) => new TextEncoder().encode(text);
const REPOSITORY = "Some-Owner/mpm.tool";
const BASE = `https://github.com/${REPOSITORY}/releases/download/v1.2.3`;
const DAY = "2026-03-04";

const RELEASE = {
  version: "1.2.3",
  repository: REPOSITORY,
  day: DAY,
  digests: Object.fromEntries(
    TRIPLES.map((triple) => [triple, sha256(bytesOf(triple))]),
  ) as Record<Triple, string>,
};

const CHANGELOG = `# Changelog

## [Unreleased]

- Not yet

## [1.2.3] - 2026-03-04

### Fixed

- A thing

## [1.2.2] - 2026-01-01

- An older thing

[1.2.3]: https://example.com
`;

Deno.test("pack() makes archives that depend on their files and the day alone", () => {
  const files = [
    { name: "mpm", bytes: bytesOf("program"), executable: true },
    { name: "LICENSE", bytes: bytesOf("licence"), executable: false },
  ];
  for (const triple of TRIPLES) {
    assertEquals(pack(triple, files, DAY), pack(triple, files, DAY));
  }
  // The header says neither when nor on which system it was made.
  const header = pack(TRIPLES[0]!, files, DAY).subarray(0, 10);
  assertEquals([...header], [31, 139, 8, 0, 0, 0, 0, 0, 2, 255]);
  const tar = parseTar(gunzipSync(pack(TRIPLES[0]!, files, DAY)));
  assertEquals(
    tar.map(({ name, text, attrs }) => [
      name,
      text,
      attrs?.mode?.replace(/^0+/, "").trim(),
      attrs?.uid,
      attrs?.mtime,
    ]),
    [
      ["mpm", "program", "755", 0, Date.UTC(2026, 2, 4) / 1000],
      ["LICENSE", "licence", "644", 0, Date.UTC(2026, 2, 4) / 1000],
    ],
  );
  // The end is there, however much is in it.
  for (const size of [6656, 7168, 7680, 8192, 8704, 9216]) {
    const bytes = gunzipSync(
      pack(
        TRIPLES[0]!,
        [{ ...files[0]!, bytes: new Uint8Array(size).fill(1) }],
        DAY,
      ),
    );
    assertEquals(bytes.length % 512, 0);
    assert(bytes.subarray(-1024).every((byte) => byte === 0), `${size}`);
  }
  const zip = pack("x86_64-pc-windows-msvc", files, DAY);
  const unpacked = unzipSync(zip);
  assertEquals(Object.keys(unpacked), ["mpm", "LICENSE"]);
  assertEquals(text(unpacked["mpm"]!), "program");
  // The day as MS-DOS has it: years from 1980, month, day.
  const date = new DataView(zip.buffer).getUint16(12, true);
  assertEquals(date, ((2026 - 1980) << 9) | (3 << 5) | 4);
});

Deno.test("changesOf() returns the section of one version", () => {
  assertEquals(changesOf(CHANGELOG, "1.2.3"), "### Fixed\n\n- A thing");
  assertEquals(changesOf(CHANGELOG, "1.2.2"), "- An older thing");
  assertEquals(
    changesOf(CHANGELOG.replaceAll("\n", "\r\n"), "1.2.2"),
    "- An older thing",
  );
  for (const version of ["1.2", "9.9.9", "Unreleased"]) {
    assertThrows(() => changesOf(CHANGELOG, version), BuildError, version);
  }
  const bare = "## [1.0.0] - 2026-01-01\n\n## [0.9.0] - 2025-01-01\n- x\n";
  assertThrows(() => changesOf(bare, "1.0.0"), BuildError);
});

Deno.test("the changelog begins with unreleased changes", async () => {
  const changelog = await Deno.readTextFile(join(ROOT, "CHANGELOG.md"));
  const headings = [...changelog.matchAll(/^## (.*)$/gm)].map(([, one]) =>
    one!
  );
  assertEquals(headings[0], "[Unreleased]");
  for (const heading of headings.slice(1)) {
    assert(
      /^\[\d+\.\d+\.\d+(-[\w.]+)?\] - \d{4}-\d\d-\d\d$/.test(heading),
      heading,
    );
  }
  const kinds = [...changelog.matchAll(/^### (.*)$/gm)].map(([, one]) => one!);
  for (const kind of kinds) {
    assert(/^(Added|Changed|Deprecated|Removed|Fixed|Security)$/.test(kind));
  }
});

Deno.test("stamped() writes the place of the releases into an installer, once", async () => {
  for (const name of ["install.sh", "install.ps1"]) {
    const script = await Deno.readTextFile(join(ROOT, "scripts", name));
    const address = `'https://github.com/${REPOSITORY}/releases'`;
    const made = stamped(script, REPOSITORY);
    assertEquals(made.split(address).length, 2, name);
    assertEquals(made.replace(address, "''"), script);
  }
});

Deno.test("the formula for Homebrew is Ruby and has each archive once", async () => {
  const formula = packagesOf(RELEASE).get("mpm.rb")!;
  assertEquals(await syntaxErrors("ruby", formula), []);
  const broken = formula.replace(/end\n$/, "");
  assert((await syntaxErrors("ruby", broken)).length > 0);
  const found = [...formula.matchAll(/url "(.*)"\n +sha256 "(.*)"/g)];
  assertEquals(
    found.map(([, url, sum]) => [url, sum]).sort(),
    TRIPLES.filter((triple) => !triple.includes("windows")).map((triple) => [
      `${BASE}/${assetName(triple)}`,
      RELEASE.digests[triple],
    ]).sort(),
  );
});

Deno.test("Ruby itself accepts the formula", async () => {
  const ruby = new Deno.Command("ruby", {
    args: ["-c"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  let child: Deno.ChildProcess;
  try {
    child = ruby.spawn();
  } catch {
    say("SKIPPED: ruby is not installed; only the grammar saw the formula");
    return;
  }
  const writer = child.stdin.getWriter();
  await writer.write(bytesOf(packagesOf(RELEASE).get("mpm.rb")!));
  await writer.close();
  assertEquals(text((await child.output()).stdout).trim(), "Syntax OK");
});

Deno.test("the manifest for Scoop names the archive and how to update it", () => {
  const manifest = JSON.parse(packagesOf(RELEASE).get("mpm.json")!);
  const name = assetName("x86_64-pc-windows-msvc");
  assertEquals(manifest, {
    version: "1.2.3",
    description: "Save and restore the state of AI coding sessions",
    homepage: `https://github.com/${REPOSITORY}`,
    license: "MIT",
    architecture: {
      "64bit": {
        url: `${BASE}/${name}`,
        hash: RELEASE.digests["x86_64-pc-windows-msvc"],
      },
    },
    bin: "mpm.exe",
    checkver: { github: `https://github.com/${REPOSITORY}` },
    autoupdate: {
      architecture: {
        "64bit": {
          url: `${BASE.replace("v1.2.3", "v$version")}/${name}`,
        },
      },
      hash: { url: "$baseurl/SHA256SUMS" },
    },
  });
});

Deno.test("the manifests for winget are YAML and agree with each other", () => {
  const all = wingetOf(RELEASE).map(([path, yaml]) =>
    [path, parseYaml(yaml) as Record<string, unknown>] as const
  );
  assertEquals(
    all.map(([path, { ManifestType }]) => [path, ManifestType]),
    [
      ["Some-Owner.mpm.yaml", "version"],
      ["Some-Owner.mpm.installer.yaml", "installer"],
      ["Some-Owner.mpm.locale.en-US.yaml", "defaultLocale"],
    ],
  );
  for (const [path, manifest] of all) {
    const { PackageIdentifier, PackageVersion, ManifestVersion } = manifest;
    assertEquals(
      [PackageIdentifier, PackageVersion, ManifestVersion],
      ["Some-Owner.mpm", "1.2.3", "1.6.0"],
      path,
    );
  }
  assertEquals(all[0]![1].DefaultLocale, all[2]![1].PackageLocale);
  assertEquals(all[1]![1].Installers, [{
    Architecture: "x64",
    InstallerUrl: `${BASE}/mpm-x86_64-pc-windows-msvc.zip`,
    InstallerSha256: RELEASE.digests["x86_64-pc-windows-msvc"].toUpperCase(),
  }]);
  const moniker = all[2]![1].ShortDescription as string;
  assert(moniker.length >= 3 && moniker.length <= 256);
});

/** The licences of libraries that are not under MIT's. */
const OTHER_LICENCES = new Map([
  ["age-encryption", "BSD-3-Clause"],
  ["bcrypt-pbkdf", "BSD-3-Clause"],
  ["diff", "BSD-3-Clause"],
  ["tweetnacl", "Unlicense"],
]);

Deno.test("the bill of materials lists what the program imports, as locked", async () => {
  const bill = await billOfMaterials(ROOT, RELEASE) as {
    serialNumber: string;
    components: Record<string, unknown>[];
    dependencies: { ref: string; dependsOn: string[] }[];
    metadata: { component: Record<string, unknown> };
  };
  assertEquals(bill, await billOfMaterials(ROOT, RELEASE), "reproducible");
  assert(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(
    bill.serialNumber,
  ));
  const lock = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.lock")));
  const names = bill.components.map(({ name }) => name);
  assertEquals(names[0], "deno");
  assertEquals(bill.components[0]!.version, DENO_VERSION);
  assert(names.includes("zod") && names.includes("deno-std"));
  assert(!names.includes("fast-check"), "only tests use it");
  for (
    const { name, version, purl, hashes, licenses } of bill.components.slice(1)
  ) {
    const { integrity } = lock.npm[`${name}@${version}`];
    const path = String(name).replace("@", "%40");
    assertEquals(purl, `pkg:npm/${path}@${version}`);
    assertEquals(hashes, [{
      alg: "SHA-512",
      content: Uint8Array.fromBase64(integrity.slice(7)).toHex(),
    }]);
    const id = OTHER_LICENCES.get(String(name)) ?? "MIT";
    assertEquals(licenses, [{ license: { id } }], String(name));
  }
  const refs = bill.components.map((one) => one["bom-ref"]);
  const own = bill.metadata.component["bom-ref"];
  assertEquals(bill.dependencies.map(({ ref }) => ref), [own, ...refs]);
  assertEquals(bill.dependencies[0]!.dependsOn, refs);
});

Deno.test("finish() makes the rest of a release, and the checksums of all files", async () => {
  const out = await Deno.makeTempDir();
  try {
    const binary = join(out, "..", `binary-${crypto.randomUUID()}`);
    await Deno.writeTextFile(binary, "program");
    const options = {
      ...{ root: ROOT, out, changelog: CHANGELOG },
      ...{ repository: REPOSITORY, version: "1.2.3", day: DAY },
      licences: "licences of others",
    };
    for (const triple of TRIPLES.slice(1)) {
      await packBinary(binary, triple, options);
    }
    const missing = await finish(options).catch((error) => error);
    assert(missing instanceof BuildError);
    const listed = async (triple: Triple) => {
      const bytes = await Deno.readFile(join(out, assetName(triple)));
      return triple.includes("windows")
        ? Object.keys(unzipSync(bytes))
        : parseTar(gunzipSync(bytes)).map(({ name }) => name);
    };
    assertEquals(await listed("x86_64-pc-windows-msvc"), [
      ...["mpm.exe", "THIRD-PARTY-LICENSES.txt", "LICENSE"],
      "completions/mpm.ps1",
    ]);
    const unix = await listed("aarch64-apple-darwin");
    assertEquals(unix.slice(0, 7), [
      ...["mpm", "THIRD-PARTY-LICENSES.txt", "LICENSE"],
      ...["completions/mpm.bash", "completions/mpm.fish"],
      ...["completions/mpm.ps1", "completions/mpm.zsh"],
    ]);
    assert(unix.includes("man/mpm.1") && unix.includes("man/mpm-pause.1"));
    // The formula installs the existing files.
    const formulaPaths = packagesOf({ ...RELEASE }).get("mpm.rb")!
      .matchAll(/_completion\.install "([^"]*)"/g);
    for (const [, path] of formulaPaths) assert(unix.includes(path!), path);
    assert(missing.message.endsWith(assetName(TRIPLES[0]!)));
    await packBinary(binary, TRIPLES[0]!, options);
    await Deno.remove(binary);
    const notes = await finish(options);
    for (
      const said of [
        `/${REPOSITORY}/releases/latest/download/install.sh | sh`,
        "- A thing",
        "gh attestation",
      ]
    ) {
      assert(notes.includes(said), said);
    }
    assert(!notes.includes("An older thing"));
    const sums = await Deno.readTextFile(join(out, "SHA256SUMS"));
    assertEquals(
      sums,
      [
        ...TRIPLES.map(assetName),
        ...["install.sh", "install.ps1", "mpm.cdx.json", "mpm.json", "mpm.rb"],
        "mpm-winget.zip",
      ].sort().map((name) =>
        `${sha256(Deno.readFileSync(join(out, name)))}  ${name}\n`
      ).join(""),
    );
    assertEquals(
      Object.keys(
        unzipSync(await Deno.readFile(join(out, "mpm-winget.zip"))),
      ),
      wingetOf(RELEASE).map(([name]) => name),
    );
    const formula = await Deno.readTextFile(join(out, "mpm.rb"));
    for (const [, sum] of formula.matchAll(/sha256 "(.*)"/g)) {
      assert(sums.includes(sum!));
    }
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

posixTest(
  "tryArchive() starts the binary in an archive, and accepts only its version",
  async () => {
    const out = await Deno.makeTempDir();
    const place = { root: ROOT, out, day: DAY, licences: "x" };
    const binary = join(out, "binary");
    const packed = async (answer: string) => {
      await Deno.writeTextFile(binary, `#!/bin/sh\necho '${answer}'\n`);
      return await packBinary(binary, hostTriple(), place);
    };
    try {
      const right = `mpm ${config.version} (0123456789ab 2026-01-02)`;
      assertEquals(await tryArchive(await packed(right)), right);
      const error = await tryArchive(await packed("mpm 0.0.0 (x y)"))
        .catch((error) => error);
      assert(error instanceof BuildError);
      assert(error.message.endsWith('answers "mpm 0.0.0 (x y)"'));
      const archive = join(out, "no-archive.tar.gz");
      await Deno.writeTextFile(archive, "x");
      const broken = await tryArchive(archive).catch((error) => error);
      assert(broken instanceof BuildError, String(broken));
    } finally {
      await Deno.remove(out, { recursive: true });
    }
  },
);

Deno.test("pack --run packs nothing that it could not start", async () => {
  const foreign = TRIPLES.find((triple) => triple !== hostTriple())!;
  const out = await Deno.makeTempDir();
  try {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--no-check", join(ROOT, "scripts", "release.ts")],
        ...["pack", "--run", "--target", foreign, "--out", out],
      ],
    }).output();
    assertEquals(code, 1, text(stderr));
    assert(text(stderr).includes(`A binary for ${foreign} does not run here`));
    assertEquals([...Deno.readDirSync(out)], []);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});
