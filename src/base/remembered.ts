/** The maximum number of answers to keep, for any input. */
const MOST = 2000;

/** Returns a version of the function that caches its results by text. */
export function remembered<T>(work: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined || known.has(text)) return found!;
    if (known.size >= MOST) known.clear();
    const answer = work(text);
    known.set(text, answer);
    return answer;
  };
}

/** Returns a function that calls `make` once and keeps its result. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Returns a version of the function that caches its results by object. */
export function rememberedFor<K extends object, T>(
  work: (source: K) => T,
): (source: K) => T {
  const known = new WeakMap<K, { value: T }>();
  return (source) => {
    let made = known.get(source);
    if (!made) known.set(source, made = { value: work(source) });
    return made.value;
  };
}
