/** What is known of context windows, in tokens, by a model's id. */
const MODELS: readonly (readonly [pattern: RegExp, tokens: number])[] = [
  [/\[1m\]$/i, 1_000_000],
  [/claude-(opus|sonnet)-5(?!\d)/, 1_000_000],
  [/claude-haiku-4-5/, 200_000],
  [/claude-(opus|sonnet)-4(?!\d)/, 200_000],
  [/claude-(3|instant|2)/, 200_000],
];

const SMALL = 200_000;
const LARGE = 1_000_000;

/** A model's id without what names its window. */
export function plainModel(model: string): string {
  return model.replace(/\[\w+\]$/, "");
}

/**
 * The context window of a model in tokens, from its id and from how much of it
 * is in use; `undefined` where neither tells.
 */
export function windowOf(
  model: string | undefined,
  tokens: number,
): { tokens: number; from: "model" | "usage" } | undefined {
  const known = model === undefined
    ? undefined
    : MODELS.find(([pattern]) => pattern.test(model))?.[1];
  if (known !== undefined && tokens <= known) {
    return { tokens: known, from: "model" };
  }
  // More than the small one holds: the large one, of which an id need not tell.
  const large = tokens > SMALL && tokens <= LARGE;
  return large ? { tokens: LARGE, from: "usage" } : undefined;
}
