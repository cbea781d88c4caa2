import { join } from "@std/path";
import type { TestEnv } from "./env.ts";

/** A call of one of the plugin's handlers, as opencode makes it. */
export interface PluginCall {
  readonly name: string;
  readonly input: unknown;
  /** Changed by the handler. */
  readonly output?: unknown;
}

/** The result of a call: its changed output, or the error it threw. */
export interface PluginAnswer {
  readonly output: unknown;
  readonly error: string | null;
}

/** Loads the plugin as opencode does, and calls its handlers in turn. */
const DRIVER = `
const [file, folder, calls, past] = JSON.parse(Deno.args[0]);
const client = {
  tui: { showToast: () => Promise.reject(new Error("no terminal")) },
  session: { messages: () => Promise.resolve({ data: past }) },
};
const [load] = Object.values(await import(file));
const handlers = await load({ client, directory: folder });
const answers = [];
for (const { name, input, output } of calls) {
  let error = null;
  try {
    await handlers[name](input, output);
  } catch (thrown) {
    error = thrown.message;
  }
  answers.push({ output: output ?? null, error });
}
console.log(JSON.stringify(answers));
`;

/** Runs a plugin that opencode would load, in a separate process. */
export async function runPlugin(
  env: TestEnv,
  calls: readonly PluginCall[],
  { past = [], plugin = ".config/opencode/plugins/mpm.js" } = {},
): Promise<PluginAnswer[]> {
  const file = new URL(`file://${join(env.home, plugin)}`).href;
  const driver = join(env.root, "driver.ts");
  Deno.writeTextFileSync(driver, DRIVER);
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-config", "--no-check", driver],
      JSON.stringify([file, env.project, calls, past]),
    ],
    cwd: env.project,
    env: env.env(),
    clearEnv: true,
  }).output();
  const text = new TextDecoder();
  if (code !== 0) throw new Error(text.decode(stderr));
  return JSON.parse(text.decode(stdout));
}

const ID = "ses_plugin";

/** An event of the client's bus. */
export function event(type: string, properties: unknown): PluginCall {
  return { name: "event", input: { event: { type, properties } } };
}

/** A prompt of a person, and the events that report it. */
export function prompted(text: string, id = ID): PluginCall[] {
  const part = {
    ...{ id: "prt_1", messageID: "msg_1", sessionID: id },
    ...{ type: "text", text },
  };
  const info = { id: "msg_1", sessionID: id, role: "user", time: {} };
  return [
    {
      name: "chat.message",
      input: { sessionID: id },
      output: { message: info, parts: [part] },
    },
    event("message.updated", { info }),
    event("message.part.updated", { part }),
  ];
}
