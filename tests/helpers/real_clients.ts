import { dirname, join } from "@std/path";
import type { ClientFilesResult } from "../../schemas/types.ts";
import type { TestEnv } from "./env.ts";
import type { ApiRequest, Block, MockApi } from "./mock_api.ts";

/** The names that mpm has for clients. */
export type ClientName = ClientFilesResult["client"];

/** One client in its hermetic home. */
interface Place {
  readonly env: TestEnv;
  readonly api: MockApi;
}

interface Run {
  readonly prompt: string;
  /** The session to resume. */
  readonly resume?: string;
}

/** The differences between the clients that matter to tests. */
interface Driver {
  /** Variables in addition to the hermetic ones. */
  readonly variables: (place: Place) => Record<string, string>;
  /** Files of its configuration, by their paths in the home. */
  readonly files: (place: Place) => Record<string, string>;
  /** Arguments of a run that prints lines of JSON. */
  readonly args: (run: Run) => readonly string[];
  /** Reads the session's id from one of these lines. */
  readonly session: (line: Line) => unknown;
  /** The call of the client's tool for shell commands. */
  readonly shell: (command: string) => Block;
}

// deno-lint-ignore no-explicit-any -- another program's JSON
type Line = Record<string, any>;

const KEY = "dummy-for-the-mock";

function call(name: string, input: Record<string, unknown>): Block {
  return { type: "tool_use", name, input };
}

function described(name: string) {
  return (command: string) =>
    call(name, { command, description: "Run a command" });
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2) + "\n";
}

function resumed(words: readonly string[], { resume }: Run): string[] {
  return resume === undefined ? [] : [...words, resume];
}

const DRIVERS: Record<ClientName, Driver> = {
  claude: {
    variables: ({ api }) => ({
      ANTHROPIC_BASE_URL: api.url,
      ANTHROPIC_API_KEY: KEY,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_AUTOUPDATER: "1",
      IS_SANDBOX: "1",
    }),
    files: () => ({}),
    args: (run) => [
      ...["-p", "--output-format", "stream-json", "--verbose"],
      ...["--permission-mode", "bypassPermissions"],
      ...["--model", "claude-opus-5-5"],
      ...resumed(["--resume"], run),
      run.prompt,
    ],
    session: (line) => line.session_id,
    shell: described("Bash"),
  },
  codex: {
    variables: () => ({}),
    files: ({ env, api }) => ({
      ".codex/config.toml": `model = "gpt-5.5"
model_provider = "mock"
approval_policy = "never"
sandbox_mode = "danger-full-access"
check_for_update_on_startup = false
web_search = "disabled"

[analytics]
enabled = false

[model_providers.mock]
name = "mock"
base_url = "${api.url}/v1"
wire_api = "responses"
request_max_retries = 1
stream_max_retries = 1

[projects."${env.project}"]
trust_level = "trusted"
`,
    }),
    args: (run) => [
      ...["exec", "--json", "--dangerously-bypass-hook-trust"],
      ...["--skip-git-repo-check"],
      ...resumed(["resume"], run),
      run.prompt,
    ],
    session: (line) => line.thread_id,
    shell: (cmd) => call("exec_command", { cmd }),
  },
  gemini: {
    variables: ({ api }) => ({
      GEMINI_API_KEY: KEY,
      GOOGLE_GEMINI_BASE_URL: api.url,
      GEMINI_CLI_TRUST_WORKSPACE: "true",
    }),
    files: () => ({
      ".gemini/settings.json": json({
        security: {
          auth: { selectedType: "gemini-api-key" },
          folderTrust: { enabled: false },
        },
        general: {
          enableAutoUpdate: false,
          enableAutoUpdateNotification: false,
        },
        privacy: { usageStatisticsEnabled: false },
        telemetry: { enabled: false },
      }),
    }),
    args: (run) => [
      ...["-m", "gemini-2.5-pro", "--yolo", "-o", "stream-json"],
      ...resumed(["--resume"], run),
      ...["-p", run.prompt],
    ],
    session: (line) => line.session_id,
    shell: described("run_shell_command"),
  },
  opencode: {
    variables: ({ api }) => ({
      OPENCODE_DISABLE_AUTOUPDATE: "1",
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
      // It calls a registry at each start, and waits if none answers.
      npm_config_registry: `${api.url}/registry/`,
      BUN_CONFIG_REGISTRY: `${api.url}/registry/`,
      npm_config_fetch_retries: "0",
    }),
    files: ({ api }) => ({
      ".config/opencode/opencode.json": json({
        autoupdate: false,
        share: "disabled",
        model: "mock/mock",
        small_model: "mock/mock",
        permission: { edit: "allow", bash: "allow" },
        provider: {
          mock: {
            npm: "@ai-sdk/openai-compatible",
            name: "mock",
            options: { baseURL: `${api.url}/v1`, apiKey: KEY },
            models: {
              mock: { name: "mock", limit: { context: 200_000, output: 8000 } },
            },
          },
        },
      }),
    }),
    args: (run) => [
      ...["run", "--format", "json"],
      ...resumed(["--session"], run),
      run.prompt,
    ],
    session: (line) => line.sessionID,
    shell: described("bash"),
  },
  copilot: {
    variables: ({ api }) => ({
      COPILOT_OFFLINE: "true",
      COPILOT_PROVIDER_BASE_URL: `${api.url}/v1`,
      COPILOT_MODEL: "mock",
      COPILOT_AUTO_UPDATE: "false",
      // Exactly "true" also trusts the folder.
      COPILOT_ALLOW_ALL: "true",
    }),
    files: () => ({}),
    args: (run) => [
      ...["--output-format", "json"],
      ...run.resume === undefined ? [] : [`--resume=${run.resume}`],
      ...["-p", run.prompt],
    ],
    session: (line) => line.sessionId ?? line.data?.sessionId,
    shell: described("bash"),
  },
};

export const CLIENT_NAMES = Object.keys(DRIVERS) as ClientName[];

/** The program of a client, or "" if it is not available. */
export function programOf(name: ClientName): string {
  return Deno.env.get(`${name.toUpperCase()}_BIN`) ?? "";
}

/** A test that needs real clients: skipped unless all of them are there. */
export function clientsTest(
  names: readonly ClientName[],
  name: string,
  fn: () => Promise<void>,
): void {
  const ignore = names.some((client) => programOf(client) === "");
  Deno.test({ name: `${names.join(", ")}: ${name}`, ignore, fn });
}

/** The same for a test that only `deno task soak` runs. */
export function clientsSoak(
  ...test: Parameters<typeof clientsTest>
): void {
  if (Deno.env.has("MPM_SOAK")) clientsTest(...test);
}

/** The end of a client's run. */
export interface ClientEnd {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The id of the session it began or resumed. */
  readonly session: string;
}

/**
 * A real client in the environment's empty home, with a dummy key and `api`
 * instead of the model.
 */
export class RealClient {
  readonly name: ClientName;
  readonly #place: Place;
  readonly #driver: Driver;

  /** Writes the client's configuration, unless the home has it. */
  constructor(name: ClientName, env: TestEnv, api: MockApi) {
    this.name = name;
    this.#place = { env, api };
    this.#driver = DRIVERS[name];
    const files = this.#driver.files(this.#place);
    for (const [path, text] of Object.entries(files)) {
      const full = join(env.home, path);
      Deno.mkdirSync(dirname(full), { recursive: true });
      Deno.writeTextFileSync(full, text, { createNew: true });
    }
  }

  /** Variables that let the client, and what mpm starts, use the mock. */
  variables(): Record<string, string> {
    return this.#driver.variables(this.#place);
  }

  /** The call of the client's tool for shell commands. */
  shell(command: string): Block {
    return this.#driver.shell(command);
  }

  /** Gives the client a prompt and waits for its end. */
  async run(
    prompt: string,
    options: { resume?: string; env?: Record<string, string> } = {},
  ): Promise<ClientEnd> {
    const args = this.#driver.args({ prompt, ...options });
    const ended = await this.start(args, options.env);
    const lines = jsonLines(ended.stdout);
    const session = lines.map(this.#driver.session).find(Boolean);
    return { ...ended, session: String(session ?? options.resume ?? "") };
  }

  /** Gives a prompt to a session that a command line would open. */
  async goOn(line: readonly string[], prompt: string): Promise<ClientEnd> {
    const [option = "", value = ""] = line.slice(1);
    if (option !== "--session-file") {
      return await this.run(prompt, {
        resume: value || option.replace(/^.*=/, ""),
      });
    }
    const args = this.#driver.args({ prompt });
    const ended = await this.start([...args, option, value]);
    const lines = jsonLines(ended.stdout);
    const session = lines.map(this.#driver.session).find(Boolean);
    return { ...ended, session: String(session ?? "") };
  }

  /** Runs the client with other arguments. */
  async start(
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<Omit<ClientEnd, "session">> {
    const place = this.#place.env;
    const { code, stdout, stderr } = await new Deno.Command(
      programOf(this.name),
      {
        args: [...args],
        cwd: place.project,
        env: {
          ...place.env(),
          SHELL: "/bin/bash",
          TERM: "xterm-256color",
          ...this.variables(),
          ...env,
        },
        clearEnv: true,
        stdin: "null",
        signal: AbortSignal.timeout(120_000),
      },
    ).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { status: code, stdout: text(stdout), stderr: text(stderr) };
  }
}

/** Every text that a request gives to the model, without the JSON around it. */
export function textsOf(request: ApiRequest): string {
  const texts = (value: unknown): string =>
    typeof value === "string"
      ? value
      : value && typeof value === "object"
      ? Object.values(value).map(texts).join("\n")
      : "";
  return texts(request);
}

function jsonLines(text: string): Line[] {
  return text.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  }).filter((line) => line !== null && typeof line === "object");
}
