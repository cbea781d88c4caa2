import { stringify } from "@std/yaml";
import type { Save } from "../session/save.ts";

/**
 * The save as YAML for people: the tree of the JSON in its order. Nothing
 * reads it back while the JSON is there.
 */
export function saveYaml(save: Save): string {
  return stringify(save, {
    lineWidth: -1,
    useAnchors: false,
    skipInvalid: true,
  });
}
