// What an ID of a container may be (src/slave/validation.cpp).
import type { ContainerID } from "../../mesos/types.ts";

const LONGEST = 255;

/** In Mesos's words; undefined if it is valid. */
export function containerIdProblem({ value, parent }: ContainerID): string | undefined {
  if (value === "") return "ID must not be empty";
  if (value.length > LONGEST) return `ID must not be greater than ${LONGEST} characters`;
  if (value === "." || value === "..") return `'${value}' is disallowed`;
  if (/[\x00-\x1f\x7f/\\]/.test(value)) return `'${value}' contains invalid characters`;
  if (/[. ]/.test(value)) return `'ContainerID.value' '${value}' contains invalid characters`;
  const problem = parent && containerIdProblem(parent);
  return problem === undefined ? undefined : `'ContainerID.parent' is invalid: ${problem}`;
}
