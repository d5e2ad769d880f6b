// A short hash of a value, for labels that say what a thing was made from.
import { createHash } from "node:crypto";

/** Sixteen digits; the same for values that print as the same JSON. */
export function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}
