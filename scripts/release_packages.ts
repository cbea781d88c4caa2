import { assetName } from "./release_archive.ts";
import type { Triple } from "./toolchain.ts";

/** The data for the package managers. */
export interface Release {
  readonly version: string;
  /** `OWNER/REPO` on GitHub. */
  readonly repository: string;
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** SHA-256 in hex of the archive of each platform. */
  readonly digests: Readonly<Record<Triple, string>>;
}

const SUMMARY = "Save and restore the state of AI coding sessions";

interface Download {
  readonly url: string;
  readonly sha256: string;
}

function downloadOf(release: Release, triple: Triple): Download {
  const { repository, version, digests } = release;
  const base = `https://github.com/${repository}/releases/download/v${version}`;
  return { url: `${base}/${assetName(triple)}`, sha256: digests[triple] };
}

/** The files for Homebrew and Scoop, by name. */
export function packagesOf(release: Release): Map<string, string> {
  return new Map([
    ["mpm.rb", homebrew(release)],
    ["mpm.json", scoop(release)],
  ]);
}

/** A formula, for a tap: https://docs.brew.sh/Formula-Cookbook */
function homebrew(release: Release): string {
  const { repository, version } = release;
  const from = (triple: Triple) => {
    const { url, sha256 } = downloadOf(release, triple);
    return `      url "${url}"\n      sha256 "${sha256}"`;
  };
  return `class Mpm < Formula
  desc "${SUMMARY}"
  homepage "https://github.com/${repository}"
  version "${version}"
  license "MIT"

  on_macos do
    on_arm do
${from("aarch64-apple-darwin")}
    end
    on_intel do
${from("x86_64-apple-darwin")}
    end
  end

  on_linux do
    on_arm do
${from("aarch64-unknown-linux-gnu")}
    end
    on_intel do
${from("x86_64-unknown-linux-gnu")}
    end
  end

  def install
    bin.install "mpm"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/mpm.bash" => "mpm"
    zsh_completion.install "completions/mpm.zsh" => "_mpm"
    fish_completion.install "completions/mpm.fish"
  end

  test do
    assert_match "mpm #{version} ", shell_output("#{bin}/mpm --version")
  end
end
`;
}

/** https://github.com/ScoopInstaller/Scoop/wiki/App-Manifests */
function scoop(release: Release): string {
  const { repository, version } = release;
  const { url, sha256 } = downloadOf(release, "x86_64-pc-windows-msvc");
  const homepage = `https://github.com/${repository}`;
  const latest = url.replace(`/v${version}/`, "/v$version/");
  const manifest = {
    version,
    description: SUMMARY,
    homepage,
    license: "MIT",
    architecture: { "64bit": { url, hash: sha256 } },
    bin: "mpm.exe",
    checkver: { github: homepage },
    autoupdate: {
      architecture: { "64bit": { url: latest } },
      hash: { url: "$baseurl/SHA256SUMS" },
    },
  };
  return `${JSON.stringify(manifest, null, 4)}\n`;
}

/**
 * The manifests for winget, by name: the three files of
 * https://learn.microsoft.com/windows/package-manager
 */
export function wingetOf(release: Release): [string, string][] {
  const { repository, version, day } = release;
  const owner = repository.split("/")[0]!;
  const { url, sha256 } = downloadOf(release, "x86_64-pc-windows-msvc");
  const id = `${owner}.mpm`;
  const file = (type: string, values: Record<string, unknown>) =>
    Object.entries({
      PackageIdentifier: id,
      PackageVersion: version,
      ...values,
      ManifestType: type,
      ManifestVersion: "1.6.0",
    }).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`).join("");
  return [
    [`${id}.yaml`, file("version", { DefaultLocale: "en-US" })],
    [
      `${id}.installer.yaml`,
      file("installer", {
        InstallerType: "zip",
        NestedInstallerType: "portable",
        NestedInstallerFiles: [{
          RelativeFilePath: "mpm.exe",
          PortableCommandAlias: "mpm",
        }],
        ReleaseDate: day,
        Installers: [{
          Architecture: "x64",
          InstallerUrl: url,
          InstallerSha256: sha256.toUpperCase(),
        }],
      }),
    ],
    [
      `${id}.locale.en-US.yaml`,
      file("defaultLocale", {
        PackageLocale: "en-US",
        Publisher: owner,
        PublisherUrl: `https://github.com/${owner}`,
        PackageName: "mpm",
        PackageUrl: `https://github.com/${repository}`,
        License: "MIT",
        LicenseUrl: `https://github.com/${repository}/blob/v${version}/LICENSE`,
        ShortDescription: SUMMARY,
        Moniker: "mpm",
        Tags: ["claude-code", "cli", "git", "session"],
        ReleaseNotesUrl:
          `https://github.com/${repository}/releases/tag/v${version}`,
      }),
    ],
  ];
}
