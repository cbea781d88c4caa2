import { dirname, relative, resolve } from "node:path";

/** The modules of the runtime that only compute. */
const PURE_MODULES = ["node:crypto", "node:util", "node:zlib"];

const ROOT = dirname(import.meta.dirname!);

/**
 * Returns whether a file is code of the program, outside of
 * `src/system/real*.ts`.
 */
function isAboveSystem(filename: string): boolean {
  // Only the path below the project counts: a clone may be in any folder.
  const path = relative(ROOT, resolve(ROOT, filename)).replaceAll("\\", "/");
  // A script of a page runs in a browser.
  return /^src\/.*(?<!_test)\.ts$/.test(path) &&
    !/^src\/system\/real\w*\.ts$/.test(path);
}

function isNamed(node: Deno.lint.Node, name: string): boolean {
  return node.type === "Identifier" && node.name === name;
}

/**
 * The project's own rules: which code may access the machine, how errors are
 * worded. A selector with attributes is tried on every node of every file. That
 * takes many times as long as looking at the node here.
 */
const plugin: Deno.lint.Plugin = {
  name: "mpm",
  rules: {
    "deno-only-in-real-system": {
      create(context) {
        if (!isAboveSystem(context.filename)) return {};
        return {
          "ImportDeclaration"(node) {
            const module = node.source.value;
            if (!module.startsWith("node:")) return;
            if (PURE_MODULES.includes(module)) return;
            context.report({
              node,
              message: `${module} is reached only through System`,
            });
          },
          "CallExpression"(node) {
            if (!isNamed(node.callee, "setTimeout")) return;
            context.report({ node, message: "Waiting is System's" });
          },
          "MemberExpression"(node) {
            if (isNamed(node.object, "Deno")) {
              context.report({
                node,
                message: "Deno is reached only through System",
                hint: "Add a method to src/system/system.ts",
              });
            }
            if (isNamed(node.object, "Date") && isNamed(node.property, "now")) {
              context.report({ node, message: "The clock is System's" });
            }
          },
        };
      },
    },
    "error-message-style": {
      create(context) {
        return {
          "NewExpression"(node) {
            if (!isNamed(node.callee, "MpmError")) return;
            const message = node.arguments[1];
            const odd = message?.type === "Literal" &&
              typeof message.value === "string" &&
              !/^(?:[A-Z"]|--|mpm ).*[^.]$/s.test(message.value);
            if (odd) {
              context.report({
                node: message,
                message: "Error messages start upper-case, without a period",
              });
            }
          },
        };
      },
    },
  },
};

export default plugin;
