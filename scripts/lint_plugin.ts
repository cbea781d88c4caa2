/** Of the runtime's modules, those that only compute. */
const PURE_MODULES = ["node:crypto", "node:path", "node:util"];

/** Code of the program that is not the machine itself. */
function isAboveSystem(filename: string): boolean {
  const path = filename.replaceAll("\\", "/");
  return path.includes("/src/") && !/\/src\/system\/real\w*\.ts$/.test(path);
}

/** The project's own rules: where the machine is reached, how errors read. */
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
          'CallExpression[callee.name="setTimeout"]'(node) {
            context.report({ node, message: "Waiting is System's" });
          },
          'MemberExpression[object.name="Date"][property.name="now"]'(node) {
            context.report({ node, message: "The clock is System's" });
          },
          'MemberExpression[object.name="Deno"]'(node) {
            context.report({
              node,
              message: "Deno is reached only through System",
              hint: "Add a method to src/system/system.ts",
            });
          },
        };
      },
    },
    "error-message-style": {
      create(context) {
        return {
          'NewExpression[callee.name="MpmError"]'(node) {
            const message = (node as Deno.lint.NewExpression).arguments[1];
            const odd = message?.type === "Literal" &&
              typeof message.value === "string" &&
              !/^[A-Z"].*[^.]$/s.test(message.value);
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
