import { FileError, type FileProblem, MpmError } from "../base/errors.ts";
import { getOwn } from "../base/own.ts";

/** Runs `operation` and converts Deno's and Node's errors to `FileError`. */
export function guard<T>(action: string, path: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    if (error instanceof MpmError) throw error;
    throw new FileError(problemOf(error), action, path, error);
  }
}

const BY_CODE: Record<string, FileProblem> = {
  ENOENT: "missing",
  EEXIST: "exists",
  ENOTEMPTY: "exists",
  EACCES: "denied",
  EPERM: "denied",
  EROFS: "read-only",
  ENOSPC: "full",
  EDQUOT: "full",
  ENOTDIR: "not-a-folder",
  EISDIR: "is-a-folder",
  ELOOP: "link",
  EMLINK: "link",
  EBUSY: "busy",
  ETXTBSY: "busy",
  ENAMETOOLONG: "too-long",
};

/** EFBIG: a file size limit was reached. Deno has no code for this error. */
const BEYOND_LIMIT = /\(os error 27\)/;

/** Returns the meaning of a Deno or Node error for the file. */
export function problemOf(error: unknown): FileProblem {
  const code = (error as { code?: unknown }).code;
  const known = typeof code === "string" ? getOwn(BY_CODE, code) : undefined;
  if (known) return known;
  if (BEYOND_LIMIT.test(String(error))) return "full";
  if (error instanceof Deno.errors.NotFound) return "missing";
  if (error instanceof Deno.errors.AlreadyExists) return "exists";
  if (error instanceof Deno.errors.PermissionDenied) return "denied";
  if (error instanceof Deno.errors.NotCapable) return "denied";
  if (error instanceof Deno.errors.NotADirectory) return "not-a-folder";
  if (error instanceof Deno.errors.IsADirectory) return "is-a-folder";
  return "other";
}
