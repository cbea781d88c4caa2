import * as fc from "fast-check";

/** The rest of a host. `webUrl` takes a second to be made. */
const url = fc.string().map((rest) => `https://example.com/${rest}`);

/** Hooks of other people, well and badly formed. */
const handler = fc.oneof(
  fc.record({
    type: fc.constant("command"),
    command: fc.constantFrom("lint", "mpm hook Stop", "/x/mpm", 'say "{}[],"'),
  }),
  fc.record({
    type: fc.constant("command"),
    command: fc.constantFrom("/usr/bin/mpm", "claude-mpm"),
    args: fc.constantFrom([], ["hook", "Stop"], ["hook", "--by=mpm"]),
    timeout: fc.integer({ min: 1, max: 90 }),
  }),
  fc.record({ type: fc.constant("http"), url }),
);

const group = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ hooks: fc.array(handler, { maxLength: 3 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      matcher: fc.constantFrom("", "Bash", "Agent|Task", "startup"),
      hooks: fc.array(handler, { maxLength: 2 }),
      note: fc.string(),
    }, { requiredKeys: ["hooks"] }),
  },
  { weight: 1, arbitrary: fc.constantFrom(null, 7, {}, { hooks: "x" }) },
);

const hooks = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.dictionary(
      fc.constantFrom(
        "SessionStart",
        "PreToolUse",
        "Stop",
        "SessionEnd",
        "Notification",
        "sessionStart",
      ),
      fc.oneof(
        { weight: 9, arbitrary: fc.array(group, { maxLength: 3 }) },
        { weight: 1, arbitrary: fc.constantFrom("./x.sh", null, {}) },
      ),
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom([], null, "x") },
);

/** Any settings: with hooks of others, unusual keys, unknown values. */
export function settingsValue(): fc.Arbitrary<Record<string, unknown>> {
  return fc.record({
    hooks,
    permissions: fc.record({ allow: fc.array(fc.string()) }),
    env: fc.dictionary(fc.string(), fc.string()),
    "$schema": url,
    'odd "key" \\ \u2028 é': fc.jsonValue(),
  }, { requiredKeys: [] }).chain((known) =>
    fc.dictionary(
      fc.string().filter((key) =>
        !["hooks", "permissions", "statusLine"].includes(key)
      ),
      fc.jsonValue({ maxDepth: 3 }),
      { maxKeys: 3 },
    ).map((others) => ({ ...others, ...known }))
  );
}

/** A way to write JSON: blanks of all kinds anywhere they may be. */
export function jsonText(): fc.Arbitrary<(value: unknown) => string> {
  const blank = fc.constantFrom("", "", " ", "\n", "\r\n", "\t", "\n\n  ");
  const wild = fc.tuple(
    fc.array(blank, { minLength: 1, maxLength: 9 }),
    fc.boolean(),
  )
    .map(([blanks, marked]) => (value: unknown) => {
      let at = 0;
      const next = () => blanks[at++ % blanks.length]!;
      return (marked ? "\ufeff" : "") + next() + write(value, next) + next();
    });
  const tidy = fc.constantFrom("", 2, 4, "\t").map(
    (indent) => (value: unknown) => JSON.stringify(value, null, indent),
  );
  return fc.oneof(wild, tidy);
}

function write(value: unknown, blank: () => string): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const array = Array.isArray(value);
  const parts = array
    ? value.map((item) => blank() + write(item, blank) + blank())
    : Object.entries(value).map(([key, item]) =>
      `${blank()}${JSON.stringify(key)}${blank()}:${blank()}${
        write(item, blank)
      }${blank()}`
    );
  const inside = parts.length > 0 ? parts.join(",") : blank();
  return array ? `[${inside}]` : `{${inside}}`;
}
