import { sha256 } from "../base/digest.ts";
import { attempt, MpmError } from "../base/errors.ts";
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
  type Entry,
  entryBytes,
  LARGEST_ENTRY,
  type NewEntry,
  numberOf,
  openEntry,
  readEntry,
  type SignedEntry,
  writerOf,
} from "./entry.ts";
import { sentKey, unmadeKey, type Unsent } from "./gather.ts";
import { type Signer, signerOf } from "./keys.ts";
import { appendEntries, LOGS, readEntries } from "./log.ts";
import { mergeEntries } from "./merge.ts";
import type { TeamState } from "./state.ts";

/** The tools for writing the log of this clone. */
export interface LogTools {
  readonly system: System;
  readonly git: Git;
  readonly signer: Signer;
  readonly cipher: Cipher;
}

/** The log after new entries were added, and the things that were left out. */
export interface Written {
  readonly state: TeamState;
  /** The added entries, without the first entry of a log. */
  readonly added: readonly NewEntry[];
  /** A sentence for each thing that cannot be sent. */
  readonly problems: readonly string[];
}

/**
 * The secret from which this installation's key is derived. It is in the user's
 * own state, like the key for seals, and never leaves it.
 */
const SECRET: UserWord = { name: "team-key", length: 64 };

/**
 * Returns the signer of this installation, and creates its key if it is
 * missing. Throws FILE_FAILED if the key cannot be stored in the user's state.
 */
export function ensureSigner(system: System): Signer {
  const secret = ensureUserWord(system, SECRET);
  if (secret === undefined) {
    throw new MpmError(
      "FILE_FAILED",
      "Cannot write the key that signs your entries",
      {
        hint: "Make the folder ~/.local/state/mpm writable",
      },
    );
  }
  return signerOf(secret);
}

/** Returns the ID of this installation's key; null: it has no key yet. */
export function ownWriter(system: System): string | null {
  const secret = userWord(system, SECRET);
  return secret === undefined ? null : signerOf(secret).writer;
}

/** Returns a new log of this writer, for a clone with a new name. */
function newLog(system: System, { writer }: Signer): string {
  return `${writer}-${system.random()}-1`;
}

/** Returns the name of the log that replaces another one. */
function nextLog(log: string): string {
  return `${cloneOf(log)}-${numberOf(log) + 1}`;
}

/**
 * Adds new things to the log of a state that {@link begunLog} returned. Throws
 * GIT_FAILED, FILE_FAILED.
 */
export async function writeLog(
  tools: LogTools,
  { begun, unsent }: { begun: TeamState; unsent: readonly Unsent[] },
): Promise<Written> {
  const { log } = begun;
  let { next } = begun;
  const author = unsent.length > 0 ? await authorName(tools) : "";
  const at = tools.system.now().toISOString();
  const sent = new Map(Object.entries(begun.sent));
  const added: NewEntry[] = [];
  const problems: string[] = [];
  const entries: Uint8Array[] = [];
  const put = async (entry: NewEntry) => {
    const place = { log: log!, number: next };
    const bytes = await signedEntry(tools, place, entry);
    if (bytes.length > LARGEST_ENTRY) return false;
    entries.push(bytes);
    next++;
    return true;
  };
  if (begun.tip === null && unsent.length > 0) {
    await put(startEntry(tools.system));
  }
  for (const { kind, id, source, content: make } of unsent) {
    const content = await make();
    if (content === undefined && kind === "key") {
      sent.set(sentKey(kind, id), unmadeKey(source, at));
      continue;
    }
    const refuse = () =>
      problems.push(`Cannot send ${kind} ${id}: damaged or too large`);
    if (content === undefined || content.length > LARGEST_ENTRY) {
      refuse();
      continue;
    }
    const digest = sha256(content);
    const key = sentKey(kind, id);
    const isThere = begun.tip !== null && sent.get(key)?.[1] === digest;
    const entry = { kind, at, author, id, content };
    // An interrupted sync wrote it, or its shared part did not change.
    if (!isThere && !await put(entry)) {
      refuse();
      continue;
    }
    if (kind === "removal") sent.delete(removedKey(content));
    else sent.set(key, [source, digest]);
    if (!isThere) added.push(entry);
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

/** The bytes of an entry; encrypted if there are recipients. */
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

/** Returns the name of the git user, as in saves. */
export async function authorName(
  { system, git }: Pick<LogTools, "system" | "git">,
): Promise<string> {
  const place = { git: "repository", worktree: git.folder } as const;
  return (authorOf(await readIdentity(system, place)) ?? "").slice(0, 200);
}

/**
 * Returns the state with the log for the next entries. A log is for one team.
 * After a change of the team, a new log replaces it and receives everything
 * again. So no team gets plain entries, and new members can read all entries.
 * `own`: the logs of this writer in the repository, with their commits. Throws
 * CONFLICT if the log is encrypted and this user's team was lost.
 */
export async function begunLog(
  tools: LogTools,
  state: TeamState,
  own: ReadonlyMap<string, string>,
): Promise<TeamState> {
  const { cipher: { mark, isUndecided } } = tools;
  const known = await knownLog(tools, state, own);
  if (known.tip === null && state.tip === null) {
    return { ...known, recipients: mark };
  }
  if (isUndecided && known.recipients !== "") throw lostTeam();
  if (known.tip !== null && known.recipients === mark) return known;
  const log = nextLog(known.log!);
  // An interrupted sync may have begun one of these logs.
  const mine = [...own.keys()].filter((one) => cloneOf(one) === cloneOf(log));
  const replaced = new Set([...known.replaced, known.log!, ...mine]);
  return {
    ...{ ...known, log, tip: null, recipients: mark },
    replaced: [...replaced],
    sent: Object.fromEntries(
      Object.entries(known.sent)
        // Contents are sent again only on request.
        .filter(([key]) => !key.startsWith(sentKey("contents", "")))
        .map(([key, [, digest = ""]]) => [key, ["", digest]]),
    ),
  };
}

function lostTeam(): MpmError {
  return new MpmError(
    "CONFLICT",
    "Your earlier entries are encrypted, but this project no longer has a team",
    {
      hint: 'Add its members again: "mpm team add". To send plain entries ' +
        'from now on, also remove them: "mpm team remove"',
    },
  );
}

/** The recipients of an encrypted log that is not in the state. */
const UNKNOWN = "unknown";

/**
 * Returns the state with the log from the repository. An interrupted sync may
 * have added entries that the state does not contain.
 */
async function knownLog(
  { system, git, signer, cipher }: LogTools,
  state: TeamState,
  own: ReadonlyMap<string, string>,
): Promise<TeamState> {
  const log = newestLog(
    [...own.keys(), ...state.log === null ? [] : [state.log]],
    state,
    signer,
  ) ??
    newLog(system, signer);
  const tip = own.get(log) ?? null;
  if (log === state.log && tip === state.tip) return state;
  const isSame = state.log !== null && cloneOf(log) === cloneOf(state.log);
  const known = log === state.log && state.tip !== null ? [state.tip] : [];
  let next = isSame ? state.next : 1;
  let { recipients } = state;
  const sent = new Map(isSame ? Object.entries(state.sent) : []);
  const tips = tip === null ? [] : [tip];
  for await (const one of ownEntries({ git, cipher }, tips, known)) {
    const { number, entry } = one;
    next = Math.max(next, number + 1);
    if (known.length === 0) recipients = one.cipher === "age" ? UNKNOWN : "";
    if (!entry) continue;
    const { kind, id, content } = entry;
    if (kind === "removal") sent.delete(removedKey(content));
    else if (kind !== "start") {
      sent.set(sentKey(kind, id), ["", sha256(content)]);
    }
  }
  const entries = Object.fromEntries(sent);
  return { ...state, log, tip, next, recipients, sent: entries };
}

/** Returns the log to continue: that of the state, or one that replaced it. */
function newestLog(
  logs: readonly string[],
  state: TeamState,
  { writer }: Signer,
): string | undefined {
  const clone = state.log === null ? undefined : cloneOf(state.log);
  const mine = logs.filter((log) => writerOf(log) === writer);
  const same = mine.filter((log) => cloneOf(log) === clone);
  return (same.length > 0 ? same : mine)
    .sort((a, b) => numberOf(a) - numberOf(b)).at(-1);
}

/** An entry of this writer. */
interface OwnEntry extends Pick<SignedEntry, "number" | "cipher"> {
  readonly entry: Entry | undefined;
}

/**
 * Reads entries of this writer, in the order of each log. An entry that cannot
 * be read or decrypted has no content. Damaged entries are left out.
 */
async function* ownEntries(
  { git, cipher }: Pick<LogTools, "git" | "cipher">,
  tips: readonly string[],
  known: readonly string[],
): AsyncGenerator<OwnEntry> {
  for await (const part of readEntries(git, tips, known)) {
    for (const { bytes } of part) {
      if (typeof bytes === "string") continue;
      const signed = attempt(() => readEntry(bytes));
      if (!signed) continue;
      const entry = await attempt(async () => {
        const body = signed.cipher === "age"
          ? await cipher.decrypt(signed.body)
          : signed.body;
        return body && openEntry(signed, body);
      });
      yield { number: signed.number, cipher: signed.cipher, entry };
    }
  }
}

/** A log that was shortened. */
export interface Pruned {
  readonly state: TeamState;
  /** The log that the new one replaces. */
  readonly old: string;
  /** The number of entries that the new one does not have, without removals. */
  readonly dropped: number;
}

/**
 * Writes a log with a higher number and only the newest things: at most `most`
 * bytes, and no entry older than `since`. Each entry gets a new number and
 * signature. `undefined`: nothing is removed. Throws CONFLICT for entries that
 * this user cannot decrypt.
 */
export async function pruneLog(
  tools: LogTools,
  state: TeamState,
  { since, most }: { since: string; most: number },
): Promise<Pruned | undefined> {
  const { log, tip } = state;
  if (log === null || tip === null) return undefined;
  const entries: Entry[] = [];
  for await (const { entry } of ownEntries(tools, [tip], [])) {
    if (entry) entries.push(entry);
    else throw cannotPrune();
  }
  const shared = mergeEntries(entries).map(({ entry }) => entry)
    .sort((a, b) => b.number - a.number);
  let bytes = 0;
  const kept = shared.filter(({ kind, at, content }) => {
    bytes += content.length;
    return kind === "key" || at >= since && bytes <= most;
  });
  if (kept.length === shared.length) return undefined;
  let { next } = state;
  const renewed = nextLog(log);
  const signed: Uint8Array[] = [];
  for (const entry of [startEntry(tools.system), ...kept.reverse()]) {
    const place = { log: renewed, number: next++ };
    signed.push(await signedEntry(tools, place, entry));
  }
  const end = await appendEntries(tools.git, `${LOGS}/${renewed}`, {
    ...{ entries: signed, tip: undefined },
  });
  return {
    // The state records the dropped things, so that they are not sent again.
    state: { ...state, log: renewed, tip: end ?? null, next },
    ...{ old: log, dropped: shared.length - kept.length },
  };
}

function startEntry({ now }: Pick<System, "now">): NewEntry {
  const content = JSON.stringify({ mpm: VERSION });
  const at = now().toISOString();
  return { kind: "start", at, author: "", id: "start", content };
}

function cannotPrune(): MpmError {
  return new MpmError(
    "CONFLICT",
    "Cannot shorten your log: you cannot decrypt some of its entries",
    { hint: '"mpm team list" shows your keys; add your own key to the team' },
  );
}

/**
 * Returns the state for a clone whose log belongs to another copy of the clone.
 * The state has a log with a new name, to which everything is sent again.
 */
export function forkedState(
  { system, signer }: LogTools,
  state: TeamState,
): TeamState {
  const log = newLog(system, signer);
  return { ...state, log, tip: null, next: 1, sent: {}, replaced: [] };
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
