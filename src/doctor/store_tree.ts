/** A file or folder of mpm's own. */
export interface TreeFile {
  /** Below `.claude-mpm`, `/` between folders; empty: that folder itself. */
  readonly path: string;
  readonly kind: "file" | "folder" | "link" | "other";
  /** Bytes. */
  readonly size: number;
  /** Permission bits; `undefined` where the platform has none. */
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  /** Milliseconds since the epoch. */
  readonly mtime: number;
}

/** Permission bits of anybody but the owner. */
const OTHERS = 0o077;

/**
 * What others than the owner may enter or read. Nobody reaches what lies in a
 * folder that is closed, so that files which git wrote there (a branch that was
 * switched to) are nothing to worry about.
 */
export function openToOthers(tree: readonly TreeFile[]): TreeFile[] {
  const top = tree.find(({ path }) => path === "");
  if (top?.mode === undefined || (top.mode & OTHERS) === 0) return [];
  return tree.filter(({ kind, mode }) =>
    (kind === "file" || kind === "folder") && mode !== undefined &&
    (mode & OTHERS) !== 0
  );
}

/** The mode that mpm gives it. */
export function wantedMode({ kind }: TreeFile): number {
  return kind === "folder" ? 0o700 : 0o600;
}

/** What belongs to somebody else, as after a `sudo mpm`. */
export function foreignOwned(
  tree: readonly TreeFile[],
  uid: number | undefined,
): TreeFile[] {
  // Root may write whatever it is.
  if (uid === undefined || uid === 0) return [];
  return tree.filter((one) => one.uid !== undefined && one.uid !== uid);
}

/** Milliseconds after which a file that was being written is given up. */
const GIVEN_UP = 10 * 60_000;

/** Names of files while mpm or claude-mpm writes them. */
const TEMPORARY = [
  /^\.mpm(?:-[\w-]+)?\.tmp$/,
  /^\.(?:rows|index)\.json\.new$/,
  /^\.(?:config\.toml|context\.md\.mpm)\.tmp$/,
  /^[\w-]+\.[a-z]+\.json\.[a-z0-9]{8}\.tmp$/,
  /^error-[\w-]+\.json\.tmp$/,
  /^\.session-[\w-]+_.{8}\.tmp$/,
];

/** What a write left that died. */
export function leftTemporary(
  tree: readonly TreeFile[],
  now: number,
): TreeFile[] {
  return tree.filter(({ path, kind, mtime }) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    return kind === "file" && now - mtime > GIVEN_UP &&
      !path.startsWith("trash/") && !path.startsWith("backups/") &&
      TEMPORARY.some((pattern) => pattern.test(name));
  });
}

const CHECKSUM = /^(sessions|kept)\/(session-\d{8}-\d{6})\.json\.sha256$/;

/** Checksums whose save is nowhere: neither in its folder nor in `kept/`. */
export function loneChecksums(tree: readonly TreeFile[]): TreeFile[] {
  const paths = new Set(tree.map(({ path }) => path));
  return tree.filter(({ path, kind }) => {
    const [, , id] = CHECKSUM.exec(path) ?? [];
    return kind === "file" && id !== undefined &&
      !paths.has(`sessions/${id}.json`) && !paths.has(`kept/${id}.json`);
  });
}

/** Bytes below a folder of mpm's; empty: all of it. */
export function bytesBelow(tree: readonly TreeFile[], folder = ""): number {
  const start = folder === "" ? "" : `${folder}/`;
  return tree.filter(({ path, kind }) =>
    kind === "file" && path.startsWith(start)
  ).reduce((sum, { size }) => sum + size, 0);
}
