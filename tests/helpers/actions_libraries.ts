/** GitHub's own libraries for workflows, as the bundle of a test has them. */
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
