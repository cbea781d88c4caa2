import { MpmError } from "../../base/errors.ts";
import { agentNameIn } from "../../base/names.ts";
import {
  agentProgram,
  clientNamed,
  HeadlessOutput,
} from "../../clients/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import { type AgentPrompt, promptOf } from "./prompt.ts";

/** A step of a pipeline that a client works on. */
export interface AgentOrder
  extends Pick<AgentPrompt, "pipeline" | "attempt" | "before"> {
  readonly root: string;
  /** The values of variables are in its prompt. */
  readonly step: {
    readonly name: string;
    readonly work: {
      readonly kind: string;
      readonly prompt?: string;
      /** The most answers of the model; null: the client's own limit. */
      readonly turns?: number | null;
    };
  };
  /** The name of the client, e.g. `claude`. */
  readonly client: string;
}

/** The end of the agent of a step. */
export interface AgentEnd {
  /** `limited`: it can continue when a usage limit of the client has ended. */
  readonly outcome: "done" | "failed" | "limited";
  /** Why it is not done, in words; null: only its exit status tells. */
  readonly reason: string | null;
  /** Its last message, redacted. */
  readonly output: string;
  /** When it can continue, ISO 8601; null: no limit, or no known time. */
  readonly until: string | null;
}

/** The program of an agent, and the reader of its output. */
export interface AgentStep {
  /** The program, absolute, and its arguments. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | null>>;
  /** The limit that the client cannot keep, in words. */
  readonly warning: string | undefined;
  /** Takes the next bytes of its output. Returns those of the step's log. */
  output(stream: "stdout" | "stderr", bytes: Uint8Array): Uint8Array;
  /**
   * Called once, after the last output. `exit` is null and has a `reason` if
   * the client did not end by itself. `log`: the last bytes of the log.
   */
  end(
    how: { exit: number | null; reason: string | null },
  ): AgentEnd & { readonly log: Uint8Array };
}

/** Characters of a reason. */
const REASON = 500;

/**
 * Prepares the agent of a step. Its sessions have the name of the step. Throws
 * NOT_FOUND if the client is not installed.
 */
export function agentStep(system: System, order: AgentOrder): AgentStep {
  const client = clientNamed(order.client);
  if (!client) {
    throw new MpmError("NOT_FOUND", `No client "${order.client}"`);
  }
  const { pipeline, step: { name, work }, attempt } = order;
  const turns = work.turns ?? undefined;
  const options = { client, turns, lines: true };
  const program = agentProgram(system, options, order.root);
  const redactor = redactorOf(system);
  const before = order.before.map((one) => ({
    ...one,
    output: redactor.text(one.output),
  }));
  const told = new HeadlessOutput(client.name);
  const bytesOf = (text: string) => new TextEncoder().encode(text);
  return {
    args: program.args(promptOf({
      ...{ pipeline, step: name, attempt, before },
      prompt: work.prompt ?? "",
      fence: system.random(),
    })),
    env: {
      ...program.env,
      MPM_AGENT: agentNameIn(name)?.name ?? null,
    },
    warning: program.warning,
    output: (stream, bytes) =>
      stream === "stderr" ? bytes : bytesOf(told.add(bytes)),
    end({ exit, reason }) {
      const log = bytesOf(told.close());
      const end = told.end(exit, system.now());
      const words = reason ?? end.reason;
      return {
        // A client that mpm ended did not reach its own limit.
        outcome: reason === null ? end.outcome : "failed",
        reason: words === null
          ? null
          : redactor.text(words).replaceAll(/\s+/g, " ").slice(0, REASON),
        output: redactor.text(end.answer),
        until: reason === null ? end.until : null,
        log,
      };
    },
  };
}
