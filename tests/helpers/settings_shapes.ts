/** A settings file, and the result of an installation for it. */
export interface Shape {
  readonly text: string;
  /** The message of a refusal; absent for an installation. */
  readonly refused?: string;
  /** A part of the warning that goes with it. */
  readonly warned?: string;
  /** The text after a removal if that is not `text`. */
  readonly left?: string;
}

const LINT = { type: "command", command: "true lint" };
const GROUP = { matcher: "Edit|Write", hooks: [LINT] };

function tidy(value: unknown, indent: string | number = 2): string {
  return `${JSON.stringify(value, null, indent)}\n`;
}

function only(event: string, value: unknown): string {
  return tidy({ hooks: { [event]: value } });
}

const OTHERS = tidy({
  hooks: { Stop: [{ hooks: [LINT] }], Notification: [{ hooks: [LINT] }] },
});

const OLDER = tidy({
  model: "opus",
  hooks: {
    SessionStart: [{
      matcher: "startup",
      hooks: [{
        type: "command",
        command: "/gone/mpm-0.0.9/mpm",
        args: ["hook", "SessionStart", "--installed-by=mpm/0.0.9"],
        timeout: 60,
      }],
    }],
    Stop: [{
      hooks: [{
        type: "command",
        command: "/gone/mpm-0.0.9/mpm",
        args: ["hook", "Stop", "--installed-by=mpm/0.0.9"],
        timeout: 60,
      }, LINT],
    }],
  },
});

function deep(levels: number): string {
  return `{"a":${"[".repeat(levels)}${"]".repeat(levels)}}`;
}

/** Forms found in the wild, and each possible mistake. */
export const SHAPES: Readonly<Record<string, Shape>> = {
  "an empty file": { text: "" },
  "blanks only": { text: "\n  \n" },
  "a byte order mark only": { text: "\ufeff" },
  "an empty object": { text: "{}" },
  "an empty object on two lines": { text: "{\n}\n" },
  "an empty object with blanks": { text: "{  }" },
  "empty hooks": { text: '{\n  "hooks": {}\n}\n' },
  "empty hooks with a blank": { text: '{\n  "hooks": { }\n}\n' },
  "empty events": { text: only("SessionStart", []) },
  "only other hooks": { text: OTHERS },
  "the same events": {
    text: tidy({
      hooks: { PreToolUse: [GROUP], SessionEnd: [GROUP], PreCompact: [GROUP] },
    }),
  },
  "the same matcher": {
    text: only("PreToolUse", [{ matcher: "Agent|Task", hooks: [LINT] }]),
  },
  "a handler that runs mpm by hand": {
    text: only("Stop", [{
      hooks: [
        { type: "command", command: "/usr/local/bin/mpm hook Stop" },
        {
          type: "command",
          command: "/usr/local/bin/mpm",
          args: ["hook", "Stop"],
        },
      ],
    }]),
  },
  "another program called mpm": {
    text: only("SessionStart", [{
      hooks: [{
        type: "command",
        command: "/opt/mpm/bin/mpm",
        args: ["hook", "SessionStart", "--installed-by=other/1.0"],
      }],
    }]),
  },
  "claude-mpm's hooks": {
    text: only("PreToolUse", [{
      matcher: "*",
      hooks: [{
        type: "command",
        command: "/home/u/.local/bin/claude-hook-fast.sh",
        timeout: 15,
      }],
    }]),
  },
  "unknown keys everywhere": {
    text: tidy({
      someday: { x: [1, 2.50, -0, 1e3] },
      hooks: {
        Stop: [{ note: "mine", hooks: [{ ...LINT, owner: "me" }] }],
      },
    }),
  },
  "permissions": {
    text: tidy({
      "$schema": "https://json.schemastore.org/claude-code-settings.json",
      permissions: {
        allow: ["Bash(git status *)"],
        deny: ["Read(.env)"],
        defaultMode: "acceptEdits",
      },
    }),
  },
  "plugin keys": {
    text: tidy({
      enabledPlugins: { "a@b": true },
      extraKnownMarketplaces: { b: { source: { source: "github" } } },
    }),
  },
  "someone's status line": {
    text: tidy({ statusLine: { type: "command", command: "~/line.sh" } }),
  },
  "CRLF": { text: OTHERS.replaceAll("\n", "\r\n") },
  "CR and LF mixed": { text: '{\r\n  "a": 1,\n  "b": 2\r\n}' },
  "tabs": { text: JSON.stringify(JSON.parse(OTHERS), null, "\t") },
  "four blanks": { text: tidy(JSON.parse(OTHERS), 4) },
  "one line": { text: JSON.stringify(JSON.parse(OTHERS)) },
  "one line with blanks": { text: '{ "a": 1, "hooks": { "Stop": [ ] } }' },
  "brackets beside each other": {
    text: '{"hooks": {"PreToolUse": [{\n  "hooks": []\n}]}}',
  },
  "a byte order mark": { text: "\ufeff" + OTHERS },
  "no final newline": { text: OTHERS.trimEnd() },
  "many final newlines": { text: `${OTHERS}\n\n \n` },
  "5 MB": {
    text: tidy({
      hooks: { Stop: [{ hooks: [LINT] }] },
      permissions: {
        allow: Array.from(
          { length: 100_000 },
          (_, at) => `Bash(make target-${at} --with "quotes" \\ and é)`,
        ),
      },
    }),
  },
  "duplicate keys": {
    text:
      '{"hooks": {"Stop": []}, "a": 1, "a": 2, "hooks": {"PreCompact": [], "PreCompact": []}}',
  },
  "deep nesting": { text: deep(900) },
  "unicode and escapes in keys": {
    text:
      '{\n  "\\u0068ooks": {"\\u0053top": []},\n  "\\"}{": "\\\\",\n  "\u2028é😀": "\\ud83d"\n}\n',
  },
  "hooks spelled with escapes, with mpm's event in it": {
    text: '{"\\u0068ooks": {"Session\\u0045nd": [{"hooks": []}]}}',
  },
  "an older mpm's entries": {
    text: OLDER,
    left: tidy({ model: "opus", hooks: { Stop: [{ hooks: [LINT] }] } }),
  },
  "the shape of old instructions": {
    text: '{"hooks":{"sessionStart":"./x.sh"}}',
    warned:
      'hooks.sessionStart is not an event that Claude Code knows: did you mean "SessionStart"?',
  },
  "an entry that is ignored": {
    text: only("Stop", [{ hooks: [{ type: "script", command: "x" }] }]),
    warned: 'needs a "type" of: command, prompt, agent, http, mcp_tool',
  },
  "an event that mpm wants, not an array": {
    text: only("SessionEnd", "./x.sh"),
    refused: '"hooks.SessionEnd" is not an array',
  },
  "an event of null": {
    text: only("SessionStart", null),
    refused: '"hooks.SessionStart" is not an array',
  },
  "hooks an array": {
    text: '{"hooks": []}',
    refused: '"hooks" is not an object',
  },
  "hooks null": {
    text: '{"hooks": null}',
    refused: '"hooks" is not an object',
  },
  "a guard that is a string": {
    text: '{\n  "hooks": {"PreToolUse": "./x.sh"}\n}',
    refused: "line 2, column 27: hooks.PreToolUse must be an array",
  },
  "a guard that is flat": {
    text: only("PreToolUse", [LINT]),
    refused: 'hooks.PreToolUse[0] needs an array "hooks"',
  },
  "a guard whose matcher is an object": {
    text: only("PreToolUse", [{ matcher: { tool_name: "Bash" }, hooks: [] }]),
    refused: "hooks.PreToolUse[0].matcher must be a string",
  },
  "a guard whose command is an array": {
    text: only("PermissionRequest", [{
      hooks: [{ type: "command", command: ["echo", "x"] }],
    }]),
    refused: '"command" must be a string',
  },
  "a guard without a type": {
    text: only("PreToolUse", [{ hooks: [{ command: "x" }] }]),
    refused: 'needs a "type" of',
  },
  "a guard with a timeout of text": {
    text: only("PreToolUse", [{ hooks: [{ ...LINT, timeout: "5" }] }]),
    refused: '"timeout" must be a number of seconds over 0',
  },
  "a guard with a timeout of 0": {
    text: only("PreToolUse", [{ hooks: [{ ...LINT, timeout: 0 }] }]),
    refused: '"timeout" must be a number of seconds over 0',
  },
  "permissions that are not object": {
    text: '{"permissions": "all"}',
    refused: "permissions must be an object",
  },
  "a setting that is not a list": {
    text: '{\n  "permissions": {"allow": "Bash"}\n}',
    refused: "line 2, column 28: permissions.allow must be an array",
  },
  "a setting of an unknown word": {
    text: tidy({ permissions: { defaultMode: "yolo" } }),
    refused: "permissions.defaultMode must be one of: ",
  },
  "a setting that lacks a part": {
    text: '{"statusLine": {"type": "command"}}',
    refused: "line 1, column 16: statusLine.command must be a string",
  },
  "a setting that is not text": {
    text: '{"model": 5}',
    refused: "model must be a string",
  },
  "a setting that is not a switch": {
    text: '{"disableAllHooks": "no"}',
    refused: "disableAllHooks must be true or false",
  },
  "a setting that is too small": {
    text: '{"cleanupPeriodDays": 0}',
    refused: "cleanupPeriodDays must be a whole number over 0",
  },
  "a setting with a mistake deep in it": {
    text: '{"sandbox": {"network": {"deniedDomains": [1]}}}',
    refused: "sandbox.network.deniedDomains[0] must be a string",
  },
  "a guard with an unknown shell": {
    text: only("PreToolUse", [{ hooks: [{ ...LINT, shell: "fish" }] }]),
    refused: '"shell" must be one of: "bash", "powershell"',
  },
  "a guard that lacks its tool": {
    text: only("PreToolUse", [{ hooks: [{ type: "mcp_tool", server: "s" }] }]),
    refused: '"tool" must be a string',
  },
  "a guard with a URL that is none": {
    text: only("PreToolUse", [{ hooks: [{ type: "http", url: "nope" }] }]),
    refused: '"url" must be a URL',
  },
  "rules that are skipped one by one": {
    text: tidy({
      permissions: { allow: [1, "Bash((("] },
      env: { A: 1 },
      extraKnownMarketplaces: { x: 1 },
      theme: 4,
    }),
  },
  "null": { text: "null", refused: "must be an object" },
  "an array": { text: "[]", refused: "must be an object" },
  "a string": { text: '"x"', refused: "must be an object" },
  "a comment": {
    text: '{\n  // mine\n  "a": 1\n}',
    refused: "Comments are not allowed in JSON at line 2, column 3",
  },
  "a comment behind": {
    text: '{"a": 1} /* mine */',
    refused: "Comments are not allowed in JSON at line 1, column 10",
  },
  "a trailing comma": {
    text: '{\n  "a": 1,\n}',
    refused: "Unexpected comma at line 3, column 1",
  },
  "a trailing comma in an array": {
    text: '{"a": [1,]}',
    refused: "line 1, column 10",
  },
  "a comma that lacks": {
    text: '{\n  "a": 1\n  "b": 2\n}',
    refused: 'Expected "," or "}" at line 3, column 3',
  },
  "a colon that lacks": {
    text: '{"a" 1}',
    refused: 'Expected ":" at line 1, column 6',
  },
  "a key without quotes": {
    text: "{a: 1}",
    refused: "Expected a key in double quotes at line 1, column 2",
  },
  "single quotes": {
    text: "{'a': 1}",
    refused: "Expected a key in double quotes at line 1, column 2",
  },
  "a file cut off": {
    text: '{\n  "a": "cut',
    refused: "The text ends inside a string at line 2, column 12",
  },
  "a file cut off between values": {
    text: '{"a": [1',
    refused: 'Expected "," or "]" at line 1, column 9',
  },
  "a newline in a string": {
    text: '{"a": "x\ny"}',
    refused: "A control character or line end inside a string at line 1",
  },
  "an unknown escape": {
    text: '{"a": "\\x41"}',
    refused: "Unknown escape at line 1, column 8",
  },
  "a number that is none": {
    text: '{"a": 01}',
    refused: "Expected a value at line 1, column 7",
  },
  "NaN": { text: '{"a": NaN}', refused: "Expected a value" },
  "two values": {
    text: "{} {}",
    refused: "Unexpected text after the value at line 1, column 4",
  },
  "merge conflict marks": {
    text: '{\n<<<<<<< HEAD\n  "a": 1\n}',
    refused: "line 2, column 1",
  },
  "far too deep": { text: deep(100_000), refused: "levels deep" },
};
