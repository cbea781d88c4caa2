/**
 * The only door of `clients/`: the files of the programs in which agents run,
 * with one folder for each program.
 *
 * Every event reads how full an agent's context is, so this code uses neither
 * git nor a schema. The sources are the status line's input and the end of the
 * transcript. Pure code decides which source counts, and what follows from it.
 */

export {
  agentFileTime,
  type AgentSession,
  changeAgentFile,
  listAgentFiles,
  readAgentFiles,
  removeAgentFile,
  touchAgentFile,
  writeAgentFile,
} from "./agent_state.ts";
export {
  lastTurnError,
  parseStatusInput,
  type StatusInput,
} from "./claude/answers.ts";
export {
  type ConversationMark,
  isAsMarked,
  readForLater,
  remarked,
} from "./claude/conversation/later.ts";
export { ranIn } from "./claude/conversation/read.ts";
export { readConversation } from "./sessions.ts";
export {
  CLAUDE,
  clientNamed,
  clientOf,
  CLIENTS,
  type ClientSession,
  currentAgentSession,
  currentSession,
} from "./all.ts";
export {
  type ClientFile,
  clientOfFile,
  findSession,
  openConversation,
  readCourse,
  sessionsIn,
} from "./files.ts";
export {
  deadSessions,
  type RunningClient,
  runningClients,
} from "./claude/dead.ts";
export {
  editedPaths,
  editsFiles,
  HOOK_ENTRIES,
  mayChangeFiles,
  startsAgents,
} from "./claude/hook_entries.ts";
export { turnErrorText } from "./claude/hook_input.ts";
export { type HookInput, parseHookInput } from "./hook_input.ts";
export {
  type AgentProgram,
  agentProgram,
  clientProgram,
  clientVersion,
  programsOnPath,
  versionLine,
} from "./program.ts";
export {
  type Carried,
  carriedOf,
  type NativeSession,
  uuidOf,
} from "./carried.ts";
export { HeadlessOutput } from "./headless/output.ts";
export { STEP_HEAD } from "./headless/step_prompt.ts";
export { skillFiles } from "./own_file.ts";
export type {
  Client,
  ConversationRequest,
  EntryFile,
  HookAnswer,
  InstalledEntry,
  PartOf,
  WantedEntries,
} from "./client.ts";
export { type Call, callsOf, withEvent } from "./claude/hook_notes.ts";
export { isAttended, isQueued, isTyped } from "./claude/prompts.ts";
export {
  type ForeignFile,
  readForeign,
  refuseLink,
  removeIfEmpty,
  removeLeftover,
  replaceForeign,
  sameBytes,
} from "./claude/settings/file.ts";
export { installedHooks, ownCommands } from "./claude/settings/installed.ts";
export {
  enabledPlugins,
  isOfBare,
  managedSettings,
  placeOf,
  type Scope,
  type ScopePlace,
  SCOPES,
  type SettingsLayer,
  switchedOff,
} from "./claude/settings/layers.ts";
export {
  planInstall,
  planRemoval,
  type SettingsChange,
  type Wanted,
} from "./claude/settings/plan.ts";
export {
  allRecords,
  missingFolders,
  type Present,
  putReplaced,
  readPresent,
  readReplaced,
  recordReplaced,
  removeRecord,
  type SettingsRecord,
  takeReplaced,
} from "./claude/settings/record.ts";
export {
  decodeSettings,
  openSettings,
  type SettingsText,
  settingsWarnings,
} from "./claude/settings/text.ts";
export { SHELL_HOOKS, type ShellHook, SKILLS } from "./claude/shipped.ts";
export {
  type AgentWork,
  readAgentWork,
  savedTasks,
  type Task,
  tasksFromJson,
  type Todo,
  withTask,
} from "./claude/tasks.ts";
export {
  allTranscripts,
  DEFAULT_RETENTION,
  dueTranscripts,
  type KeptTranscript,
  newestTranscript,
  retentionIn,
} from "./claude/transcript.ts";
export {
  type Asked,
  type Conversation,
  CONVERSATION_SOURCES,
  type FileUse,
  type Planned,
  type Ran,
  type Said,
  type Seen,
  TAKE_OVER,
} from "./conversation.ts";
export { type Gauge, gaugeOf, UNKNOWN_GAUGE } from "./gauge.ts";
export {
  acknowledge,
  afterCompaction,
  type Decision,
  grouped,
  type Level,
  levelOf,
  levelRows,
  LEVELS,
  NO_LEVELS,
  onAgent,
  onCrossing,
  onPrompt,
  percentText,
  thresholdsOf,
  type WaysOut,
} from "./levels.ts";
export { isFile, isFolder, makeFolder } from "./look.ts";
export {
  CUT_MARK,
  cutMiddle,
  NO_NOTES,
  type Notes,
  notesFromJson,
  withStatements,
} from "./notes.ts";
export {
  changeLevels,
  type ContextUsage,
  contextUsage,
  crossLevels,
  gaugeRules,
  latestAgentSession,
  readGauge,
  readLevels,
  statusFromJson,
  statusToJson,
  UNKNOWN_USAGE,
  usageOf,
  type Watch,
} from "./read_gauge.ts";
export { OWN_MARK } from "./hook_command.ts";
export { copyUpTo } from "./claude/cut.ts";
export type {
  AgentEvent,
  Edit,
  EventKind,
  EventsLost,
  Hunk,
  OpenEvents,
} from "./events.ts";
