/**
 * The only door of `team/`: sharing through a git remote, without a server.
 * `entry.ts` defines the format of an entry, and `log.ts` the commits with
 * entries. `merge.ts` finds the meaning of a set of entries, `store.ts` creates
 * the files that readers list, and `sync.ts` performs the exchange. A team is a
 * list of keys that belongs to the user.
 */

export { readTeam } from "./members.ts";
