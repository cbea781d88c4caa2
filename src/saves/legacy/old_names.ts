/** The parts of a save that are named after its ID, in the order of moving. */
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
  /** claude-mpm's checksum file with the name of a temporary one. */
  | { readonly kind: "evidence"; readonly id: string }
  | { readonly kind: "pointer" }
  /** Belongs to saves, but to no single one. */
  | { readonly kind: "lone" };

const PART_NAME =
  /^(session-\d{8}-\d{6})(\.json|\.yaml|\.md|-incremental\.jsonl|\.json\.sha256)$/;
const EVIDENCE_NAME = /^\.(session-\d{8}-\d{6})_[^/\\]{8}\.tmp\.sha256$/;
const LONE_NAME =
  /^(session-resume-\d{4}-\d\d-\d\d-\d{6}\.md|ACTIVE-PAUSE\.jsonl|\.session-[^/\\]*\.sha256)$/;

/** The pointer of both layouts. */
export const POINTER = "LATEST-SESSION.txt";

/** `undefined`: not a file of a save; it is someone's own. */
export function oldName(name: string): OldName | undefined {
  const part = PART_NAME.exec(name);
  if (part) return { kind: "part", id: part[1]!, part: part[2] as Part };
  const evidence = EVIDENCE_NAME.exec(name);
  if (evidence) return { kind: "evidence", id: evidence[1]! };
  if (name === POINTER) return { kind: "pointer" };
  return LONE_NAME.test(name) ? { kind: "lone" } : undefined;
}

/** The ID in the name, if it has one. */
export function idOf(name: string): string | undefined {
  const known = oldName(name);
  return known?.kind === "part" || known?.kind === "evidence"
    ? known.id
    : undefined;
}
