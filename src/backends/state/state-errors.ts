// What the file system says about the state folder, as a user should read it.
import { dirname } from "node:path";
import { MesosUpError } from "../../errors.ts";

/**
 * The error to throw for a failed file operation on `path` in a state folder: code STATE_READ_ONLY, STATE_FULL,
 * STATE_FORBIDDEN, STATE_NOT_A_FOLDER or STATE_FAILED. Errors of ours pass through unchanged.
 */
export function describeStateError(error: unknown, path: string): MesosUpError {
  if (error instanceof MesosUpError) return error;
  const known = reasons[errorCode(error) ?? ""];
  const why = known?.why ?? (error instanceof Error ? error.message : String(error));
  return new MesosUpError(`The cluster's state cannot be kept at ${path}: ${why}.`, {
    code: known?.code ?? "STATE_FAILED",
    hint: known?.hint(path) ?? "Work in another folder, or repair this one.",
    cause: error,
  });
}

/** `code` of an error of Node's file system functions, as in "ENOENT". */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

const forbidden = {
  code: "STATE_FORBIDDEN",
  why: "the folder may not be written by this user",
  hint: (path: string) => `Work in a folder of your own, or change the owner of ${dirname(path)}.`,
};
const full = {
  code: "STATE_FULL",
  why: "the disk is full",
  hint: () => "Make room on the disk, or work in a folder on another one.",
};

const reasons: Partial<Record<string, { code: string; why: string; hint: (path: string) => string }>> = {
  EACCES: forbidden,
  EPERM: forbidden,
  EROFS: {
    code: "STATE_READ_ONLY",
    why: "the file system is read-only",
    hint: () => "Work in a folder on a file system that can be written.",
  },
  ENOSPC: full,
  EDQUOT: full,
  ENOTDIR: {
    code: "STATE_NOT_A_FOLDER",
    why: "a file stands where a folder is needed",
    hint: (path) => `Move away what stands at ${path} or above it.`,
  },
  EEXIST: {
    code: "STATE_NOT_A_FOLDER",
    why: "a file stands where a folder is needed",
    hint: (path) => `Move away what stands at ${path} or above it.`,
  },
};
