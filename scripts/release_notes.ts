import { BuildError } from "./build_error.ts";

/**
 * Returns the text of a version in `CHANGELOG.md`: the lines below its heading,
 * as https://keepachangelog.com has it, up to the heading of the one before.
 *
 * @throws {BuildError} when the heading is missing or empty
 */
export function changesOf(changelog: string, version: string): string {
  const parts = changelog.replaceAll("\r\n", "\n").split(/^## /m).slice(1);
  const part = parts.find((text) => text.startsWith(`[${version}]`));
  const [heading = "", ...lines] = (part ?? "").split("\n");
  const text = lines.filter((line) => !/^\[[^\]]+\]: /.test(line))
    .join("\n").trim();
  if (/^\[[^\]]+\] - \d{4}-\d\d-\d\d$/.test(heading) && text) return text;
  throw new BuildError(
    `CHANGELOG.md does not describe version ${version}`,
    `Give it a heading with its day, "## [${version}] - YYYY-MM-DD", and ` +
      "move what is under Unreleased below it",
  );
}

/**
 * The notes of a release: how to install it, what changed, how to verify it.
 *
 * @param repository `OWNER/REPO` on GitHub
 * @throws {BuildError} as {@link changesOf}
 */
export function notesOf(
  changelog: string,
  { version, repository }: { version: string; repository: string },
): string {
  const files = `https://github.com/${repository}/releases/latest/download`;
  return `## Install

Linux and macOS:

\`\`\`sh
curl -fsSL ${files}/install.sh | sh
\`\`\`

Windows, in PowerShell:

\`\`\`powershell
irm ${files}/install.ps1 | iex
\`\`\`

## Changes

${changesOf(changelog, version)}

## Verify

\`SHA256SUMS\` has the checksums of all files, which the installers compare.
Where each was built, and from what, is attested:

\`\`\`sh
gh attestation verify <file> --repo ${repository}
\`\`\`
`;
}
