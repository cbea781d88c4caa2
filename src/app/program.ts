/**
 * What the executable is made of: it runs `main` on the real machine, and its
 * build does so, too, to learn which functions are needed every day.
 */
export { main } from "./main.ts";
export { realSystem } from "../system/real.ts";
