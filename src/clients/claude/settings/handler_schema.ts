import * as z from "zod/mini";
import {
  any,
  each,
  flag,
  list,
  object,
  oneOf,
  table,
  text,
  texts,
} from "./kinds.ts";

const seconds = "must be a number of seconds over 0";
const common = {
  ...each("if statusMessage", text),
  ...each("timeout", z.number(seconds).check(z.positive(seconds))),
  ...each("once", flag),
};
const onFailure = each("onFailure", oneOf("continue", "block"));

/** A handler of each type; a wrong one costs itself, a guard's the whole file. */
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
