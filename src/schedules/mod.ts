/**
 * The only door of `schedules/`: work that the system's own scheduler starts.
 *
 * The record in the user's state is written before the entry in the scheduler,
 * and removed after it. So mpm knows every entry that it made, even if it was
 * killed.
 */

export {
  removeProjectSchedule,
  restoreSchedules,
  schedulesOf,
} from "./change.ts";
export { listSchedules } from "./list.ts";
export { readSchedules } from "./store.ts";
export type { Schedule } from "./schedule.ts";
