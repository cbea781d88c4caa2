import { MpmError } from "../base/errors.ts";
import { counted } from "../base/words.ts";
import type { Context } from "../cli/mod.ts";
import { readConfigAnyway } from "../config/mod.ts";
import {
  allEnded,
  dropRefs,
  findRemote,
  findWorkspace,
  Git,
  Network,
  type Remote,
  RemoteError,
  type Workspace,
} from "../git/mod.ts";
import { cloneOf } from "./entry.ts";
import { journaled } from "../ops/mod.ts";
import { listingMark } from "../saves/mod.ts";
import type { System } from "../system/system.ts";
import { type Cipher, openCipher } from "./cipher.ts";
import type { SyncResult } from "./commands/results.ts";
import {
  gatherUnsent,
  type Sending,
  type Unsent,
  withListing,
} from "./gather.ts";
import { continues, FETCHED, LOGS, logsBelow, readLogRefs } from "./log.ts";
import { readOthers } from "./read_others.ts";
import {
  readState,
  type TeamState,
  withTeamLock,
  writeState,
} from "./state.ts";
import {
  begunLog,
  ensureSigner,
  forkedState,
  type LogTools,
  pruneLog,
  refuseNoRepository,
  writeLog,
} from "./write_log.ts";

/** The options of a sync. */
export interface SyncInput {
  /**
   * The name or the address of a remote; the remote of the last sync by
   * default.
   */
  readonly remote: string | undefined;
  readonly dryRun: boolean;
  /** True to shorten the log to the limits in the settings. */
  readonly prune: boolean;
  readonly sending: Sending;
}

/**
 * Adds new things to the log of this clone, pushes it, fetches the logs of
 * others, and creates the files that readers list. Each step can be repeated,
 * so the next sync completes an interrupted one. Throws NOT_FOUND, USAGE,
 * CONFLICT, GIT_FAILED, LOCKED.
 */
export async function syncTeam(
  context: Context,
  input: SyncInput,
): Promise<SyncResult> {
  const { system } = context;
  const workspace = await findWorkspace(context);
  refuseNoRepository(workspace);
  const { root } = workspace;
  const remote = await remoteOf(system, workspace, input.remote);
  refusePlain(openCipher(context, root), input);
  if (input.dryRun) return await plannedSync(context, workspace, remote, input);
  return await journaled(
    context,
    (context) =>
      withTeamLock(
        system,
        root,
        () => new Sync(context, workspace, { remote, input }).run(),
      ),
    {
      operation: "sync",
      workspace,
      keepsOwn: true,
      title: ({ sent, received }) =>
        `sync with ${remote.name}: ${
          counted(sent.length, "entry", "entries")
        } ` +
        `sent, ${received} received`,
      facts: ({ sent, received }) =>
        sent.length + received === 0
          ? undefined
          : { after: { sync: { sent: sent.length, received } } },
    },
  );
}

/** Throws CONFLICT if a conversation or a file would be sent unencrypted. */
function refusePlain(cipher: Cipher, { sending }: SyncInput): void {
  const what = sending.contents
    ? "Contents of files"
    : sending.conversation
    ? "Conversations"
    : undefined;
  if (what === undefined || cipher.encrypts) return;
  throw new MpmError(
    "CONFLICT",
    `${what} must be encrypted, and this project has no team`,
    { hint: 'Add the keys first: "mpm team add <name> <recipient>"' },
  );
}

async function remoteOf(
  system: System,
  workspace: Workspace,
  named: string | undefined,
): Promise<Remote> {
  const name = named ?? readState(system, workspace.root).remote;
  if (name !== null) return await findRemote(system, workspace, name);
  throw new MpmError("USAGE", "No remote was named", {
    hint: 'Name a remote, such as "mpm sync origin"; mpm remembers it. "git ' +
      'remote -v" lists remotes',
  });
}

async function plannedSync(
  context: Context,
  workspace: Workspace,
  remote: Remote,
  { sending }: SyncInput,
): Promise<SyncResult> {
  const state = readState(context.system, workspace.root);
  const cipher = openCipher(context, workspace.root);
  // After a change of the team, everything is sent again.
  const since = state.recipients === cipher.mark
    ? state
    : { ...state, sent: {} };
  const unsent = await gatherUnsent(context, workspace, {
    ...{ state: since, sending, signer: undefined },
  });
  return {
    ...{ dry_run: true, remote: remote.name, log: state.log },
    sent: unsent.map(rowOf),
    pushed: false,
    dropped: 0,
    received: 0,
    writers: writerRows(state, new Map()),
    encrypted: cipher.encrypts,
    problems: [],
  };
}

function rowOf({ kind, id }: Pick<Unsent, "kind" | "id">) {
  return { kind, id };
}

type WriterRow = SyncResult["writers"][number];

function writerRows(
  { writers }: TeamState,
  before: ReadonlyMap<string, number>,
): WriterRow[] {
  return Object.entries(writers).map(([writer, one]) => ({
    ...{ writer, name: one.name, entries: one.entries, locked: one.locked },
    new: Math.max(0, one.entries - (before.get(writer) ?? 0)),
    problems: [...one.problems],
  })).sort((a, b) => a.writer < b.writer ? -1 : 1);
}

/** One sync, under the team's lock. */
class Sync {
  readonly #context: Context;
  readonly #workspace: Workspace;
  readonly #network: Network;
  readonly #input: SyncInput;
  readonly #git: Git;
  readonly #problems: string[] = [];

  constructor(
    context: Context,
    workspace: Workspace,
    { remote, input }: { remote: Remote; input: SyncInput },
  ) {
    const { system } = context;
    this.#context = context;
    this.#workspace = workspace;
    this.#input = input;
    this.#network = new Network(system, workspace, remote);
    this.#git = new Git(system, workspace.worktree);
  }

  async run(): Promise<SyncResult> {
    const { system } = this.#context;
    const { root } = this.#workspace;
    const { remote } = this.#network;
    const before = readState(system, root);
    const elected = { ...before, remote: remote.name };
    const tools = this.#tools();
    const writing = async () => {
      const here = await readLogRefs(this.#git);
      return { here, written: await this.#write(tools, elected, here.own) };
    };
    // The log is written while git asks the remote.
    const [there, { here, written }] = await allEnded([
      this.#network.refs(LOGS),
      writing(),
    ]);
    this.#problems.push(...written.problems);
    let { state } = written;
    this.#keep(before, state);
    const theirs = logsBelow(there, LOGS);
    const pushed = await this.#push(tools, state, theirs);
    this.#keep(state, pushed.state);
    state = pushed.state;
    const pruned = this.#input.prune
      ? await this.#prune(tools, state)
      : { state, dropped: 0 };
    state = pruned.state;
    const others = await this.#fetch(state, theirs, here.others);
    const read = await readOthers(tools, root, { state, others });
    this.#keep(state, read);
    const known = new Map(
      Object.entries(before.writers).map(([id, { entries }]) => [id, entries]),
    );
    const writers = writerRows(read, known);
    return {
      ...{ dry_run: false, remote: remote.name, log: read.log },
      sent: written.added.map(rowOf),
      pushed: pushed.done,
      dropped: pruned.dropped,
      received: writers.reduce((sum, one) => sum + one.new, 0),
      writers,
      encrypted: tools.cipher.encrypts,
      problems: this.#problems,
    };
  }

  #tools(): LogTools {
    const { system } = this.#context;
    const signer = ensureSigner(system);
    const cipher = openCipher(this.#context, this.#workspace.root);
    return { system, git: this.#git, signer, cipher };
  }

  #keep(before: TeamState, state: TeamState): void {
    if (JSON.stringify(before) === JSON.stringify(state)) return;
    writeState(this.#context.system, this.#workspace.root, state);
  }

  async #write(
    tools: LogTools,
    state: TeamState,
    own: ReadonlyMap<string, string>,
  ) {
    const { sending } = this.#input;
    const { system } = this.#context;
    const mark = listingMark(system, this.#workspace.root);
    const begun = await begunLog(tools, state, own);
    const unsent = await gatherUnsent(this.#context, this.#workspace, {
      ...{ state: begun, sending, signer: tools.signer },
    });
    const written = await writeLog(tools, { begun, unsent });
    const { state: now, problems } = written;
    const sent = withListing(now.sent, problems.length > 0 ? undefined : mark);
    return { ...written, state: { ...now, sent } };
  }

  /**
   * Pushes the log of this clone, and then removes the logs that it replaces.
   * Returns the new state, and whether entries were pushed.
   */
  async #push(
    tools: LogTools,
    state: TeamState,
    theirs: ReadonlyMap<string, string>,
  ): Promise<{ state: TeamState; done: boolean }> {
    const { log, tip } = state;
    if (log === null || tip === null) return { state, done: false };
    const there = theirs.get(log);
    if (there === tip) {
      return { state: await this.#dropReplaced(state, theirs), done: false };
    }
    if (there !== undefined && !await continues(this.#git, there, tip)) {
      const forked = forkedState(tools, state);
      const written = await this.#write(tools, forked, new Map());
      this.#keep(state, written.state);
      return await this.#push(tools, written.state, theirs);
    }
    const ref = `${LOGS}/${log}`;
    if (!await this.#tried([`${ref}:${ref}`])) return { state, done: false };
    return { state: await this.#dropReplaced(state, theirs), done: true };
  }

  /** Removes the logs that the current log replaces, here and on the remote. */
  async #dropReplaced(
    state: TeamState,
    theirs: ReadonlyMap<string, string>,
  ): Promise<TeamState> {
    const { replaced } = state;
    if (replaced.length === 0) return state;
    const there = replaced.filter((log) => theirs.has(log));
    const specs = there.map((log) => `:${LOGS}/${log}`);
    if (specs.length > 0 && !await this.#tried(specs)) return state;
    const { own } = await readLogRefs(this.#git);
    await dropRefs(
      this.#git,
      [...own].filter(([log]) => replaced.includes(log))
        .map(([log, commit]) => ({ ref: `${LOGS}/${log}`, commit })),
    );
    return { ...state, replaced: [] };
  }

  /** Pushes refs; adds a failure to the problems. */
  async #tried(specs: readonly string[]): Promise<boolean> {
    try {
      await this.#network.push(specs);
      return true;
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      this.#problems.push(`${error.message}. ${error.hint}`);
      return false;
    }
  }

  /** Replaces the log with a shorter one, on the remote and here. */
  async #prune(
    tools: LogTools,
    state: TeamState,
  ): Promise<{ state: TeamState; dropped: number }> {
    const { root } = this.#workspace;
    const { config } = readConfigAnyway(tools.system, root);
    const since = tools.system.now().getTime() - config["sync.max_age"];
    const pruned = await pruneLog(tools, state, {
      since: new Date(since).toISOString(),
      most: config["sync.max_mb"] * 1024 * 1024,
    });
    if (!pruned) return { state, dropped: 0 };
    const { log, tip } = pruned.state;
    const old = `${LOGS}/${pruned.old}`;
    const specs = [`${LOGS}/${log}:${LOGS}/${log}`, `:${old}`];
    if (!await this.#tried(specs)) {
      await dropRefs(this.#git, [{ ref: `${LOGS}/${log}`, commit: tip! }]);
      return { state, dropped: 0 };
    }
    this.#keep(state, pruned.state);
    await dropRefs(this.#git, [{ ref: old, commit: state.tip! }]);
    return pruned;
  }

  /** Fetches new entries, and returns the new commits of the logs of others. */
  async #fetch(
    { log: own }: TeamState,
    theirs: ReadonlyMap<string, string>,
    here: ReadonlyMap<string, string>,
  ): Promise<ReadonlyMap<string, string>> {
    const clone = own === null ? undefined : cloneOf(own);
    const wanted = [...theirs].filter(([log, commit]) =>
      cloneOf(log) !== clone && here.get(log) !== commit
    ).map(([log]) => log);
    if (wanted.length === 0) return here;
    try {
      const refused = await this.#network.fetch(
        wanted.map((log) => `${LOGS}/${log}:${FETCHED}/${log}`),
      );
      this.#problems.push(
        ...refused.map((ref) =>
          `The log ${ref} was rewritten; mpm keeps the entries that it ` +
          "already read"
        ),
      );
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      this.#problems.push(`${error.message}. ${error.hint}`);
    }
    return (await readLogRefs(this.#git)).others;
  }
}
