/** The options of commands that make a checklist from a template. */
export const TEMPLATE_FLAGS = {
  template: {
    type: "string",
    names: "template",
    short: "t",
    value: "name",
    summary: "The template its checklist is made from",
  },
  var: {
    type: "string",
    names: "variable",
    value: "name=value",
    repeatable: true,
    summary: "The value of one of the template's variables",
  },
} as const;
