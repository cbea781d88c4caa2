/**
 * Contents of the executable: it runs `main` on the real machine, and
 * `workFor` in each thread that opens. Its build also does, to learn which
 * functions are needed every day.
 */
export { main, workFor } from "./main.ts";
export { realSystem } from "../system/real.ts";
export { serve } from "../system/real_thread.ts";
