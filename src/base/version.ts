import config from "../../deno.json" with { type: "json" };

/** The version of this mpm; `scripts/build.ts` sets the commit and date. */
export const VERSION = config.version;

const COMMIT = "@mpm-commit@";
const DATE = "@mpm-date@";

/** The commit and its date (UTC): `1a2b3c4d5e6f 2026-11-20`. */
export const BUILD = COMMIT.startsWith("@") ? "source" : `${COMMIT} ${DATE}`;

/** Returns the line that `mpm --version` prints. */
export function versionText(): string {
  return `mpm ${VERSION} (${BUILD})\n`;
}
