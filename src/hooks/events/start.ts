import { escapeText } from "../../base/escape.ts";
import { cutText } from "../../base/words.ts";
import { afterCompaction, changeLevels } from "../../clients/mod.ts";
import { scriptLines, scriptProblems } from "../scripts/text.ts";
import { mayRun, takeUnseenRuns } from "../scripts/run.ts";
import {
  agentOfEvent,
  noteSession,
  renewChangedView,
  takeNewNotes,
} from "../../agents/mod.ts";
import { handedTo } from "./handed.ts";
import { redactorOf } from "../../secrets/mod.ts";
import { recoverKilled } from "./recover.ts";
import { promptsSoFar } from "./notes.ts";
import { startDue } from "./background.ts";
import { runScript, scriptsHere } from "../scripts/events.ts";
import { type Handler, type HookCall, LONGEST } from "./hook_call.ts";
import { type ExtraPart, injected } from "../../handoff/mod.ts";

/** Milliseconds for each script: Claude Code gives the hook ten seconds. */
const TIMEOUT = 4000;

/** Sources of a new session at which a person is present. */
const GOES_ON = new Set(["startup", "resume", "clear"]);

/** Handles the start of a session: its agent gets a bounded summary. */
export const onSessionStart: Handler = async (hook) => {
  const { context, config, session, invited, input } = hook;
  const source = input.text("source") ?? "startup";
  if (source === "compact" || source === "clear") {
    await changeLevels(context.system, session, (state) => ({
      state: state.reached === "normal" ? state : afterCompaction(state),
    }));
  }
  if (!invited) return {};
  (await hook.client.adapter()).begun?.(context.system, input);
  const { client, worktree } = hook;
  await noteSession(context.system, { session, input, worktree, client });
  const run = (name: string) =>
    runScript(hook, name, {
      variables: { MPM_SOURCE: source },
      timeout: TIMEOUT,
    });
  const before = await run("pre-session.sh");
  const printed = await run("session-start.sh");
  const exited = printed?.outcome === "exited";
  await context.settle(context);
  const isSame = ["compact", "clear"].includes(source);
  // Must run before the recovery, which starts more of these processes.
  if (!isSame) await startDue(hook);
  const recovered = isSame ? [] : await recoverKilled(hook);
  const handed = await handedTo(hook);
  const { result, takenUp } = await injected(context, {
    parts: undefined,
    limit: Math.min(
      config["context.inject_limit"],
      LONGEST - handed.text.length,
    ),
    ...source === "compact" && { said: promptsSoFar(hook) },
    extra: [
      ...await newNotes(hook, source),
      ...exited
        ? [{
          name: "script" as const,
          title: "Printed by .claude-mpm/hooks/session-start.sh",
          text: printed.stdout,
          rest: "mpm hooks test session-start shows them",
        }]
        : [],
    ],
  });
  const scripts = source === "compact" ? [] : scriptsHere(hook);
  const lines = [
    ...recovered,
    ...takenUp !== undefined && GOES_ON.has(source) ? [takenUp] : [],
    ...handed.message === "" ? [] : [handed.message],
    ...GOES_ON.has(source) ? ignored(hook) : [],
    ...unseen(hook, scripts),
    ...before ? scriptLines("pre-session.sh", before) : [],
    // The standard output is for the agent, so it is not shown here.
    ...printed
      ? scriptLines("session-start.sh", { ...printed, stdout: "" })
      : [],
    ...scripts.length === 0 ? [] : scriptProblems(scripts)
      .map(({ detail, hint }) => `${detail}. ${hint}`),
  ];
  const message = redactorOf(context.system).text(lines.join("\n"));
  return { context: result.text + handed.text, message };
};

/** Updates the view of notes, and returns the agent's new notes. */
async function newNotes(
  { context: { system }, session, worktree, input }: HookCall,
  source: string,
): Promise<ExtraPart[]> {
  const place = { root: session.root, worktree };
  await renewChangedView(system, place);
  const text = (await takeNewNotes(system, place, {
    session,
    agent: agentOfEvent(system, input)?.key,
    again: source !== "resume",
  })).join("\n");
  return [{
    ...{ name: "notes", title: "New notes by agents and people", text },
    rest: "mpm notes shows them",
  }];
}

/** The most ignored settings to name, and the longest line for one. */
const FAULTS = 3;
const LONGEST_FAULT = 400;

/** Names settings that hooks ignored, such as a source that stays on. */
function ignored({ faults }: HookCall): string[] {
  const more = faults.length - FAULTS;
  return [
    ...faults.slice(0, FAULTS).map((fault) =>
      cutText(`Setting ignored: ${escapeText(fault)}`, LONGEST_FAULT)
    ),
    ...more > 0 ? [`${more} more: mpm doctor lists them`] : [],
  ];
}

/** The most background runs to list, and lines for all of them. */
const RUNS = 5;
const LINES = 10;

/** Returns the output of background scripts that no one has seen. */
function unseen(
  { context: { system }, session }: HookCall,
  scripts: ReturnType<typeof scriptsHere>,
): string[] {
  // A log may come with a clone, and may name scripts that the user did not
  // allow.
  const names = scripts.filter(({ state }) => mayRun(state))
    .map(({ name }) => name);
  if (names.length === 0) return [];
  const lines = takeUnseenRuns(system, session.root)
    .filter(({ name }) => names.includes(name)).slice(-RUNS)
    .flatMap((run) => scriptLines(run.name, run));
  return lines.slice(-LINES);
}
