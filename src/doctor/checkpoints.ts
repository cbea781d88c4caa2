import { join } from "../base/join.ts";
import { attempt, MpmError } from "../base/errors.ts";
import {
  CHECKPOINTS,
  CONTENTS,
  gitOfOwn,
  openVault,
  PARTS,
  readCheckpointRefs,
  resolveNames,
  type Vault,
} from "../git/mod.ts";
import {
  CHECKPOINT_ID,
  listCheckpoints,
  placeOf,
  readRecord,
  recordIds,
  recordOf,
  type StoredCheckpoint,
  writeRecord,
} from "../checkpoints/mod.ts";
import {
  bounded,
  type Checked,
  type CheckInput,
  failure,
  type Finding,
  lockedFix,
  unknown,
  warning,
} from "./check.ts";
import { shellWord } from "../base/shell.ts";
import { counted } from "../base/words.ts";
import { readStoreId } from "../saves/mod.ts";

/** Checks that every checkpoint has its commit, and every commit its record. */
export async function checkCheckpoints(input: CheckInput): Promise<Checked> {
  const { system, workspace, at } = input;
  const records = recordIds(system, workspace.root);
  const vault = await attempt(
    () => openVault(system, workspace, { home: at.home }),
    (error) => error,
  );
  if (vault instanceof MpmError) {
    const { message } = vault;
    return records.length === 0 && workspace.git !== "failed"
      ? { summary: "none", found: [] }
      : { summary: "not checked", found: [unknown(message)] };
  }
  const refs = vault ? await readCheckpointRefs(vault.git) : new Map();
  const found: Finding[] = [];
  const ids = [...refs.keys()].filter((id) => CHECKPOINT_ID.test(id));
  const contents = vault
    ? await readCheckpointRefs(vault.git, CONTENTS)
    : new Map<string, string>();
  if (vault) {
    found.push(...await damagedFindings(vault, refs, ids));
    found.push(
      ...await damagedFindings(vault, contents, [...contents.keys()], SAVED),
    );
    found.push(...await refFindings(input, vault, { refs, ids, records }));
    found.push(...strangeFindings(refs));
  }
  for (const id of records) {
    if (!refs.has(id)) found.push(await lostFinding(input, vault, id));
  }
  const where = vault?.own ? ` in "${at.home}"` : "";
  const kept = contents.size === 0
    ? []
    : [`contents of ${counted(contents.size, "save")}`];
  const taken = ids.length + records.length === 0
    ? []
    : [`${counted(ids.length, "checkpoint")}${where}`];
  return {
    summary: [...taken, ...kept].join(", ") || "none",
    found: bounded(found, "more finding"),
  };
}

/** The words for contents in a finding. */
const SAVED = "Contents of uncommitted files that are kept with the save";

/** Finds commits whose own objects are gone, with a single process. */
async function damagedFindings(
  { git }: Vault,
  refs: ReadonlyMap<string, string>,
  ids: readonly string[],
  what = "The checkpoint",
): Promise<Finding[]> {
  const partOf = (id: string) => `${refs.get(id)}:${PARTS.record}`;
  const there = await resolveNames(git, ids.map(partOf));
  return ids.filter((id) => there.get(partOf(id)) === undefined).map((id) =>
    failure("CORRUPT", `${what} "${id}" is damaged in git`, {
      advice: "git fsck --full shows what is missing",
    })
  );
}

/** Finds commits without the record that lists require. */
async function refFindings(
  input: CheckInput,
  vault: Vault,
  { refs, ids, records }: {
    refs: ReadonlyMap<string, string>;
    ids: readonly string[];
    records: readonly string[];
  },
): Promise<Finding[]> {
  const { system, workspace: { root } } = input;
  const lacking: StoredCheckpoint[] = [];
  for (const id of ids) {
    const isThere = records.includes(id) &&
      await readRecord(system, root, id) !== undefined;
    if (isThere) continue;
    const record = await recordOf(vault, { id, commit: refs.get(id)! });
    if (record) lacking.push(record);
  }
  const title =
    `Recreate ${counted(lacking.length, "record")} of checkpoints from ` +
    "their commits";
  const fix = lockedFix(input, title, (system, root) => {
    for (const { commit, ...record } of lacking) {
      writeRecord(system, root, { record, commit });
    }
  });
  return lacking.map(({ id }) =>
    warning(`The checkpoint "${id}" has no complete record in .claude-mpm`, {
      fix,
    })
  );
}

/** Finds refs among the checkpoints with names that mpm did not create. */
function strangeFindings(refs: ReadonlyMap<string, string>): Finding[] {
  return [...refs.keys()].filter((id) => !CHECKPOINT_ID.test(id)).map((id) => {
    const ref = `${CHECKPOINTS}/${id}`;
    return warning(`"${ref}" is not an mpm checkpoint`, {
      advice: `git update-ref -d ${shellWord(ref)}`,
    });
  });
}

/** Finds a record without a ref. Its commit may still exist. */
async function lostFinding(
  { context, system, workspace, at }: CheckInput,
  vault: Vault | undefined,
  id: string,
): Promise<Finding> {
  const { root } = workspace;
  const path = join(at.checkpoints, `${id}.json`);
  const record = await readRecord(system, root, id);
  if (!record) {
    return failure("UNREADABLE", `"${path}" does not describe a checkpoint`, {
      advice: "Move it elsewhere",
    });
  }
  const store = readStoreId(system, root);
  const ours = store !== undefined && record.session.mpm?.store === store;
  // The next list imports a checkpoint that was made before the project was in
  // git.
  const isThere = ours && vault && (await recordOf(vault, record) ??
    (record.commit.length === (vault.hash === "sha1" ? 40 : 64) &&
      await recordOf({ git: gitOfOwn(system, root, at.home) }, record)));
  if (!isThere) {
    return warning(
      `Only the record of the checkpoint "${id}" is in this repository, ` +
        "not the checkpoint itself",
      { advice: `If no other clone has it: rm ${shellWord(path)}` },
    );
  }
  return warning(`The ref of the checkpoint "${id}" is missing from git`, {
    advice: "mpm checkpoint list",
    fix: {
      title: "Recreate the missing refs of checkpoints",
      apply: async () => {
        const place = await placeOf(context.system, workspace);
        await listCheckpoints(context.system, place);
      },
    },
  });
}
