import * as z from "zod/mini";

/*
 * The kinds of values that Claude Code 2.1.329 accepts in its settings, found
 * by giving wrong values to that client. Each message continues a sentence that
 * begins with the key.
 */

/** The client version that this schema describes. */
export const CLIENT = "2.1.329";

export const any = z.unknown();
export const text = z.string("must be a string");
export const flag = z.boolean("must be true or false");
export const list = (of: z.ZodMiniType) => z.array(of, "must be an array");
export const texts = list(text);
export const textOrTexts = z.union(
  [text, texts],
  "must be a string or strings",
);
export const table = (of: z.ZodMiniType) =>
  z.record(z.string(), of, "must be an object");
export const count = z.int("must be a whole number over 0")
  .check(z.positive("must be a whole number over 0"));
export const days = z.int("must be a whole number from 0")
  .check(z.minimum(0, "must be a whole number from 0"));
export const share = z.number("must be a number from 0 to 1")
  .check(
    z.minimum(0, "must be a number from 0 to 1"),
    z.maximum(1, "must be a number from 0 to 1"),
  );
export const shareOver0 = z.number("must be a number over 0, at most 1")
  .check(
    z.positive("must be a number over 0, at most 1"),
    z.maximum(1, "must be a number over 0, at most 1"),
  );
export const number = z.number("must be a number");

/** Returns a schema that accepts one of these words. */
export function oneOf(...choices: string[]) {
  const listed = choices.map((choice) => `"${choice}"`).join(", ");
  return z.enum(choices, `must be one of: ${listed}`);
}

export type Shape = Record<string, z.ZodMiniType>;

/** Applies the same schema to each of these keys, which are all optional. */
export function each(keys: string, schema: z.ZodMiniType): Shape {
  const names = keys.split(/\s+/).filter((name) => name !== "");
  return Object.fromEntries(names.map((name) => [name, z.optional(schema)]));
}

/** Returns a schema for an object with these keys and any others. */
export function object(...shapes: Shape[]) {
  return z.looseObject(Object.assign({}, ...shapes), "must be an object");
}

/** A value that does not match, with its place and what is required there. */
export interface Misfit {
  readonly path: readonly (string | number)[];
  readonly problem: string;
}

/** Returns all values that do not match the schema. */
export function misfits(schema: z.ZodMiniType, value: unknown): Misfit[] {
  const { error } = schema.safeParse(value);
  return (error?.issues ?? []).map(({ path, message }) => ({
    path: path as (string | number)[],
    problem: message,
  }));
}

const seconds = "must be a number of seconds over 0";
const common = {
  ...each("if statusMessage", text),
  ...each("timeout", z.number(seconds).check(z.positive(seconds))),
  ...each("once", flag),
};
const onFailure = each("onFailure", oneOf("continue", "block"));

/** Handlers by type; a wrong one is dropped, but a guard drops the file. */
export const HANDLERS: Readonly<Record<string, z.ZodMiniType>> = {
  command: object(common, onFailure, { command: text }, {
    ...each("args", list(text)),
    ...each("shell", oneOf("bash", "powershell")),
    ...each("async asyncRewake", flag),
  }),
  prompt: object(common, { prompt: text }, {
    ...each("model", text),
    ...each("continueOnBlock", flag),
  }),
  agent: object(common, { prompt: text }, each("model", text)),
  http: object(common, onFailure, {
    url: text.check(z.refine(URL.canParse, "must be a URL")),
    ...each("headers", table(text)),
    ...each("allowedEnvVars", texts),
  }),
  mcp_tool: object(common, onFailure, {
    server: text,
    tool: text,
    ...each("input", table(any)),
  }),
};

const mode = oneOf("deny", "mask");

const Credentials = object(
  each("allowPlaintextInject", flag),
  each("files", list(object({ path: text, mode }))),
  each("envVars", list(object({ name: text, mode }))),
  each(
    "awsPairs",
    list(object({ accessKeyIdVar: text, secretAccessKeyVar: text })),
  ),
  each(
    "sigv4",
    object(each("streaming presigned sigv4a", oneOf("deny", "passthrough"))),
  ),
);

/** The `sandbox` of the settings. */
export const Sandbox = object(
  each(
    `enabled failIfUnavailable autoAllowBashIfSandboxed allowUnsandboxedCommands
    enableWeakerNestedSandbox allowNestedUserNamespaces allowAppleEvents
    enableWeakerNetworkIsolation`,
    flag,
  ),
  each("excludedCommands", texts),
  each("credentials", Credentials),
  each("ignoreViolations", table(texts)),
  each("ripgrep", object({ command: text }, each("args", texts))),
  each(
    "network",
    object(
      each(
        "allowedDomains deniedDomains allowUnixSockets allowMachLookup",
        texts,
      ),
      each(
        `strictAllowlist allowManagedDomainsOnly allowAllUnixSockets
        allowLocalBinding`,
        flag,
      ),
      each("httpProxyPort socksProxyPort", number),
      each("tlsTerminate", object(each("caCertPath caKeyPath", text))),
    ),
  ),
  each(
    "filesystem",
    object(
      each("allowWrite denyWrite denyRead allowRead", texts),
      each("allowManagedReadPathsOnly disabled", flag),
    ),
  ),
);

/*
 * The settings that Claude Code 2.1.329 accepts, found by giving wrong values
 * to that client one by one. Keys that accept any value are left out. So are
 * keys for which the client ignores only the wrong value. Unknown keys are
 * accepted.
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

/** A wrong value at any of these keys invalidates the whole file. */
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
