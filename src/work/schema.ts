import { schemaOf } from "../base/schema.ts";
import { WORK } from "./work.ts";

/** The schema of a work session. */
export const WorkSchema = schemaOf(WORK);
