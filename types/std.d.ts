/**
 * Types of the parts of the npm package `deno-std` that mpm uses: the package
 * is the standard library compiled to JavaScript and ships none.
 */

declare module "@std/cli/parse-args" {
  /** The options that mpm uses; `collect` must be among `string`. */
  interface ParseOptions<B extends string, S extends string, C extends S> {
    boolean?: readonly B[];
    string?: readonly S[];
    collect?: readonly C[];
    /** Called for undeclared options, and for words without a key. */
    unknown?: (arg: string, key?: string) => unknown;
  }
  export function parseArgs<
    B extends string = never,
    S extends string = never,
    C extends S = never,
  >(
    args: readonly string[],
    options: ParseOptions<B, S, C>,
  ):
    & { _: (string | number)[] }
    & Record<B, boolean>
    & Record<Exclude<S, C>, string | undefined>
    & Record<C, string[]>;
}

declare module "@std/crypto/timing-safe-equal" {
  /** Throws TypeError unless both have as many bytes. */
  export function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean;
}

declare module "@std/path" {
  export const SEPARATOR: "/" | "\\";
  export function basename(path: string, suffix?: string): string;
  export function dirname(path: string): string;
  export function extname(path: string): string;
  export function fromFileUrl(url: string | URL): string;
  export function isAbsolute(path: string): boolean;
  export function join(path: string, ...paths: string[]): string;
  export function normalize(path: string): string;
  export function relative(from: string, to: string): string;
  export function resolve(...paths: string[]): string;
  export function toFileUrl(path: string): URL;
}

declare module "@std/path/posix" {
  export function join(path: string, ...paths: string[]): string;
  export function basename(path: string, suffix?: string): string;
  export function dirname(path: string): string;
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

declare module "bcrypt-pbkdf" {
  /** Writes the derived key into `key`. Returns 0 unless it failed. */
  function pbkdf(
    passphrase: Uint8Array,
    passphraseLength: number,
    salt: Uint8Array,
    saltLength: number,
    key: Uint8Array,
    keyLength: number,
    rounds: number,
  ): number;
  const bcrypt: { readonly pbkdf: typeof pbkdf };
  export default bcrypt;
}
