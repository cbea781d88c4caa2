/** The systems that differ in their rules for file names. */
export type Platform = "linux" | "darwin" | "windows";

/** Says why a path, perhaps from anyone, cannot be written on this system. */
export function reasonNotThere(
  path: string,
  platform: Platform,
): string | undefined {
  if (!isSafePath(path, platform)) return "its path is not allowed";
  if (platform !== "windows") return undefined;
  return path.split("/").every(isWindowsName)
    ? undefined
    : "Windows cannot use this name";
}

/** Says why mpm does not read a path that leads elsewhere on Windows. */
export function reasonNotRead(
  path: string,
  platform: Platform,
): string | undefined {
  return platform === "windows" ? reasonNotThere(path, platform) : undefined;
}

/**
 * Returns whether a path stays within its worktree, and outside git's folder
 * and the mpm folder, under any name that the system accepts for them.
 */
export function isSafePath(path: string, platform: Platform): boolean {
  // Windows would read either character as part of another path.
  if (platform === "windows" && /[\\:]/.test(path)) return false;
  return path !== "" && !path.includes("\0") &&
    path.split("/").every((part, at) =>
      !["", ".", ".."].includes(part) && !isGitFolder(part, platform) &&
      !(at === 0 && isOwnAlias(part, platform))
    );
}

/** Characters that HFS+ ignores when it compares names. */
const IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

function isGitFolder(part: string, platform: Platform): boolean {
  const seen = platform === "darwin" ? part.replaceAll(IGNORED, "") : part;
  return /^\.git[. ]*$/i.test(seen) || /^git~\d/i.test(seen);
}

/** Returns whether a part is mpm's folder where case is ignored. */
function isOwnAlias(part: string, platform: Platform): boolean {
  if (platform === "linux" || part === ".claude-mpm") return false;
  const seen = platform === "darwin"
    ? part.replaceAll(IGNORED, "")
    : part.replace(/[. ]+$/, "");
  return seen.toLowerCase() === ".claude-mpm" || /^claude~\d/i.test(seen);
}

/** Returns whether Windows allows this file name, by Microsoft's rules. */
export function isWindowsName(name: string): boolean {
  // deno-lint-ignore no-control-regex -- finds control characters
  return !/[\x00-\x1f<>:"/\\|?*]/.test(name) && !/[. ]$/.test(name) &&
    !/^(?:con|prn|aux|nul|com[\d\xb9\xb2\xb3]|lpt[\d\xb9\xb2\xb3]|conin\$|conout\$) *(?:\.|$)/i
      .test(name);
}
