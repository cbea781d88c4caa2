/**
 * The only door of `team/`: sharing with other people without a server. A team
 * is a list of keys, which is the user's own.
 */

export { readTeam } from "./members.ts";
