import { sha256 } from "../base/digest.ts";
import { MpmError } from "../base/errors.ts";
import {
  authorOf,
  type Git,
  readIdentity,
  type Workspace,
} from "../git/mod.ts";
import { ensureUserWord, type UserWord, userWord } from "../ops/mod.ts";
import { VERSION } from "../base/version.ts";
import type { System } from "../system/system.ts";
import type { Cipher } from "./cipher.ts";
import {
  bodyBytes,
  cloneOf,
  entryBytes,
  LARGEST_ENTRY,
  type NewEntry,
  openEntry,
  readEntry,
  writerOf,
} from "./entry.ts";
import { sentKey, type Unsent } from "./gather.ts";
import { type Signer, signerOf } from "./keys.ts";
import { appendEntries, LOGS, readEntries } from "./log.ts";
import type { TeamState } from "./state.ts";

/** The tools for writing the log of this clone. */
export interface LogTools {
  readonly system: System;
  readonly git: Git;
  readonly signer: Signer;
  readonly cipher: Cipher;
}

/** The log after new entries, and the things that were left out. */
export interface Written {
  readonly state: TeamState;
  /** The entries that were added, without the first one of a log. */
  readonly added: readonly NewEntry[];
  /** A sentence for each thing that cannot be sent. */
  readonly problems: readonly string[];
}

/**
 * The secret that this installation's key is made from. It is in the user's own
 * state, like the key of the seals, and never leaves it.
 */
const SECRET: UserWord = { name: "team-key", length: 64 };

/**
 * Returns the signer of this installation, and makes its key if it is missing.
 * Throws FILE_FAILED where the user's state has no place for a key.
 */
export function ensureSigner(system: System): Signer {
  const secret = ensureUserWord(system, SECRET);
  if (secret === undefined) {
    throw new MpmError("FILE_FAILED", "Cannot keep the key that signs", {
      hint: "Make ~/.local/state/mpm a folder that you may write to",
    });
  }
  return signerOf(secret);
}

/** Returns the id of this installation's key; null: it has none yet. */
export function ownWriter(system: System): string | null {
  const secret = userWord(system, SECRET);
  return secret === undefined ? null : signerOf(secret).writer;
}

/** Returns a new log of this writer, for a clone of another name. */
export function newLog(system: System, { writer }: Signer): string {
  return `${writer}-${system.random()}-1`;
}

/** Returns the name of the log that replaces another one. */
export function nextLog(log: string): string {
  return `${cloneOf(log)}-${Number(log.slice(cloneOf(log).length + 1)) + 1}`;
}

/**
 * Adds what is new to the log of this clone, and begins a missing one.
 * `own`: the logs of this writer in the repository, with their commits. Throws
 * GIT_FAILED, FILE_FAILED.
 */
export async function writeLog(
  tools: LogTools,
  { state, own, unsent }: {
    state: TeamState;
    own: ReadonlyMap<string, string>;
    unsent: readonly Unsent[];
  },
): Promise<Written> {
  const begun = await begunLog(tools, state, own);
  const { log } = begun;
  let { next } = begun;
  const author = unsent.length > 0 ? await authorName(tools) : "";
  const at = tools.system.now().toISOString();
  const sent = new Map(Object.entries(begun.sent));
  const added: NewEntry[] = [];
  const problems: string[] = [];
  const entries: Uint8Array[] = [];
  const put = async (entry: NewEntry) => {
    entries.push(await signedEntry(tools, { log: log!, number: next }, entry));
    next++;
  };
  if (begun.tip === null && unsent.length > 0) {
    const content = JSON.stringify({ mpm: VERSION });
    await put({ kind: "start", at, author, id: "start", content });
  }
  for (const { kind, id, source, content: make } of unsent) {
    const content = await make();
    if (content === undefined || content.length > LARGEST_ENTRY / 2) {
      problems.push(`Cannot send ${kind} ${id}: it is damaged or too large`);
      continue;
    }
    const digest = sha256(content);
    const key = sentKey(kind, id);
    const isThere = sent.get(key)?.[1] === digest;
    if (kind === "removal") sent.delete(removedKey(content));
    else sent.set(key, [source, digest]);
    // An interrupted sync wrote it, or what is shared of it did not change.
    if (isThere) continue;
    const entry = { kind, at, author, id, content };
    await put(entry);
    added.push(entry);
  }
  const tip = await appendEntries(tools.git, `${LOGS}/${log}`, {
    ...{ entries, tip: begun.tip ?? undefined },
  });
  const now = { ...begun, next, tip: tip ?? null };
  return {
    state: { ...now, sent: Object.fromEntries(sent) },
    ...{ added, problems },
  };
}

function removedKey(content: string): string {
  const { kind, id } = JSON.parse(content);
  return sentKey(kind, id);
}

/** The bytes of an entry; encrypted where there are recipients. */
async function signedEntry(
  { signer, cipher }: LogTools,
  place: { log: string; number: number },
  entry: NewEntry,
): Promise<Uint8Array> {
  const plain = bodyBytes(place, entry);
  return cipher.encrypts
    ? entryBytes(
      { ...place, cipher: "age", body: await cipher.encrypt(plain) },
      signer,
    )
    : entryBytes({ ...place, cipher: "plain", body: plain }, signer);
}

/** The name of git's user, as saves have it. */
export async function authorName(
  { system, git }: Pick<LogTools, "system" | "git">,
): Promise<string> {
  const place = { git: "repository", worktree: git.folder } as const;
  return (authorOf(await readIdentity(system, place)) ?? "").slice(0, 200);
}

/**
 * The state with the log as the repository has it: a sync that was killed may
 * have added entries that the state does not know.
 */
async function begunLog(
  { system, git, signer, cipher }: LogTools,
  state: TeamState,
  own: ReadonlyMap<string, string>,
): Promise<TeamState> {
  const mine = [...own.keys()].filter((log) => writerOf(log) === signer.writer);
  const log = state.log !== null && writerOf(state.log) === signer.writer
    ? state.log
    : mine.sort().at(-1) ?? newLog(system, signer);
  const tip = own.get(log) ?? null;
  if (log === state.log && tip === state.tip) return state;
  const known = log === state.log && state.tip !== null ? [state.tip] : [];
  let next = known.length === 0 ? 1 : state.next;
  const sent = new Map(known.length === 0 ? [] : Object.entries(state.sent));
  const tips = tip === null ? [] : [tip];
  for await (const part of readEntries(git, tips, known)) {
    for (const { bytes } of part) {
      if (typeof bytes === "string") continue;
      const signed = readEntry(bytes);
      next = Math.max(next, signed.number + 1);
      const body = signed.cipher === "age"
        ? await cipher.decrypt(signed.body)
        : signed.body;
      // An entry that cannot be read is sent once more, which changes no list.
      if (!body) continue;
      const { kind, id, content } = openEntry(signed, body);
      if (kind === "removal") sent.delete(removedKey(content));
      else sent.set(sentKey(kind, id), ["", sha256(content)]);
    }
  }
  return { ...state, log, tip, next, sent: Object.fromEntries(sent) };
}

/** Throws CONFLICT outside a repository. */
export function refuseNoRepository({ git, reason }: Workspace): void {
  if (git === "repository") return;
  throw new MpmError(
    "CONFLICT",
    `Cannot sync here: ${reason ?? "not a git repository"}`,
    {
      hint: "Run it in a clone of the repository that the team shares",
    },
  );
}
