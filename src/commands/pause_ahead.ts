import type { Context } from "../cli/command.ts";
import {
  type CommitState,
  readCommitState,
  readIdentity,
} from "../git/commit_state.ts";
import { Git } from "../git/git.ts";
import { quickWorkspace } from "../git/quick_place.ts";
import { readRecent } from "../git/recent.ts";
import { resolveNames, UPSTREAM } from "../git/refs.ts";
import type { StateReaders } from "../git/state.ts";
import { readStatus } from "../git/status.ts";
import { sessionId } from "../session/ids.ts";
import type { Workspace } from "../session/repository.ts";
import { layout, saveFiles } from "../store/layout.ts";
import type { System } from "../system/system.ts";
import { isUnsettled } from "./detour_settle.ts";

/** What a pause asks git of a worktree. */
export interface PauseQuestions {
  readonly state: StateQuestions;
  readonly commit: Promise<CommitState>;
  readonly identity: Promise<string | undefined>;
}

/** What it asks only where there is a repository. */
type StateQuestions = Required<
  Pick<StateReaders, "status" | "names" | "recent">
>;

/** The same, asked before the code of the pause is loaded. */
export interface PauseAhead extends PauseQuestions {
  readonly workspace: Workspace;
  /** Fulfilled when git has answered all, whatever it said. */
  readonly ended: Promise<unknown>;
}

/** Asks all of it at once; `workspace` must be in a repository. */
export function askForPause(
  system: System,
  workspace: Workspace,
): PauseQuestions {
  const git = new Git(system, workspace.worktree);
  const { sessions, pointer } = layout(workspace.root);
  const { json } = saveFiles(sessions, sessionId(system.now()));
  // What takes longest is started first.
  const status = readStatus(git);
  const names = resolveNames(git, [UPSTREAM]);
  const recent = readRecent(git);
  return {
    state: { status, names, recent },
    commit: readCommitState(system, workspace, { save: json, pointer }),
    identity: readIdentity(system, workspace),
  };
}

/**
 * Asks it where files alone tell the place and nothing has to be settled there
 * before. `undefined`: it is to be asked later.
 */
export function askAhead({ system, folder }: Context): PauseAhead | undefined {
  const workspace = quickWorkspace(system, folder);
  if (!workspace || isUnsettled(system, workspace)) return undefined;
  const questions = askForPause(system, workspace);
  const { state, commit, identity } = questions;
  const { status, names, recent } = state;
  const ended = Promise.allSettled([status, names, recent, commit, identity]);
  return { workspace, ...questions, ended };
}
