/** A short text with one secret, as files, commands and sentences have it. */
export interface Line {
  readonly shape: string;
  readonly name: string;
  readonly value: string;
  readonly text: string;
  /** The secret to find. */
  readonly secret: string;
}

/**
 * Texts around a name and its value: `N` is the name as it is, `C` in camel
 * case, `U` in capitals, and `V` the value.
 */
const SHAPES: readonly (readonly [shape: string, text: string])[] = [
  ["YAML", "a: 1\nN: V\nb: 2\n"],
  ["YAML, quoted", 'a: 1\nN: "V"\nb: 2\n'],
  ["YAML, single quotes", "a: 1\nN: 'V'\nb: 2\n"],
  ["YAML, indented", "a:\n  N: V\n  b: 2\n"],
  ["YAML, list", '- N: "V"\n'],
  ["JSON", '{"a": 1, "N": "V", "b": 2}\n'],
  ["JSON, lines", '{\n  "a": 1,\n  "N": "V",\n  "b": 2\n}\n'],
  ["JSON in JSON", '"{\\"a\\": 1, \\"N\\": \\"V\\"}"\n'],
  ["variables", "A=1\nU=V\nB=2\n"],
  ["variables, quoted", 'A=1\nU="V"\nB=2\n'],
  ["variables, small letters", "a=1\nN=V\nb=2\n"],
  ["export", "export U='V'\n"],
  ["INI", "[a]\nN = V\n"],
  ["INI, indented", "[a]\n  N = V\n"],
  ["INI, quoted", '[a]\nN = "V"\n'],
  ["INI, without blanks", "[a]\nN=V\n"],
  ["properties", "app.N=V\n"],
  ["header", "POST / HTTP/1.1\nN: V\nAccept: x\n"],
  ["curl", 'curl -H "N: V" x.example\n'],
  ["option", "run --N V\n"],
  ["option, quoted", 'run --N "V"\n'],
  ["option, equals", 'run --N="V"\n'],
  ["XML", "<N>V</N>\n"],
  ["HCL", '  N = "V"\n'],
  ["Markdown", "- **N**: `V`\n"],
  ["TypeScript", 'const C = "V";\n'],
  ["TypeScript, template", "const C = `V`;\n"],
  ["TypeScript, typed", 'const C: string = "V";\n'],
  ["TypeScript, argument", 'call({ C: "V", b: 2 });\n'],
  ["TypeScript, property", 'config.C = "V";\n'],
  ["Python", 'N = "V"\n'],
  ["Python, argument", 'connect(host="x", N="V")\n'],
  ["Python, dictionary", "x = {'N': 'V'}\n"],
  ["Python, key", "x['N'] = 'V'\n"],
  ["Go", '\tC := "V"\n'],
  ["Go, field", '\tFoo{C: "V"}\n'],
  ["Ruby", ':N => "V"\n'],
  ["PHP", "'N' => 'V',\n"],
  ["Rust", 'let N: &str = "V";\n'],
  ["Java", 'String C = "V";\n'],
  ["dotted name", 'auth.N = "V"\n'],
  ["sentence, colon", 'The N: "V" is used.\n'],
  ["sentence, is", "Please note: the N is V for now.\n"],
  ["sentence, was", "old N was V, changed\n"],
];

const NAMES = [
  ..."token access_token auth_token api_key secret_key authorization auth"
    .split(" "),
  ..."_auth cookie set-cookie jwt bearer credentials client_secret pat dsn"
    .split(" "),
  ..."connection_string openai_key proxy-authorization passwd password"
    .split(" "),
];

/** Values as people choose them and as programs make them. */
const VALUES: readonly (readonly [kind: string, value: string])[] = [
  ["word", "opensesame"],
  ["two words", "open sesame"],
  ["words", "open sesame now"],
  ["sentence", "open the old sesame gate with care tonight"],
  ["words, commas", "open, sesame"],
  ["words, dots", "open.sesame.now"],
  ["words, a dot", "open.sesame"],
  ["words, dashes", "open-sesame-now"],
  ["words, underscores", "open_sesame_now"],
  ["words, camel case", "openSesameNow"],
  ["words, colon", "open:sesame"],
  ["words, slash", "open/sesame"],
  ["word of code", "my-access-word"],
  ["capitals", "OPENSESAME"],
  ["word, digit", "opensesame1"],
  ["words, digit", "open-sesame-7"],
  ["word, year, sign", "Summer2024!"],
  ["apostrophe", "open's sesame"],
  ["full stop", "opensesame."],
  ["cookie", "sid=opensesame"],
  ["cookie, attributes", "sid=open.sesame; path=/"],
  ["generated", ["xK9vQ2mL", "7pR4tW8z"].join("")],
  ["hexadecimal", ["a1b2c3d4e5f6", "0718293a4b5c"].join("")],
];

/** Places for a random word without a name. */
const PLACES = ["see V here\n", 'call("V");\n', "{V}\n", "x: V\n", "run V\n"];

/** Random words of each alphabet and length. */
const WORDS = 300;

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const ALPHABETS: readonly (readonly [kind: string, letters: string])[] = [
  ["letters and digits", `${LETTERS}0123456789`],
  ["base64 for URLs", `${LETTERS}0123456789-_`],
  ["base64", `${LETTERS}0123456789+/`],
];

/** Random words, the same in each run. */
function randomLines(): Line[] {
  const lines: Line[] = [];
  let state = 1;
  const letterOf = (letters: string): string => {
    state = (state * 48_271) % 2_147_483_647;
    return letters[state % letters.length]!;
  };
  for (const [name, letters] of ALPHABETS) {
    for (const length of [24, 32, 40, 64]) {
      for (let at = 0; at < WORDS; at++) {
        const secret = Array.from({ length }, () => letterOf(letters)).join("");
        const text = PLACES[at % PLACES.length]!.replace("V", () => secret);
        const value = `${length} characters`;
        lines.push({ shape: "random word", name, value, text, secret });
      }
    }
  }
  return lines;
}

/** Returns every shape with every name and kind of value, and random words. */
export function secretLines(): Line[] {
  const lines = randomLines();
  for (const [shape, text] of SHAPES) {
    for (const name of NAMES) {
      for (const [value, secret] of VALUES) {
        lines.push({
          shape,
          name,
          value,
          text: filled(text, name, secret),
          secret,
        });
      }
    }
  }
  return lines;
}

function filled(text: string, name: string, value: string): string {
  const capitals = name.toUpperCase().replaceAll("-", "_");
  const [first, ...rest] = name.split(/[_-]/).filter((part) => part !== "");
  const camel = first +
    rest.map((part) => part[0]!.toUpperCase() + part.slice(1)).join("");
  const words = new Map([
    ["N", name],
    ["C", camel],
    ["U", capitals],
    ["V", value],
  ]);
  return text.replaceAll(/\b[NCUV]\b/g, (letter) => words.get(letter)!);
}
