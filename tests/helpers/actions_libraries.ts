/** GitHub's libraries for workflows, from the bundle of a test. */
export { data, Evaluator, Lexer, Parser } from "@actions/expressions";
export { create } from "@actions/glob";
export {
  isBasicExpression,
  isBoolean,
  isMapping,
  isNumber,
  isSequence,
  isString,
  NoOperationTraceWriter,
  parseWorkflow,
} from "@actions/workflow-parser";
