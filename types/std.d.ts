/**
 * Types of the parts of the npm package `deno-std` that mpm uses: the package
 * is the standard library compiled to JavaScript and ships none.
 */

declare module "@std/text/levenshtein" {
  export function levenshteinDistance(a: string, b: string): number;
}

declare module "@std/toml" {
  export function parse(text: string): Record<string, unknown>;
}

declare module "@std/yaml" {
  export interface StringifyOptions {
    indent?: number;
    lineWidth?: number;
    useAnchors?: boolean;
    skipInvalid?: boolean;
    sortKeys?: boolean;
  }
  export interface ParseOptions {
    schema?: "failsafe" | "json" | "core" | "default" | "extended";
    allowDuplicateKeys?: boolean;
  }
  export function parse(text: string, options?: ParseOptions): unknown;
  export function stringify(value: unknown, options?: StringifyOptions): string;
}

declare module "@std/assert" {
  // deno-lint-ignore no-explicit-any
  type ErrorClass<E extends Error> = new (...args: any[]) => E;
  export function assert(value: unknown, message?: string): asserts value;
  export function assertEquals<T>(
    actual: T,
    expected: T,
    message?: string,
  ): void;
  export function assertNotEquals<T>(
    actual: T,
    expected: T,
    message?: string,
  ): void;
  export function assertMatch(
    actual: string,
    expected: RegExp,
    message?: string,
  ): void;
  export function assertNotMatch(
    actual: string,
    expected: RegExp,
    message?: string,
  ): void;
  export function assertStringIncludes(
    actual: string,
    expected: string,
    message?: string,
  ): void;
  export function assertThrows<E extends Error = Error>(
    run: () => unknown,
    errorClass?: ErrorClass<E>,
    includes?: string,
  ): E;
  export function assertRejects<E extends Error = Error>(
    run: () => PromiseLike<unknown>,
    errorClass?: ErrorClass<E>,
    includes?: string,
  ): Promise<E>;
  export function fail(message?: string): never;
}
