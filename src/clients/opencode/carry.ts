import { join } from "../../base/join.ts";
import { sha256 } from "../../base/digest.ts";
import { jsonIn, textField } from "../../base/parsed_values.ts";
import type {
  Carried,
  Carrying,
  CarryPlace,
  NativeSession,
} from "../carried.ts";

/**
 * Writes a conversation as a file for `opencode import`. Each message of the
 * user names the model with which opencode continues: the last one used, or
 * else the configured one.
 */
export const carrying: Carrying = {
  versions: ["1.18.33"],
  async session(carried, place) {
    const model = lastModel(await place.ask(LAST_MODEL)) ??
      configuredModel(await place.ask(["debug", "config"]));
    return model === undefined
      ? "opencode has no model: configure a model, or run opencode once"
      : sessionOf(carried, place, model);
  },
  drop: (id) =>
    /^ses_[A-Za-z0-9]{1,64}$/.test(id) ? ["session", "delete", id] : undefined,
};

interface Model {
  readonly providerID: string;
  readonly modelID: string;
}

const LAST_MODEL = [
  "db",
  "select json_extract(data, '$.model') as model from message " +
  "where json_extract(data, '$.model') is not null " +
  "order by time_created desc limit 1",
  ...["--format", "json"],
];

/** Returns the model in the rows printed by `opencode db`. */
function lastModel(printed: string): Model | undefined {
  const [row] = [jsonIn(printed)].flat();
  const model = jsonIn(textField(row, "model") ?? "");
  const providerID = textField(model, "providerID");
  const modelID = textField(model, "modelID");
  return providerID && modelID ? { providerID, modelID } : undefined;
}

/** Returns the model in a configuration, in the form `provider/model`. */
function configuredModel(printed: string): Model | undefined {
  const name = textField(jsonIn(printed), "model") ?? "";
  const [, providerID, modelID] = /^([^/]+)\/(.+)$/.exec(name) ?? [];
  return providerID && modelID ? { providerID, modelID } : undefined;
}

function sessionOf(
  { turns }: Carried,
  { scratch, cwd, id, now, version }: CarryPlace,
  model: Model,
): NativeSession {
  const start = now.getTime() - turns.length;
  const session = `ses_${idAt(start, id, true)}`;
  const info = {
    id: session,
    slug: `carried-${id.slice(0, 8)}`,
    projectID: "any",
    directory: cwd,
    title: "Carried over by mpm",
    version,
    time: { created: start, updated: now.getTime() },
  };
  const messages = messagesOf(turns, { ...{ session, start, id, cwd }, model });
  const path = join(scratch, `carried-${id}.json`);
  return {
    id: session,
    files: [{ path, text: JSON.stringify({ info, messages }) }],
    take: ["import", path],
    resume: ["--session", session],
  };
}

function messagesOf(
  turns: Carried["turns"],
  { session, start, id, cwd, model }: {
    session: string;
    start: number;
    id: string;
    cwd: string;
    model: Model;
  },
) {
  return turns.map(({ role, text }, index) => {
    const time = start + index;
    const own = `msg_${idAt(time, `${id} ${index}`)}`;
    const part = {
      id: `prt_${idAt(time, `${id} part ${index}`)}`,
      sessionID: session,
      messageID: own,
      type: "text",
      text,
    };
    const common = { id: own, sessionID: session, role };
    if (role === "user") {
      const info = {
        ...common,
        time: { created: time },
        agent: "build",
        model,
      };
      return { info, parts: [part] };
    }
    const info = {
      ...common,
      parentID: `msg_${idAt(time - 1, `${id} ${index - 1}`)}`,
      time: { created: time, completed: time },
      mode: "build",
      agent: "build",
      path: { cwd, root: cwd },
      cost: 0,
      tokens: {
        input: 0,
        output: 0,
        reasoning: 0,
        cache: { read: 0, write: 0 },
      },
      ...model,
      finish: "stop",
    };
    return { info, parts: [part] };
  });
}

/** Returns an ID that sorts by its time; session IDs sort in reverse. */
function idAt(time: number, seed: string, falling = false): string {
  const ticks = BigInt(time) * 4096n;
  const bits = BigInt.asUintN(48, falling ? ~ticks : ticks);
  return bits.toString(16).padStart(12, "0") + sha256(seed).slice(0, 14);
}
