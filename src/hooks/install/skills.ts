import { dirname } from "@std/path";
import { join } from "../../base/join.ts";
import { MpmError } from "../../base/errors.ts";
import {
  readForeign,
  refuseLink,
  sameBytes,
  type ScopePlace,
  type SettingsRecord,
  SKILLS,
} from "../../clients/mod.ts";
import { getOwn } from "../../base/own.ts";
import type { HooksInstallResult } from "../commands/results.ts";
import { sha256 } from "../../base/digest.ts";
import type { System } from "../../system/system.ts";

type SkillChange = HooksInstallResult["skills"][number];

/** The plan for the skills. A skill that someone wrote or edited is kept. */
interface SkillPlan {
  readonly changes: SkillChange[];
  readonly files: { path: string; bytes: Uint8Array }[];
}

interface Skill {
  readonly name: string;
  readonly path: string;
  readonly shipped: Uint8Array;
  readonly there: Uint8Array | undefined;
  /** True if mpm wrote the existing file. */
  readonly own: boolean;
}

/** Reads the skills. Throws CONFLICT for links that are not `left`. */
function readSkills(
  system: System,
  place: ScopePlace,
  { record, left }: { record: SettingsRecord | undefined; left: boolean },
): Skill[] {
  return Object.entries(SKILLS).map(([name, text]) => {
    const path = join(place.folder, "skills", name, "SKILL.md");
    const there = readSkill(system, path, left);
    const shipped = new TextEncoder().encode(text);
    const own = there !== undefined &&
      (sameBytes(there, shipped) ||
        getOwn(record?.files ?? {}, path) === sha256(there));
    return { name, path, shipped, there, own };
  });
}

const BEHIND_LINK = new TextEncoder().encode("behind a link");

function readSkill(
  system: System,
  path: string,
  left: boolean,
): Uint8Array | undefined {
  try {
    refuseLink(system, dirname(dirname(path)));
    return readForeign(system, path, 0o644).bytes;
  } catch (error) {
    // Someone else created the link, so mpm neither reads nor removes its
    // target.
    if (left && error instanceof MpmError && error.code === "CONFLICT") {
      return BEHIND_LINK;
    }
    throw error;
  }
}

/**
 * Returns the skills to write: all of them if requested. Otherwise, if some
 * were installed before, returns those and new ones, except those that someone
 * removed.
 */
export function planSkills(
  system: System,
  place: ScopePlace,
  { record, wanted }: { record: SettingsRecord | undefined; wanted: boolean },
): SkillPlan {
  if (!wanted && Object.keys(record?.files ?? {}).length === 0) {
    return { changes: [], files: [] };
  }
  const plan: SkillPlan = { changes: [], files: [] };
  for (const skill of readSkills(system, place, { record, left: !wanted })) {
    const { name, path, shipped, there, own } = skill;
    // A missing skill that was never written is new in this mpm.
    const isKnown = getOwn(record?.files ?? {}, path) !== undefined;
    if (!wanted && (there !== undefined) !== isKnown) continue;
    const action = !there
      ? "added"
      : !own
      ? "foreign"
      : sameBytes(there, shipped)
      ? "kept"
      : "replaced";
    plan.changes.push({ name, path, action });
    if (action === "added" || action === "replaced") {
      plan.files.push({ path, bytes: shipped });
    }
  }
  return plan;
}

/** Returns the skills to remove: those unchanged since mpm wrote them. */
export function planSkillRemoval(
  system: System,
  place: ScopePlace,
  record: SettingsRecord | undefined,
): SkillChange[] {
  return readSkills(system, place, { record, left: true }).flatMap((skill) => {
    const { name, path, there, own } = skill;
    if (!there || (!own && getOwn(record?.files ?? {}, path) === undefined)) {
      return [];
    }
    return [{ name, path, action: own ? "removed" : "foreign" }];
  });
}
