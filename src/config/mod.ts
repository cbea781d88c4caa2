/** The only door of `config/`: the settings, a row of a table for each. */

export { setForUser, userConfigFile } from "./change.ts";
export {
  type CheckedConfig,
  isThere,
  readConfig,
  readConfigAnyway,
  readGiven,
  trashRules,
} from "./config.ts";
export {
  type Config,
  INJECTED_PARTS,
  isKey,
  KEYS,
  settingOf,
  SETTINGS,
  variableOf,
} from "./settings.ts";
export { type ConfigChange, editConfig } from "./change.ts";
export { statements, tomlLiteral } from "./toml.ts";
export { type ConfigFile, configFiles } from "./sources.ts";
