/** Git processes side by side: a few more than a small machine has cores. */
const AT_ONCE = 6;

/** `work` on every item, a few at a time; the results keep the order. */
export async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const at = next++;
      results[at] = await work(items[at]!);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

/** Both results; where one fails, only after the other has ended, too. */
export async function bothOf<A, B>(
  first: Promise<A>,
  second: Promise<B>,
): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return await Promise.all([first, second]);
}
