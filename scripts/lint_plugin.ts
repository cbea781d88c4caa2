/** The project's own rules: where the machine is reached, how errors read. */
const plugin: Deno.lint.Plugin = {
  name: "mpm",
  rules: {
    "deno-only-in-real-system": {
      create(context) {
        const path = context.filename.replaceAll("\\", "/");
        const free = !path.includes("/src/") ||
          /\/src\/system\/real\w*\.ts$/.test(path);
        if (free) return {};
        return {
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
