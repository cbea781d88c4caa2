import { defineCommand, dryRunFlag } from "../../cli/mod.ts";
import { removeMember, teamText } from "../change_team.ts";

export const teamRemove = defineCommand({
  name: "team remove",
  summary: "Stop encrypting entries for someone",
  description: `
Removes a single key, or a person with all their keys. mpm stops encrypting new entries for this person, who can still read earlier entries. Ask your colleagues to remove the person too, because each colleague has a separate list. If you remove the last member, mpm does not encrypt new entries at all.`,
  positionals: [{
    name: "name",
    summary: "A name or key in the team list",
    rest: true,
    names: "member",
  }],
  flags: {
    "dry-run": dryRunFlag("removed"),
  },
  examples: ["mpm team remove ann", "mpm team remove ann --dry-run"],
  result: async () => (await import("./results.ts")).TeamResult,
  run: (context, { name, "dry-run": dryRun }) =>
    removeMember(context, { named: name.join(" "), dryRun }),
  render: teamText,
});
