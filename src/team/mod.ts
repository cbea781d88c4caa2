/**
 * The only door of `team/`: sharing through a git remote, without a server.
 * `entry.ts` has the format of an entry, and `log.ts` the commits with entries.
 * `merge.ts` finds the meaning of a set of entries, `store.ts` makes the files
 * that readers list, and `sync.ts` is the exchange. A team is a list of keys,
 * which is the user's own.
 */

export { readTeam } from "./members.ts";
