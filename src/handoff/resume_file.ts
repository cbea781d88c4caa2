import { basename } from "@std/path";
import { join } from "../base/join.ts";
import type { Context } from "../cli/mod.ts";
import { attempt, MpmError } from "../base/errors.ts";
import { locate, readState, type Workspace } from "../git/mod.ts";
import {
  agentWork,
  buildSave,
  bullets,
  collectedOf,
  completed,
  contentDigestOf,
  type Draft,
  findOne,
  gitLines,
  loadResumed,
  MARKDOWN,
  NO_CONTENT,
  noteOwn,
  numbered,
  oneLine,
  otherCommands,
  type Outline,
  outlineOf,
  recommended,
  redactSave,
  type ResumeResult,
  type Save,
  section,
  touchedName,
  verification,
} from "../saves/mod.ts";
import { handoffFor, isCarried, isOpenItem, type Item } from "../items/mod.ts";
import {
  type ClientSession,
  type Gauge,
  grouped,
  type Level,
  levelOf,
  percentText,
  readGauge,
  thresholdsOf,
  UNKNOWN_GAUGE,
  usageOf,
} from "../clients/mod.ts";
import { sessionId } from "../base/ids.ts";
import { redactorOf } from "../secrets/mod.ts";
import type { ResumeFileResult } from "./commands/results.ts";
import { ensureHome, layout, withLock, writeAtomic } from "../ops/mod.ts";
import { type Config, readConfigAnyway } from "../config/mod.ts";
import type { System } from "../system/system.ts";
import { BUILD, VERSION } from "../base/version.ts";
import { sessionOf } from "./agent_session.ts";
import { escapeLines } from "../base/escape.ts";

/** A resume file, and the state from which it was made. */
interface WrittenResumeFile {
  readonly result: ResumeFileResult;
  /** Redacted. */
  readonly save: Save;
}

/**
 * Writes the resume file for the current state of the work. Also works without
 * an agent's session; the lists then come from the newest save.
 */
export async function writeResumeFile(
  context: Context,
  { given, dryRun, transcriptPath }: {
    given: string | undefined;
    dryRun: boolean;
    /** The transcript, if it is known. */
    transcriptPath?: string | undefined;
  },
): Promise<WrittenResumeFile> {
  const { system, folder } = context;
  const workspace = await locate(system, folder);
  const { root } = workspace;
  const { save, gauge, config } = await presentSave(system, workspace, {
    ...{ given, transcriptPath },
  });
  const earlier = hasLists(save) ? undefined : await earlierSave(context);
  const text = resumeFileText({
    save,
    gauge,
    level: levelOf(gauge, thresholdsOf(config)),
    earlier,
  });
  const result = (file: string) => ({
    ...{ result: { dry_run: dryRun, file, text }, save },
  });
  if (dryRun) return result(freePath(system, root));
  return await withLock(system, root, () => {
    ensureHome(system, root);
    const file = freePath(system, root);
    const bytes = new TextEncoder().encode(text);
    // Text from a save may be someone else's words.
    if (earlier?.origin !== "foreign") {
      const id = basename(file, ".md");
      noteOwn(system, { id, digest: contentDigestOf(bytes) });
    }
    writeAtomic(system, file, { bytes });
    return result(file);
  });
}

/**
 * Returns what a save would contain now, redacted, and writes nothing. Throws
 * USAGE for an invalid agent session ID.
 */
export async function presentSave(
  system: System,
  workspace: Workspace,
  { given, transcriptPath }: {
    given?: string | undefined;
    transcriptPath?: string | undefined;
  } = {},
): Promise<{ save: Save; gauge: Gauge; config: Config }> {
  const { root, cwd } = workspace;
  const session = await sessionOf(system, workspace, given);
  const { config } = readConfigAnyway(system, root);
  const watched = { root, cwd, transcriptPath, config };
  const { gauge } = session === undefined
    ? { gauge: UNKNOWN_GAUGE }
    : await readGauge(system, { ...session, ...watched });
  const state = await presentState(system, workspace, {
    ...{ session, gauge, config, transcriptPath },
  });
  return { save: redactSave(redactorOf(system), state), gauge, config };
}

async function presentState(
  system: System,
  workspace: Workspace,
  { session, gauge, config, transcriptPath }: {
    session: ClientSession | undefined;
    gauge: Gauge;
    config: Config;
    transcriptPath: string | undefined;
  },
): Promise<Save> {
  const { cwd, root } = workspace;
  const state = workspace.git === "repository"
    ? await readState(system, workspace)
    : undefined;
  const work = session && await agentWork(system, { session, cwd, config });
  const agent = session === undefined ? null : {
    name: session.client.agent,
    session_id: session.id,
    transcript_path: transcriptPath ?? work?.transcriptPath ?? null,
  };
  const time = system.now();
  const { handoff } = handoffFor(system, workspace, {
    said: [],
    close: [],
    collected: await collectedOf(system, { agent, workspace }, config),
    agent: session?.id,
    save: null,
    time,
    synced: false,
  });
  const draft: Draft = {
    content: { ...NO_CONTENT, todos: (work?.done ?? []).map(completed) },
    workspace,
    state,
    agent,
    work: work ?? {
      todos: [],
      tasks: { pending: [], inProgress: [], completedCount: 0 },
    },
    usage: usageOf(gauge),
    version: VERSION,
    build: BUILD,
    time,
    handoff,
  };
  const { sessions } = layout(root);
  const slot = { id: sessionId(draft.time), sessions, store: null };
  return buildSave(draft, slot);
}

function hasLists({ todos, task_list: tasks }: Save): boolean {
  return todos.active.length + todos.completed.length +
      tasks.in_progress_tasks.length + tasks.pending_tasks.length > 0;
}

/** Returns the newest save, if it can be read. */
async function earlierSave(
  context: Context,
): Promise<ResumeResult | undefined> {
  const latest = await wholeSession(context);
  const usable = latest !== undefined &&
    !basename(latest.source).startsWith("session-resume-");
  return usable ? latest : undefined;
}

/**
 * Returns the newest session of this worktree, if there is one. Throws the
 * errors of a resume if the session is damaged.
 */
export async function latestSession(
  context: Context,
  { workspace, changes, lines = false }: {
    /** The workspace, if it is known; otherwise it is looked up. */
    workspace?: Workspace;
    changes: boolean;
    /**
     * True if only lines made from the session are shown, and these lines are
     * redacted.
     */
    lines?: boolean;
  },
): Promise<ResumeResult | undefined> {
  try {
    const found = await findOne({ ...context, interactive: false }, {
      "selector": undefined,
      "session-id": undefined,
      "list": false,
      "last": false,
      "all": false,
      "peek": true,
      "no-changes": !changes,
      "format": "context",
      lines,
      workspace,
    });
    return "sessions" in found ? undefined : await loadResumed(context, found);
  } catch (error) {
    if (error instanceof MpmError && error.code === "NOT_FOUND") return;
    throw error;
  }
}

/**
 * Like {@link latestSession}, without looking for changes; `undefined` also if
 * the session cannot be read.
 */
export async function wholeSession(
  context: Context,
): Promise<ResumeResult | undefined> {
  return await attempt(() => latestSession(context, { changes: false }));
}

/** Returns the path for the next second that has no such file yet. */
function freePath(system: System, root: string): string {
  const { sessions } = layout(root);
  for (let time = system.now().getTime();; time += 1000) {
    const path = join(sessions, resumeFileName(new Date(time)));
    if (!system.files.lstat(path)) return path;
  }
}

/** The sources of a resume file. */
export interface ResumeFile {
  /** The state of the work in the format of a save, redacted. */
  readonly save: Save;
  readonly gauge: Gauge;
  readonly level: Level;
  /** The newest earlier save, redacted; only if the agent keeps no lists. */
  readonly earlier: Pick<ResumeResult, "session" | "items"> | undefined;
}

/** Returns the name of the file written at `time`, in UTC. */
export function resumeFileName(time: Date): string {
  const [day, clock] = time.toISOString().slice(0, 19).split("T");
  return `session-resume-${day}-${clock!.replaceAll(":", "")}.md`;
}

/**
 * Returns the document to write before the context is lost: completed, current
 * and pending work, the context, git, and the next steps. Readers of such
 * documents know its headings.
 */
export function resumeFileText(file: ResumeFile): string {
  const { save, earlier } = file;
  const present = presentOutline(save);
  const lists = earlier ? outlineOf(earlier) : present;
  const [begun, pending] = [texts(lists.begun), texts(lists.next)];
  const clock = { now: new Date(save.paused_at), paused: save.paused_at };
  const parts = [
    `# Session Resume: ${save.paused_at.slice(0, 19).replace("T", " ")} UTC`,
    head(file),
    section("Mission", texts(lists.goal).map(oneLine)),
    bullets("Constraints", texts(lists.constraints)),
    listed("Completed Tasks", texts(lists.done)),
    listed("In Progress", begun),
    listed("Pending Tasks", pending),
    bullets("Decisions", texts(lists.decisions)),
    bullets("Rejected Approaches", texts(lists.rejected)),
    bullets("Blockers", texts(lists.blockers)),
    bullets("Open Questions", texts(lists.questions)),
    bullets("Plan", texts(lists.plans)),
    bullets("Verification", verification({ evidence: [] }, present, clock)),
    bullets("Other Commands", otherCommands(present, clock)),
    bullets("Files", present.files.map(touchedName)),
    bullets("Latest Prompts", texts(present.prompts)),
    bullets("Last Message", texts(present.messages)),
    section("Context Status", contextLines(file)),
    section("Git Context", gitLines(save)),
    numbered(
      "Recommended Next Actions",
      recommended({
        begun,
        pending,
        operation: save.mpm?.operation ?? null,
        files: (save.mpm?.files.length ?? 0) + (save.mpm?.files_omitted ?? 0),
      }),
    ),
  ];
  const text = parts.filter((part) => part !== "").join("\n\n");
  return `${escapeLines(text)}\n`;
}

/** Returns the hand-off of the current work. */
export function presentOutline(save: Save): Outline {
  const saved = save.mpm?.handoff?.items ?? [];
  const items = saved.filter((item) => isCarried(item) && isOpenItem(item));
  return outlineOf({ session: save, items });
}

/**
 * Returns items in the format for readers of such a document, without numbers
 * and ages.
 */
function texts(items: readonly Item[]): string[] {
  return items.map(({ text, why }) => why ? `${text} (${why})` : text);
}

function head({ save, earlier }: ResumeFile): string {
  const agent = save.mpm?.agent?.session_id;
  return [
    `**Created**: ${save.paused_at}`,
    `**Project**: ${MARKDOWN.code(save.project_path)}`,
    ...agent === undefined
      ? []
      : [`**Agent Session**: ${MARKDOWN.code(agent)}`],
    ...earlier === undefined ? [] : [
      `**Lists From**: ${earlier.session.session_id} (the agent keeps no lists)`,
    ],
  ].join("\n");
}

function listed(title: string, items: readonly string[]): string {
  return bullets(title, items) || section(title, ["None recorded."]);
}

function contextLines({ gauge, level }: ResumeFile): string[] {
  const { tokens, window, percentage } = gauge;
  return [
    `**Tokens**: ${tokens === null ? "unknown" : grouped(tokens)}`,
    `**Window**: ${window === null ? "unknown" : grouped(window)}`,
    `**Used**: ${percentage === null ? "unknown" : percentText(percentage)}`,
    `**Level**: ${level}`,
    ...gauge.unknown === null ? [] : [`**Doubt**: ${gauge.unknown}`],
  ];
}
