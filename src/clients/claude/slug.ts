/** The longest folder name without a hash. */
const LONGEST_SLUG = 200;

/**
 * Returns the folder name that Claude Code uses for a project. Every UTF-16
 * unit of the project's path that is not an ASCII letter or digit becomes `-`.
 * A long name is shortened and made unique by a hash of the path.
 */
export function projectSlug(path: string): string {
  const slug = path.replaceAll(/[^A-Za-z0-9]/g, "-");
  if (slug.length <= LONGEST_SLUG) return slug;
  let hash = 0;
  for (let at = 0; at < path.length; at++) {
    hash = ((hash << 5) - hash + path.charCodeAt(at)) | 0;
  }
  return `${slug.slice(0, LONGEST_SLUG)}-${Math.abs(hash).toString(36)}`;
}
