import * as z from "zod/mini";
import { Sandbox } from "./sandbox_schema.ts";
import {
  any,
  count,
  days,
  each,
  flag,
  list,
  number,
  object,
  oneOf,
  share,
  shareOver0,
  table,
  text,
  textOrTexts,
  texts,
} from "./kinds.ts";

/*
 * What Claude Code 2.1.329 takes in its settings, found by giving that client
 * wrong values one by one. Left out are keys at which any value is taken, or a
 * wrong one costs that key alone. Keys it does not know it takes, too.
 */

const Permissions = object(
  each("allow deny ask", list(any)),
  each("additionalDirectories", texts),
  each("disableBypassPermissionsMode disableAutoMode", oneOf("disable")),
  each(
    `blockReadsOutsideWorkingDirectories blockWritesOutsideWorkingDirectories
    denyInsteadOfPrompting`,
    flag,
  ),
  each(
    "defaultMode",
    oneOf(
      "acceptEdits",
      "auto",
      "bypassPermissions",
      "default",
      "dontAsk",
      "plan",
    ),
  ),
);

const command = { type: oneOf("command"), command: text };

/** At any of these a wrong value costs the whole file. */
export const Settings = object(
  each(
    `$schema apiKeyHelper proxyAuthHelper awsCredentialExport awsAuthRefresh
    gcpAuthRefresh processWrapper attributionProject model prUrlTemplate
    otelHeadersHelper outputStyle language advisorModel agent minimumVersion
    requiredMinimumVersion requiredMaximumVersion plansDirectory timeFormat
    timeZone autoMemoryDirectory claudeMd pluginTrustMessage`,
    text,
  ),
  each(
    `respectGitignore wslInheritsWindowsSettings includeCoAuthoredBy
    includeGitInstructions disableAllHooks disableReplyCheck
    workflowKeywordTriggerEnabled bashEditDiffEnabled respondToBashCommands
    allowAllClaudeAiMcps allowClaudeInChromeWithManagedMcp
    allowNestedModelAccessUnderForceLogin forceRemoteSettingsRefresh
    spinnerTipsEnabled syntaxHighlightingDisabled terminalTitleFromRename
    alwaysThinkingEnabled fastMode promptSuggestionEnabled
    emojiCompletionEnabled showClearContextOnPlanAccept prefersReducedMotion
    autoMemoryEnabled autoDreamEnabled showThinkingSummaries verbose
    autoCompactEnabled precomputeCompactionEnabled idleCompaction
    switchModelsOnFlag autoScrollEnabled wheelScrollAccelerationEnabled
    fileCheckpointingEnabled showTurnDuration showMessageTimestamps
    terminalProgressBarEnabled todoFeatureEnabled inputNeededNotifEnabled
    agentPushNotifEnabled voiceEnabled`,
    flag,
  ),
  each(
    `syncClaudeAiSkills syncClaudeAiPlugins enforceAvailableModels
    enableAllProjectMcpServers disableClaudeAiConnectors disableBundledSkills
    disableAgentView disableRemoteControl disableWorkflows disableArtifact
    enableArtifact enableWorkflows disableSkillShellExecution
    disableWindowsBashCommandSplit allowManagedHooksOnly
    allowManagedPermissionRulesOnly allowManagedMcpServersOnly
    disableCommandPluginSources disableSideloadFlags skipWebFetchPreflight
    fastModePerSessionOptIn channelsEnabled skipDangerousModePermissionPrompt
    autoContinueAtUsageLimit remoteControlAtStartup isolatePeerMachines
    autoUploadSessions skipAutoPermissionPrompt useAutoModeDuringPlan`,
    z.nullable(flag),
  ),
  each(
    `fallbackModel availableModels allowedHttpHookUrls httpHookAllowedEnvVars
    pluginSuggestionMarketplaces companyAnnouncements claudeMdExcludes`,
    texts,
  ),
  each(
    "enabledMcpjsonServers disabledMcpjsonServers forceLoginOrgUUID",
    textOrTexts,
  ),
  each(
    "allowedChannelPlugins",
    list(object({ marketplace: text, plugin: text })),
  ),
  each("sshConfigs", list(object({ id: text, name: text, sshHost: text }))),
  each(
    "strictKnownMarketplaces blockedMarketplaces",
    z.nullable(list(object({ source: text }))),
  ),
  each("cleanupPeriodDays skillListingMaxDescChars", count),
  each("desktopSessionCleanupPeriodDays", days),
  each("skillListingBudgetFraction", shareOver0),
  each("feedbackSurveyRate", share),
  each("env", table(any)),
  each("modelOverrides", table(text)),
  each("pluginConfigs", table(object(each("mcpServers options", table(any))))),
  each(
    "skillOverrides",
    table(oneOf("on", "name-only", "user-invocable-only", "off")),
  ),
  each(
    "enabledPlugins",
    table(z.union([flag, texts], "must be true, false, or strings")),
  ),
  each("permissions", Permissions),
  each("sandbox", Sandbox),
  each("fileSuggestion", object(command)),
  each(
    "statusLine",
    object(
      command,
      each("padding", number),
      each("hideVimModeIndicator", flag),
    ),
  ),
  each(
    "worktree",
    object(
      each("symlinkDirectories sparsePaths", texts),
      each("baseRef", oneOf("fresh", "head")),
    ),
  ),
  each(
    "spinnerVerbs",
    object({ mode: oneOf("append", "replace"), verbs: texts }),
  ),
  each("remote", object(each("defaultEnvironmentId", text))),
  each(
    "voice",
    object(
      each("enabled autoSubmit", flag),
      each("mode", oneOf("hold", "tap")),
    ),
  ),
  each(
    "autoMode",
    object(
      each("allow soft_deny hard_deny environment", texts),
      each("classifyAllShell", flag),
    ),
  ),
  each(
    "attribution",
    z.union([
      z.boolean(),
      object(each("commit pr", text), each("sessionUrl", flag)),
    ], 'must be true, false, or an object such as { "commit": "" }'),
  ),
  each(
    "workflowSizeGuideline",
    oneOf("unrestricted", "small", "medium", "large"),
  ),
  each("defaultShell", oneOf("bash", "powershell")),
  each(
    "parentSettingsBehavior managedSourcesBehavior",
    oneOf("first-wins", "merge"),
  ),
  each("autoUpdatesChannel", oneOf("latest", "stable", "rc")),
  each("tui", oneOf("default", "fullscreen")),
  each("daemonColdStart", oneOf("transient", "ask")),
  each("defaultView", oneOf("chat", "transcript")),
  each("feedbackDrafts", z.nullable(oneOf("notify", "quiet", "off"))),
  each(
    "disableAutoMode disableDeepLinkRegistration",
    z.nullable(oneOf("disable")),
  ),
);
