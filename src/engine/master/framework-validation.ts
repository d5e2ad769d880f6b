// What a master objects to in a FrameworkInfo, in its own words (src/master/validation.cpp, src/common/roles.cpp).
import { idProblem } from "../../mesos/ids.ts";
import type { FrameworkInfo } from "../../mesos/types.ts";
import { hasCapability, rolesOf } from "./state.ts";

/** Undefined if the framework may subscribe. `allowed`: the roles of --roles, if it was given. */
export function frameworkProblem(
  info: FrameworkInfo,
  allowed: { roles: ReadonlySet<string> | undefined; root: boolean },
): string | undefined {
  return (
    rolesProblem(info) ??
    (info.id && info.id.value !== "" ? idProblem(info.id.value) : undefined) ??
    timeoutProblem(info) ??
    whitelistProblem(info, allowed.roles) ??
    (info.user === "root" && !allowed.root
      ? "User 'root' is not allowed to run frameworks without --root_submissions set"
      : undefined)
  );
}

/** Undefined if these roles may be suppressed by a framework with those. */
export function suppressedRolesProblem(roles: readonly string[], suppressed: readonly string[]): string | undefined {
  const unknown = suppressed.filter((role) => !roles.includes(role)).sort();
  if (unknown.length === 0) return undefined;
  return `Suppressed roles { ${unknown.join(", ")} } are not contained in the set of roles`;
}

/** Undefined if UPDATE_FRAMEWORK may make that of it: some fields stay as they were. */
export function updateProblem(old: FrameworkInfo, updated: FrameworkInfo): string | undefined {
  if (old.principal !== updated.principal) return "Changing framework's principal is not allowed.";
  if (old.user !== updated.user)
    return `Updating 'FrameworkInfo.user' is unsupported; attempted to update from '${old.user}' to '${updated.user}'`;
  const before = old.checkpoint ?? false;
  const after = updated.checkpoint ?? false;
  if (before !== after)
    return `Updating 'FrameworkInfo.checkpoint' is unsupported; attempted to update from '${before}' to '${after}'`;
  return undefined;
}

/** Undefined if the name is a role's. */
export function roleProblem(role: string): string | undefined {
  if (role === "*") return undefined;
  if (role.startsWith("/")) return `Role '${role}' cannot start with a slash`;
  if (role.endsWith("/")) return `Role '${role}' cannot end with a slash`;
  if (role.includes("//")) return `Role '${role}' cannot contain two adjacent slashes`;
  if (role === "") return "Role names cannot be the empty string";
  for (const component of role.split("/")) {
    if (component === "." || component === ".." || component === "*")
      return `Role '${role}' cannot include '${component}' as a component`;
    if (component.startsWith("-")) return `Role component '${component}' is invalid because it starts with a dash`;
    if (/[\s\u0008\u007f]/.test(component))
      return `Role component '${component}' is invalid because it contains backspace or whitespace`;
  }
  return undefined;
}

function rolesProblem(info: FrameworkInfo): string | undefined {
  const multiRole = hasCapability({ info }, "MULTI_ROLE");
  if (multiRole && info.role !== undefined)
    return "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable";
  if (!multiRole && (info.roles?.length ?? 0) > 0)
    return "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable";
  const roles = rolesOf(info);
  const duplicates = new Set(roles.filter((role, index) => roles.indexOf(role) !== index));
  if (duplicates.size > 0)
    return `'FrameworkInfo.roles' contains duplicate items: { ${[...duplicates].sort().join(", ")} }`;
  for (const role of roles) {
    const problem = roleProblem(role);
    if (problem === undefined) continue;
    return multiRole
      ? `'FrameworkInfo.roles' contains invalid role: ${problem}`
      : `'FrameworkInfo.role' is not a valid role: ${problem}`;
  }
  return undefined;
}

function timeoutProblem(info: FrameworkInfo): string | undefined {
  const seconds = info.failover_timeout ?? 0;
  // Mesos counts nanoseconds in 64 bits with a sign.
  if (Number.isFinite(seconds) && Math.abs(seconds * 1e9) < 2 ** 63) return undefined;
  return `The framework failover_timeout (${String(seconds).replace("Infinity", "inf")}) is invalid`;
}

function whitelistProblem(info: FrameworkInfo, allowed: ReadonlySet<string> | undefined): string | undefined {
  if (!allowed) return undefined;
  const unknown = rolesOf(info).filter((role) => role !== "*" && !allowed.has(role));
  if (unknown.length === 0) return undefined;
  return `Roles { ${unknown.sort().join(", ")} } are not present in the master's --roles`;
}
