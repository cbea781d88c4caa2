import { MpmError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { COMMANDS } from "./table.ts";

/** The error that says what was probably meant by words that name nothing. */
export function unknownCommand(words: readonly string[]): MpmError {
  const [first = "", second] = words;
  const names = Object.keys(COMMANDS);
  const group = names.filter((name) => name.startsWith(`${first} `));
  if (group.length > 0 && second === undefined) {
    return new MpmError("USAGE", `"mpm ${first}" needs one more word`, {
      hint: `One of ${
        group.map((name) => name.slice(first.length + 1)).join(", ")
      }; "mpm help ${first}" says what each does`,
    });
  }
  const typed = group.length > 0 ? `${first} ${second}` : first;
  const firsts = new Set(names.map((name) => name.split(" ")[0]!));
  const near = nearest(words.slice(0, 2).join(" "), names) ??
    nearest(first, firsts);
  const list = group.length > 0
    ? `There are ${
      group.map((name) => name.slice(first.length + 1)).join(", ")
    }; "mpm help ${first}" says what each does`
    : '"mpm help" lists the commands';
  return new MpmError("USAGE", `Unknown command "${typed}"`, {
    hint: near === undefined || near === typed
      ? list
      : `Did you mean "mpm ${near}"?`,
  });
}
