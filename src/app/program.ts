/**
 * Contents of the executable: it runs `main` on the real machine. Its build
 * also does, to learn which functions are needed every day.
 */
export { main } from "./main.ts";
export { realSystem } from "../system/real.ts";
