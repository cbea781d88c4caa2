import { schemaOf } from "../base/schema.ts";
import { SAVE } from "./save.ts";

/** The schema of a save. */
export const SaveSchema = schemaOf(SAVE);
