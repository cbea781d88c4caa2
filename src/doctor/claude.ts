import { basename } from "@std/path";
import {
  allTranscripts,
  CLAUDE,
  clientNamed,
  currentAgentSession,
  DEFAULT_RETENTION,
  dueTranscripts,
  isFile,
  type KeptTranscript,
  listAgentFiles,
  newestTranscript,
  readGauge,
  retentionIn,
  statusFromJson,
} from "../clients/mod.ts";
import {
  bounded,
  type Checked,
  type CheckInput,
  failure,
  type Finding,
  unknown,
  warning,
} from "./check.ts";
import { durationText } from "../base/times.ts";
import { counted, firstLine } from "../base/words.ts";
import { readConfigAnyway } from "../config/mod.ts";
import {
  clientsHere,
  readAllSettings,
  readHookFailures,
  statusOfClients,
  statusOfHooks,
} from "../hooks/mod.ts";
import { claudeHome } from "../ops/mod.ts";

/** States in which hooks do not run, or harm the session. */
const BROKEN = ["unreadable", "ignored", "disabled", "binary-missing"];

/** Checks that the hooks are those of this mpm, and are not disabled. */
export function checkHooks(input: CheckInput): Checked {
  const { system, workspace } = input;
  const { installed, plugins, findings } = statusOfHooks(system, workspace);
  if (installed.length + plugins.length === 0) {
    const { findings: unread } = readAllSettings(system, workspace);
    const summary = "not installed; mpm hooks install adds them";
    const found = unread.map(({ detail, hint: advice }) =>
      unknown(detail, { advice })
    );
    if (claudeHome(system) === undefined) {
      const detail = "mpm cannot find your Claude Code settings";
      found.push(unknown(detail, { advice: "Set HOME or CLAUDE_CONFIG_DIR" }));
    }
    return { summary, found };
  }
  const found = findings.map(({ problem, path, detail, hint: advice }) => {
    const text = detail.includes(path) ? detail : `${path}: ${detail}`;
    return BROKEN.includes(problem)
      ? failure("CONFLICT", text, { advice })
      : warning(text, { advice });
  });
  const events = new Set(installed.flatMap(({ events }) => events)).size;
  const scopes = installed.map(({ scope }) => scope).join(", ");
  return {
    summary: installed.length === 0
      ? "installed by the plugin"
      : `${counted(events, "event")}, scope ${scopes}`,
    found: [...found, ...failureFindings(input)],
  };
}

/** States in which another client's hooks do not run. */
const NOT_RUN = ["binary-missing", "untrusted"];

/** Checks the hooks in every other client on this machine. */
export async function checkClients(
  { system, workspace }: CheckInput,
): Promise<(Checked & { readonly name: string })[]> {
  const { clients, findings } = await statusOfClients(system, workspace);
  const names = new Set([
    ...clientsHere(system).map(({ name }) => name),
    ...clients.map(({ client }) => client),
  ]);
  return [...names].filter((name) => name !== CLAUDE.name).map((name) => {
    const { title } = clientNamed(name)!;
    const own = clients.filter(({ client }) => client === name);
    if (own.length === 0) {
      const add = `mpm hooks install --client ${name}`;
      const summary = `found, but without mpm's hooks; ${add} adds them`;
      return { name: title, summary, found: [] };
    }
    const paths = own.map(({ path }) => path);
    const events = own.flatMap(({ events }) => events).length;
    const found = findings.filter(({ client }) => client === name).map(
      ({ problem, detail, hint: advice }) =>
        NOT_RUN.includes(problem)
          ? failure("CONFLICT", detail, { advice })
          : warning(detail, { advice }),
    );
    const what = events === 0 ? "hooks" : counted(events, "event");
    return { name: title, summary: `${what} in ${paths.join(", ")}`, found };
  });
}

/** Milliseconds during which a failure is worth reporting. */
const NEWS = 7 * 86_400_000;

/** Finds failed hooks, which no one sees since the client continues. */
function failureFindings(
  { system, context, workspace }: CheckInput,
): Finding[] {
  const now = context.system.now().getTime();
  const failures = readHookFailures(system, workspace.root)
    .filter(({ at }) => now - at < NEWS);
  const last = failures.at(-1);
  if (!last) return [];
  const detail =
    `Hooks failed ${counted(failures.length, "time")} in the last week, most ` +
    `recently ${last.event} ${durationText(now - last.at)} ago: ` +
    `${firstLine(last.error, 120)}`;
  return [warning(detail, { advice: "mpm hooks test" })];
}

/** Checks that the context use is known where it should be. */
export async function checkGauge(input: CheckInput): Promise<Checked> {
  const { system, workspace, context } = input;
  const { root } = workspace;
  const { config } = await readConfigAnyway(system, root);
  const { installed, plugins } = statusOfHooks(system, workspace);
  const line = installed.some(({ status_line: has }) => has);
  const id = currentAgentSession(system);
  if (id !== undefined) {
    const { gauge } = await readGauge(system, {
      ...{ id, root, config, cwd: context.folder, transcriptPath: undefined },
    });
    const summary = gauge.percentage === null
      ? "unknown"
      : `${Math.round(gauge.percentage)} % of the window`;
    return gauge.unknown === null
      ? { summary, found: [] }
      : { summary, found: [gaugeFinding(gauge.unknown, line)] };
  }
  if (installed.length + plugins.length === 0) {
    return { summary: "not measured without hooks", found: [] };
  }
  return lastReading(input, config["context.stale_after"], line);
}

/** Returns the finding for a missing gauge. `line`: with a status line. */
function gaugeFinding(reason: string, line: boolean): Finding {
  return warning(
    `Cannot read how full the context is: ${reason}`,
    line ? {} : { advice: "mpm hooks install --statusline" },
  );
}

/** Checks, outside a session, that the last session here was read. */
function lastReading(
  { system, context, workspace }: CheckInput,
  staleAfter: number,
  line: boolean,
): Checked {
  const { root, worktree } = workspace;
  const last = newestTranscript(system, worktree);
  if (!last) {
    const detail =
      "Claude Code has not run in this folder yet, so mpm cannot " +
      "tell whether the context is read";
    return { summary: "no reading yet", found: [unknown(detail)] };
  }
  const readings = listAgentFiles(system, root, "status")
    .filter(({ id }) => id === last.id)
    .map(({ value }) => statusFromJson(value)?.reading.time)
    .filter((time) => time !== undefined);
  const newest = Math.max(...readings);
  const now = context.system.now().getTime();
  // A run without a terminal has no status line, and may be the newer one.
  if (readings.length === 0 && line) {
    return { summary: "from the transcript of the last session", found: [] };
  }
  if (readings.length === 0) {
    const detail = `The status line reported nothing in the last session, ` +
      `${last.id}; mpm reads the context size from the transcript ` +
      `alone`;
    return {
      summary: "from the transcript",
      found: [warning(detail, { advice: "mpm hooks install --statusline" })],
    };
  }
  const summary = `last read ${durationText(now - newest)} ago`;
  const behind = last.time - newest;
  if (behind <= staleAfter) return { summary, found: [] };
  const reason = `the last reading is ${durationText(behind)} ` +
    "older than the session's last message";
  return { summary, found: [gaugeFinding(reason, line)] };
}

/** Finds saves whose transcripts the client will delete soon. */
export function checkTranscripts(input: CheckInput): Checked {
  const { system, workspace, context, inspected } = input;
  const agents = new Map<string, { save: string; path: string | null }>();
  for (const { row, save } of inspected) {
    const agent = save?.mpm?.agent;
    if (agent?.name !== "claude-code" || agents.has(agent.session_id)) continue;
    const path = agent.transcript_path;
    agents.set(agent.session_id, { save: row.session_id, path });
  }
  if (agents.size === 0) {
    return { summary: "no save belongs to a Claude Code session", found: [] };
  }
  const { days, found } = retentionOf(input);
  const known = allTranscripts(system);
  const there: KeptTranscript[] = [];
  for (const [agent, { save, path }] of agents) {
    const at = [known.get(agent), path].find((one) =>
      typeof one === "string" && basename(one) === `${agent}.jsonl` &&
      isFile(system, one)
    );
    const written = at && system.files.stat(at)?.mtime;
    if (at && written) there.push({ agent, save, path: at, written });
  }
  const gone = agents.size - there.length;
  const now = context.system.now().getTime();
  const settings = readAllSettings(system, workspace).files
    .find(({ scope }) => scope === "user")?.path;
  const due = dueTranscripts(there, { days, now }).map((one) => {
    const day = new Date(one.from).toISOString().slice(0, 10);
    const when = one.from <= now
      ? "at its next start"
      : `from ${day} on (in ${durationText(one.from - now)})`;
    return warning(
      `Claude Code deletes the transcript of ${one.save} ${when}: ${one.path}`,
      { advice: `Set "cleanupPeriodDays": 365 in ${settings}` },
    );
  });
  return {
    summary: `${there.length} of ${agents.size} exist, kept for ${days} ` +
      `days${gone > 0 ? `; ${gone} already deleted` : ""}`,
    found: [...found, ...bounded(due, "more transcript")],
  };
}

/** Returns the retention in days, from the file that takes precedence. */
function retentionOf(
  { system, workspace }: CheckInput,
): { days: number; found: Finding[] } {
  const { files, findings } = readAllSettings(system, workspace);
  const found = findings.map(({ detail, hint: advice }) =>
    unknown(`Transcript retention: ${detail}`, { advice })
  );
  for (const { settings, path } of files) {
    const days = settings && retentionIn(settings);
    if (days === undefined) continue;
    if (!Number.isNaN(days)) return { days, found };
    const detail = `"cleanupPeriodDays" in ${path} is not a number of days`;
    found.push(unknown(detail, { advice: `Fix it in ${path}` }));
  }
  return { days: DEFAULT_RETENTION, found };
}
