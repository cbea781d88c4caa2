/**
 * The contents of the executable. The build also uses this file to learn which
 * functions everyday commands need.
 */
export { main, workFor } from "./main.ts";
export { realSystem } from "../system/real.ts";
export { serve } from "../system/real_thread.ts";
