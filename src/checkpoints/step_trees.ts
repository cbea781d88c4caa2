import { attempt } from "../base/errors.ts";
import { field, textField } from "../base/parsed_values.ts";
import {
  type AgentSession,
  changeAgentFile,
  readAgentFiles,
} from "../clients/mod.ts";
import {
  emptyTree,
  partOf,
  readCheckpointRefs,
  treeDelta,
  type TreeEntry,
  type Vault,
  type Workspace,
} from "../git/mod.ts";
import type { System } from "../system/system.ts";
import type { StoredCheckpoint } from "./checkpoint.ts";
import { CHECKPOINT_ID } from "./name.ts";
import { type CheckpointPlace, minesOf, placeOf, recordOf } from "./place.ts";

/** The checkpoint of all files after a tool batch. */
export interface StepTree {
  /** ID of the batch's last tool call, as given by the client. */
  readonly call: string;
  readonly checkpoint: string;
  readonly commit: string;
  /** The time by which all files had been read, ISO 8601, UTC. */
  readonly at: string;
}

/** The maximum number of trees to remember for an agent session. */
const MOST = 250;

/** Returns the known trees of an agent session, oldest first. */
export function stepTrees(system: System, session: AgentSession): StepTree[] {
  const found = new Map<string, StepTree>();
  for (const value of readAgentFiles(system, session, "trees")) {
    for (const tree of treesIn(value)) found.set(tree.call, tree);
  }
  return [...found.values()].sort((a, b) => a.at < b.at ? -1 : 1);
}

/** Records the tree after a tool batch; false if that failed. */
export async function noteStepTree(
  system: System,
  session: AgentSession,
  tree: StepTree,
): Promise<boolean> {
  return await changeAgentFile(system, session, {
    file: "trees",
    change: (value) => ({
      version: 1,
      trees: [
        ...treesIn(value).filter(({ call }) => call !== tree.call),
        tree,
      ].slice(-MOST),
    }),
  });
}

function treesIn(value: unknown): StepTree[] {
  const list = field(value, "trees");
  if (!Array.isArray(list)) return [];
  return list.flatMap((one) => {
    const [call = "", checkpoint = "", commit = "", at = ""] = [
      "call",
      "checkpoint",
      "commit",
      "at",
    ].map((name) => textField(one, name));
    const usable = call !== "" && CHECKPOINT_ID.test(checkpoint) &&
      /^[0-9a-f]{40,64}$/.test(commit) && !Number.isNaN(Date.parse(at));
    return usable ? [{ call, checkpoint, commit, at }] : [];
  });
}

/** An existing checkpoint, with access to its files. */
export interface KeptTree {
  readonly place: CheckpointPlace;
  readonly record: StoredCheckpoint;
}

/** Finds checkpoints of a project by ID and commit. */
export interface KeptTrees {
  has(tree: Pick<StepTree, "checkpoint" | "commit">): boolean;
  /** Reads a checkpoint; `undefined`: it is gone or not this user's. */
  read(
    tree: Pick<StepTree, "checkpoint" | "commit">,
  ): Promise<KeptTree | undefined>;
}

/** Opens the place. If it cannot be opened, no checkpoint exists. */
export async function openKeptTrees(
  system: System,
  workspace: Workspace,
): Promise<KeptTrees> {
  const found = await attempt(() => placeOf(system, workspace));
  const vault = found?.vault;
  const place = found && vault && { ...found, vault };
  const refs = vault && await attempt(() => readCheckpointRefs(vault.git));
  const has: KeptTrees["has"] = ({ checkpoint, commit }) =>
    refs?.get(checkpoint) === commit;
  return {
    has,
    async read(tree) {
      if (!place || !has(tree)) return undefined;
      const { checkpoint: id, commit } = tree;
      const record = await recordOf(place.vault, { id, commit });
      return record && minesOf(system)(record) ? { place, record } : undefined;
    },
  };
}

/** Returns every file of a checkpoint, by path. */
export async function filesIn(
  { vault }: { readonly vault: Vault },
  { commit }: Pick<StoredCheckpoint, "commit">,
): Promise<Map<string, TreeEntry>> {
  const all = await treeDelta(
    vault.git,
    emptyTree(commit),
    partOf(commit, "worktree"),
  );
  return new Map(
    [...all].flatMap(([path, entry]) => entry ? [[path, entry]] : []),
  );
}

/** Returns the bytes of a file in a checkpoint. Throws GIT_FAILED. */
export async function readFileIn(
  { place }: KeptTree,
  { id }: TreeEntry,
): Promise<Uint8Array> {
  return await place.vault.git.read(["cat-file", "blob", id]);
}
