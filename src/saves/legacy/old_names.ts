/**
 * The parts of a save that are named after its ID, in the order in which they
 * are moved.
 */
export const PARTS = [
  ".json",
  ".yaml",
  ".md",
  "-incremental.jsonl",
  ".json.sha256",
] as const;

export type Part = typeof PARTS[number];

/** The meaning of a name in a folder of saves. */
type OldName =
  | { readonly kind: "part"; readonly id: string; readonly part: Part }
  /** claude-mpm's checksum file, named after a temporary file. */
  | { readonly kind: "evidence"; readonly id: string }
  | { readonly kind: "pointer" }
  /** Belongs to saves, but not to one particular save. */
  | { readonly kind: "lone" };

const PART_NAME =
  /^(session-\d{8}-\d{6})(\.json|\.yaml|\.md|-incremental\.jsonl|\.json\.sha256)$/;
const EVIDENCE_NAME = /^\.(session-\d{8}-\d{6})_[^/\\]{8}\.tmp\.sha256$/;
const LONE_NAME =
  /^(session-resume-\d{4}-\d\d-\d\d-\d{6}\.md|ACTIVE-PAUSE\.jsonl|\.session-[^/\\]*\.sha256)$/;

/** The pointer file in both layouts. */
export const POINTER = "LATEST-SESSION.txt";

/**
 * Returns the meaning of a name; `undefined`: not a file of a save, but
 * someone's own file.
 */
export function oldName(name: string): OldName | undefined {
  const part = PART_NAME.exec(name);
  if (part) return { kind: "part", id: part[1]!, part: part[2] as Part };
  const evidence = EVIDENCE_NAME.exec(name);
  if (evidence) return { kind: "evidence", id: evidence[1]! };
  if (name === POINTER) return { kind: "pointer" };
  return LONE_NAME.test(name) ? { kind: "lone" } : undefined;
}

/** Returns the ID in a name, if it has one. */
export function idOf(name: string): string | undefined {
  const known = oldName(name);
  return known?.kind === "part" || known?.kind === "evidence"
    ? known.id
    : undefined;
}
