import { relative, SEPARATOR } from "@std/path";
import { readClaims, readNotes } from "../agents/mod.ts";
import { sha256 } from "../base/digest.ts";
import { attempt } from "../base/errors.ts";
import type { Context } from "../cli/mod.ts";
import { localHandoffs } from "../documents/mod.ts";
import {
  CONTENTS,
  Git,
  readCheckpointRefs,
  type Workspace,
} from "../git/mod.ts";
import {
  contentsMark,
  isLog,
  listingMark,
  listSaves,
  loadSave,
  lostSaves,
  Origins,
  readTrusted,
  redactSave,
  type SaveEntry,
  sharedContents,
  WRITER_ID,
} from "../saves/mod.ts";
import { redactorOf } from "../secrets/mod.ts";
import { type EntryKind, isEntryId } from "./entry.ts";
import { GIT_KEY, signBinding, signingMark } from "./git_key.ts";
import type { Signer } from "./keys.ts";
import type { Removal } from "./merge.ts";
import { sharedSave } from "./share_save.ts";
import type { TeamState } from "./state.ts";

/** Something in this clone that is not yet in the clone's log. */
export interface Unsent {
  readonly kind: EntryKind;
  readonly id: string;
  /** The digest of the source. */
  readonly source: string;
  /**
   * Creates the text to send; `undefined`: the source can no longer be read.
   */
  content(): Promise<string | undefined>;
}

/** The options for gathering unsent things. */
export interface Sending {
  /**
   * True to include the words of people and agents, and the output of tools.
   */
  readonly conversation: boolean;
  /**
   * True to include the contents of the uncommitted files that saves have kept.
   */
  readonly contents: boolean;
}

/** The kinds of things to gather. */
const GATHERED: ReadonlySet<string> = new Set<EntryKind>([
  ...["save", "handoff", "answer", "note", "claim", "trust", "key"] as const,
  "contents",
]);

/**
 * The suffix added to the source of a save that was sent with its conversation.
 */
const WITH_CONVERSATION = "+";

/** Returns the key of something in the state. */
export function sentKey(kind: EntryKind, id: string): string {
  return `${kind}/${id}`;
}

/**
 * The entry in the state that contains the {@link listingMark} of the last
 * gathering.
 */
const LISTED = "listed";

/**
 * Returns the sent things, with a mark that tells the next gathering whether
 * there are new saves. Call {@link listingMark} before the gathering.
 */
export function withListing(
  sent: TeamState["sent"],
  mark: string | undefined,
): TeamState["sent"] {
  const { [LISTED]: _, ...rest } = sent;
  return mark === undefined ? rest : { ...rest, [LISTED]: [mark] };
}

/**
 * Finds everything that is not in the log of this clone. Leaves out automatic
 * saves and saves by others.
 */
export async function gatherUnsent(
  context: Context,
  workspace: Workspace,
  { state, sending, signer }: {
    state: TeamState;
    sending: Sending;
    /** The key of this installation; `undefined`: no content is created. */
    signer: Signer | undefined;
  },
): Promise<Unsent[]> {
  const sent = new Map(Object.entries(state.sent));
  const gitKey = ownGitKey(context, workspace, { sent, signer });
  const mark = listingMark(context.system, workspace.root);
  const isListed = mark !== undefined && sent.get(LISTED)?.[0] === mark &&
    !sending.conversation && !sending.contents;
  const own = isListed ? [] : await ownSaves(context, workspace);
  const all = [
    ...await gitKey,
    ...saves(context, own, sending),
    ...sending.contents ? await contents(context, workspace, own) : [],
    ...documents(context, workspace),
    ...notes(context, workspace),
    ...claims(context, workspace),
    ...trusts(context, workspace),
  ];
  const fresh = all.filter(({ kind, id, source }) => {
    const before = sent.get(sentKey(kind, id))?.[0];
    return isEntryId(kind, id) && before !== source &&
      before !== `${source}${WITH_CONVERSATION}`;
  });
  const present = new Set(all.map(({ kind, id }) => sentKey(kind, id)));
  const gone = [...sent].filter(([key, [, digest]]) => {
    const [kind = ""] = key.split("/", 1);
    const isOfSave = kind === "save" || kind === "contents";
    // The contents of a save stay in the log as long as the save itself.
    const owner = key.replace(/^contents\//, "save/");
    return !present.has(owner) && GATHERED.has(kind) &&
      digest !== UNMADE && !(isListed && isOfSave);
  });
  const unsent = [...fresh, ...await removals(context, workspace, gone)];
  // A key alone does not start a log.
  const isDue = state.tip !== null ||
    unsent.some(({ kind }) => kind !== "key");
  return isDue ? unsent : [];
}

/** Returns the saves that this user made by pausing, oldest first. */
async function ownSaves(
  { system }: Context,
  { root }: Workspace,
): Promise<SaveEntry[]> {
  const origins = new Origins(system);
  const isOwn = ({ id, digest, ...entry }: SaveEntry) =>
    digest !== undefined && entry.own && !entry.imported && !entry.automatic &&
    !entry.problem && !isLog({ id, ...entry }) &&
    origins.of({ id, digest }) === "own";
  const entries = await listSaves(system, root, { global: false });
  return entries.filter(isOwn).reverse();
}

function saves(
  { system }: Context,
  entries: readonly SaveEntry[],
  { conversation }: Sending,
): Unsent[] {
  const redactor = redactorOf(system);
  return entries.map((entry) => ({
    ...{ kind: "save", id: entry.id },
    source: `${entry.digest}${conversation ? WITH_CONVERSATION : ""}`,
    async content() {
      const loaded = await attempt(() => loadSave(system, entry));
      if (!loaded) return undefined;
      const shared = sharedSave(loaded.save, { conversation });
      return `${JSON.stringify(redactSave(redactor, shared))}\n`;
    },
  }));
}

/** Returns the contents that this user's pauses kept, from git. */
async function contents(
  { system }: Context,
  { git: kind, worktree }: Workspace,
  entries: readonly SaveEntry[],
): Promise<Unsent[]> {
  if (kind !== "repository") return [];
  const git = new Git(system, worktree);
  const refs = await readCheckpointRefs(git, CONTENTS);
  const origins = new Origins(system);
  return entries.flatMap(({ id }) => {
    const commit = refs.get(id);
    // A fetch may bring a ref with that name and arbitrary content.
    const isOwn = commit !== undefined &&
      origins.of(contentsMark(id, commit)) === "own";
    return !isOwn ? [] : [{
      ...{ kind: "contents" as const, id, source: commit },
      content: () => sharedContents(system, git, commit),
    }];
  });
}

/** Returns something that is sent as a text, without secrets. */
function ofText(
  { redact }: Context,
  { kind, id, text }: { kind: EntryKind; id: string; text: string },
): Unsent {
  const content = () => Promise.resolve(redact(text));
  return { kind, id, source: sha256(text), content };
}

function documents(context: Context, { root }: Workspace): Unsent[] {
  return localHandoffs(context.system, root)
    .map((one) => ofText(context, one));
}

function notes(context: Context, workspace: Workspace): Unsent[] {
  const { here, team } = readNotes(context.system, workspace);
  return [...here.values()].filter(({ id }) => !team.has(id)).map((note) =>
    ofText(context, { kind: "note", id: note.id, text: JSON.stringify(note) })
  );
}

/** Returns the claims without their processes, for paths below the worktree. */
function claims(context: Context, { root }: Workspace): Unsent[] {
  const now = context.system.now().getTime();
  return readClaims(context.system, root).filter(({ until }) => until > now)
    .map(({ path, worktree, holder: { kind, name }, task, since, until }) => {
      const below = relative(worktree, path).split(SEPARATOR).join("/");
      const value = { path: below, kind, name, task, since, until };
      const id = sha256(path).slice(0, 32);
      return ofText(context, {
        kind: "claim",
        id,
        text: JSON.stringify(value),
      });
    });
}

/** Returns the keys that this user trusts for this project. */
function trusts({ system }: Context, { root }: Workspace): Unsent[] {
  return [...readTrusted(system)].filter(([mark, { project }]) =>
    WRITER_ID.test(mark) && project === root
  ).map(([id, { session_id: name }]) => {
    const text = JSON.stringify({ name });
    return {
      ...{ kind: "trust", id, source: sha256(text) },
      content: () => Promise.resolve(text),
    };
  });
}

/** The digest of a binding that git could not sign. */
const UNMADE = "";

/** Returns the state of a binding that git could not sign. */
export function unmadeKey(source: string, at: string): string[] {
  return [source, UNMADE, dayOf(at)];
}

function dayOf(at: string): string {
  return at.slice(0, 10);
}

/**
 * Returns the binding to the key with which the user's git signs. If git cannot
 * sign, the next attempt is made on another day, or with another key.
 */
async function ownGitKey(
  context: Context,
  workspace: Workspace,
  { sent, signer }: {
    sent: Map<string, readonly string[]>;
    signer: Signer | undefined;
  },
): Promise<Unsent[]> {
  const source = await signingMark(context, workspace);
  if (source === undefined) return [];
  const key = sentKey("key", GIT_KEY);
  const [before, digest, day] = sent.get(key) ?? [];
  const quiet = before === source && digest === UNMADE;
  const today = dayOf(context.system.now().toISOString());
  if (quiet && day !== today) sent.delete(key);
  return [{
    ...{ kind: "key", id: GIT_KEY, source },
    async content() {
      if (!signer) return "";
      const { publicKey } = signer;
      return await signBinding(context, workspace, { publicKey, quiet });
    },
  }];
}

/**
 * Returns entries for removed things. A save that was only lost from the disk
 * stays in the log.
 */
async function removals(
  { system }: Context,
  workspace: Workspace,
  gone: readonly (readonly [string, readonly string[]])[],
): Promise<Unsent[]> {
  if (gone.length === 0) return [];
  const lost = new Set(
    (await lostSaves(system, workspace)).map(({ id }) => id),
  );
  return gone.flatMap(([key, [, digest]]) => {
    const at = key.indexOf("/");
    const [kind, id] = [key.slice(0, at) as EntryKind, key.slice(at + 1)];
    const isLost = (kind === "save" || kind === "contents") && lost.has(id);
    if (digest === undefined || isLost) return [];
    const removal: Removal = { kind, id, sha256: digest };
    return [{
      ...{ kind: "removal", id, source: digest },
      content: () => Promise.resolve(JSON.stringify(removal)),
    }];
  });
}
