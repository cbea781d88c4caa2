import { MpmError } from "../../../base/errors.ts";
import { JsonFault, type JsonNode, positionOf, scanJson } from "./json_scan.ts";
import { settingsFaults } from "./check.ts";
import { CLIENT } from "./kinds.ts";

/** A settings file that has been read. */
export interface SettingsText {
  readonly path: string;
  readonly text: string;
  readonly top: JsonNode;
}

/** Whether a file says nothing, which Claude Code takes for no settings. */
export function isBlank(text: string): boolean {
  return /^\ufeff?[ \t\r\n]*$/.test(text);
}

/**
 * The text of a settings file. Throws UNREADABLE if it is not UTF-8: what is
 * not understood cannot be kept.
 */
export function decodeSettings(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
  } catch (cause) {
    throw new MpmError("UNREADABLE", `"${path}" is not UTF-8 text`, {
      hint: "Claude Code cannot read it either; save it as UTF-8",
      cause,
    });
  }
}

/**
 * Reads the text as strict JSON; a blank one as an empty object. Throws
 * UNREADABLE with line and column of the fault.
 */
export function openSettings(path: string, text: string): SettingsText {
  const filled = isBlank(text) ? `${text.replace(/[^\ufeff]/g, "")}{}\n` : text;
  try {
    return { path, text: filled, top: scanJson(filled) };
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    const { problem, line, column } = error;
    throw new MpmError(
      "UNREADABLE",
      `"${path}" is not JSON: ${problem} at line ${line}, column ${column}`,
      {
        hint: "Claude Code ignores the whole file like that. Mend it first: " +
          "nothing was written",
        cause: error,
      },
    );
  }
}

/**
 * What Claude Code ignores in the settings, as one line each. Throws CONFLICT
 * where it would ignore the whole file, mpm's hooks with it.
 */
export function settingsWarnings({ path, text, top }: SettingsText): string[] {
  return settingsFaults(text, top).map(({ at, problem, offset, whole }) => {
    const { line, column } = positionOf(text, offset);
    const told = `"${path}" line ${line}, column ${column}: ${at} ${problem}`;
    if (!whole) return `Claude Code ignores an entry: ${told}`;
    throw new MpmError("CONFLICT", `Claude Code ignores all of ${told}`, {
      hint: "Mend it first: nothing was written. A Claude Code later than " +
        `${CLIENT} may take it: then choose another --scope`,
    });
  });
}
