/**
 * Tools that build mpm. Tests use the same Deno that ships. So its version, the
 * platforms and the permissions are written here and nowhere else.
 */

/** The only version of Deno that mpm is built and tested with. */
export const DENO_VERSION = "2.7.11";

/** Copyright of that Deno, as its licence begins. */
export const DENO_COPYRIGHT = "Copyright 2018-2026 the Deno authors";

/**
 * Version of the npm packages `@stdy/cli-*`. Each contains a program compiled
 * by Deno {@link DENO_VERSION}, and so the runtime that `deno compile` needs.
 */
const CARRIER_VERSION = "0.22.2";

/** A platform that mpm is built for. */
export interface Target {
  /** Name of the npm package that contains the platform's runtime. */
  readonly name: string;
  readonly version: string;
  /** `sha512-` and base64, of the package's archive (npm's own format). */
  readonly integrity: string;
  /** The compiled program inside the archive. */
  readonly program: string;
  /** SHA-256 in hex of the runtime that is cut out of that program. */
  readonly runtimeSha256: string;
}

function target(
  platform: string,
  integrity: string,
  runtimeSha256: string,
): Target {
  const suffix = platform.startsWith("win32") ? ".exe" : "";
  return {
    name: `@stdy/cli-${platform}`,
    version: CARRIER_VERSION,
    integrity: `sha512-${integrity}`,
    program: `package/bin/steady${suffix}`,
    runtimeSha256,
  };
}

/** The platforms, by the target triple `deno compile` calls them. */
export const TARGETS = {
  "x86_64-unknown-linux-gnu": target(
    "linux-x64",
    "kp5QdG26EC8gEzVXI0YgzmiiFHz7DFCNRLNfAWa2rDPHr/jUBnfkP8AlbTPmv0YNQpnKn1wzSWHFw88fn/OTog==",
    "f12d5d3886d5ea138304fb8d67d7396cfbedf53656676132152cb89f3fa4d8e6",
  ),
  "aarch64-unknown-linux-gnu": target(
    "linux-arm64",
    "HjSQdAt40CpYIauUKJ1xyIEsdrf5LtQP1x8Su7BEZJN94807ROJXxabW+jXyc48823tVBkrnxNUUTrBK4TVTRw==",
    "9c888d915647ff971a497acd39ee45ea63da5f19d12d4363124942c257c055ef",
  ),
  "x86_64-apple-darwin": target(
    "darwin-x64",
    "BYbQhEqBiEd+G9IyXWLpgAcSXFKMr6W3ZQXiOS3O5NnOWv+bNuyo793eBvEJ5fRKiuCV6n/ANVSJZLFOf6Nzog==",
    "7d27f1e41809f446916cffd6e72edca777ab0028f6225849279542bdf42431f8",
  ),
  "aarch64-apple-darwin": target(
    "darwin-arm64",
    "k5WGyCQl7DDpYWy3BI5TxGIxOdUpMeJ0q7kUi1EYs7Y72B/q0hIKDv3/fCgoZPWBI+N9XjnlSyetaxVQTRvWow==",
    "aa53c14e610357a2b878bb9750993f59318c04d96ec781756d13e291d4091fd7",
  ),
  "x86_64-pc-windows-msvc": target(
    "win32-x64",
    "7ZsJltOYVvMTl6eAy1AKMya7TFhb629FXr/BKZTyQsBrPj28rAaebQSTFYs1IZN0+n6LnJTpue6m4SIkevqBNA==",
    "714afa06b9aa9eae56bcb97b22e832c4325272b5fb735a8207146c2b23868d0b",
  ),
} as const satisfies Record<string, Target>;

/** A platform mpm is built for, as `deno compile --target` takes it. */
export type Triple = keyof typeof TARGETS;

/** All platforms, in the order they are built and listed. */
export const TRIPLES = Object.keys(TARGETS) as Triple[];

/** Returns whether `name` is one of {@link TRIPLES}. */
export function isTriple(name: string): name is Triple {
  return Object.hasOwn(TARGETS, name);
}

/**
 * Flags of V8 for a process that lives for the tenth of a second. Compiled code
 * is kept, and V8 does not optimize code, or collect data for that, until it is
 * really hot. A regular expression becomes machine code at its first use, since
 * making bytecode for that use takes just as long.
 */
export const V8_FLAGS = [
  "--no-flush-bytecode",
  "--no-sparkplug",
  "--no-profile-guided-optimization",
  "--min-semi-space-size=16",
  "--no-regexp-tier-up",
  "--invocation-count-for-maglev=4000",
  "--invocation-count-for-maglev-osr=1000",
  "--invocation-count-for-feedback-allocation=40",
  "--invocation-count-for-turbofan=20000",
  "--invocation-count-for-osr=5000",
] as const;

/**
 * Permissions of the binary, baked in when it is compiled: its own files, git,
 * and the user's hook scripts. No network and no native code. Deno refuses
 * anything else without asking the user. By default, Deno would allow imports
 * of code from some hosts, so that is denied.
 */
export const PERMISSIONS = [
  "--no-prompt",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-sys",
  "--allow-run=git,sh",
  "--deny-import",
] as const;
