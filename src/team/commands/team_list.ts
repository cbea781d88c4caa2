import { defineCommand } from "../../cli/mod.ts";
import { listTeam, teamText } from "../change_team.ts";

export const teamList = defineCommand({
  name: "team list",
  summary: "List your team for this project, and your own keys",
  description: `
Lists the keys for which "mpm sync" encrypts your entries. mpm also lists your own public keys, which your colleagues can add. mpm reads your private keys from the files listed in the "team.keys" setting, by default ~/.ssh/id_ed25519.`,
  positionals: [],
  flags: {},
  examples: ["mpm team list"],
  result: async () => (await import("./results.ts")).TeamResult,
  run: (context) => listTeam(context),
  render: teamText,
  next: ({ members }) =>
    members.length === 0
      ? '"mpm team add <name> <key>" adds someone'
      : undefined,
});
