import { MpmError } from "../../base/errors.ts";
import { agentNameIn } from "../../base/names.ts";
import {
  agentProgram,
  clientNamed,
  HeadlessOutput,
} from "../../clients/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import type { ChunkEnd } from "../../tasks/mod.ts";
import type { Step } from "../definition.ts";
import { type Before, promptOf } from "./prompt.ts";

/** The maximum length of a reason, in characters. */
const REASON = 500;

/** A step for an agent, with the values of its variables. */
interface AgentOrder {
  readonly root: string;
  readonly pipeline: string;
  readonly step: Step;
  /** The name of the client. */
  readonly client: string;
  readonly before: readonly Before[];
  /** From 1. */
  readonly attempt: number;
}

/** An agent, ready to start. */
export type AgentStep = ReturnType<typeof agentStep>;

/**
 * Prepares the agent of a step. Its sessions have the name of the step. Throws
 * NOT_FOUND if the client is not installed.
 */
export function agentStep(system: System, order: AgentOrder) {
  const client = clientNamed(order.client);
  const { pipeline, step: { name, work }, attempt } = order;
  if (!client || work.kind !== "agent") {
    throw new MpmError("NOT_FOUND", `No client "${order.client}"`);
  }
  const turns = work.turns ?? undefined;
  const options = { client, turns, lines: true };
  const program = agentProgram(system, options, order.root);
  const redactor = redactorOf(system);
  const before = order.before.map((one) => ({
    ...one,
    output: redactor.text(one.output),
  }));
  const told = new HeadlessOutput(client.news);
  const bytesOf = (text: string) => new TextEncoder().encode(text);
  return {
    args: program.args(promptOf({
      ...{ pipeline, step: name, attempt, before },
      prompt: work.prompt,
      fence: system.random(),
    })),
    env: {
      ...program.env,
      MPM_AGENT: agentNameIn(name)?.name ?? null,
    },
    warning: program.warning,
    /** Processes the client's output; returns bytes for the log. */
    output: (stream: "stdout" | "stderr", bytes: Uint8Array) =>
      stream === "stderr" ? bytes : bytesOf(told.add(bytes)),
    end({ exit, reason }: Pick<ChunkEnd, "exit" | "reason">) {
      const log = bytesOf(told.close());
      const end = told.end(exit, system.now());
      const words = reason ?? end.reason;
      return {
        // If mpm ended the client, the client did not reach its own limit.
        outcome: reason === null ? end.outcome : "failed" as const,
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
