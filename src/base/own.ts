// A file, a session or a label may be called `constructor` or `__proto__`. Only
// these two functions index an object by a name from data.

/** Returns a value of the object itself, never an inherited value. */
export function getOwn<T>(
  object: Readonly<Record<string, T>>,
  key: string,
): T | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Sets a value on the object itself, whatever the key. */
export function setOwn<T>(
  object: Record<string, T>,
  key: string,
  value: NoInfer<T>,
): void {
  Object.defineProperty(object, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
