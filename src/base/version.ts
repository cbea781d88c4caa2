import config from "../../deno.json" with { type: "json" };

/**
 * What this mpm is. `scripts/build.ts` puts the commit and its date in place
 * of the marks; run from source, there are none.
 */
export const VERSION = config.version;

const COMMIT = "@mpm-commit@";
const DATE = "@mpm-date@";

/** Commit and commit date (UTC) of the build, e.g. `1a2b3c4d5e6f 2026-11-20`. */
export const BUILD = COMMIT.startsWith("@") ? "source" : `${COMMIT} ${DATE}`;

/** Returns the line that `mpm --version` prints. */
export function versionText(): string {
  return `mpm ${VERSION} (${BUILD})\n`;
}
