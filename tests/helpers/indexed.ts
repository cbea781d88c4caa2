import ts from "typescript";
import { fileURLToPath } from "node:url";
import { ROOT } from "./tree.ts";

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.esnext.d.ts"],
  types: [],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  paths: {
    "zod/mini": [
      fileURLToPath(import.meta.resolve("zod/mini")).replace(/\.js$/, ".d.ts"),
    ],
  },
};

/**
 * Finds where objects are indexed by data: `object[key]` or `key in object`
 * with a key that is known only when the program runs. Arrays do not count.
 *
 * @param paths absolute paths of TypeScript files
 * @returns `path:line text` for each, the path as it was given
 */
export function indexedByData(paths: readonly string[]): string[] {
  const program = ts.createProgram(
    [...paths, `${ROOT}/types/std.d.ts`],
    OPTIONS,
  );
  const checker = program.getTypeChecker();
  const found: string[] = [];
  for (const path of paths) {
    const file = program.getSourceFile(path)!;
    const visit = (node: ts.Node) => {
      if (isIndexedByData(checker, node)) {
        const { line } = file.getLineAndCharacterOfPosition(node.getStart());
        found.push(`${path}:${line + 1} ${node.getText()}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return found;
}

function isIndexedByData(checker: ts.TypeChecker, node: ts.Node): boolean {
  if (ts.isElementAccessExpression(node)) {
    const object = checker.getTypeAtLocation(node.expression);
    return !isList(checker, object) &&
      isData(checker, node.argumentExpression);
  }
  return ts.isBinaryExpression(node) &&
    node.operatorToken.kind === ts.SyntaxKind.InKeyword &&
    !ts.isPrivateIdentifier(node.left) && isData(checker, node.left);
}

const KNOWN = ts.TypeFlags.StringLiteral | ts.TypeFlags.NumberLike |
  ts.TypeFlags.ESSymbolLike;

/** Returns whether a key is neither a number nor one of a few known words. */
function isData(checker: ts.TypeChecker, key: ts.Expression): boolean {
  const type = checker.getTypeAtLocation(key);
  const known = checker.getBaseConstraintOfType(type) ?? type;
  const parts = known.isUnion() ? known.types : [known];
  return !parts.every(({ flags }) => (flags & KNOWN) !== 0);
}

function isList(checker: ts.TypeChecker, type: ts.Type): boolean {
  return (type.flags & ts.TypeFlags.Any) === 0 &&
    checker.isArrayLikeType(checker.getNonNullableType(type));
}
