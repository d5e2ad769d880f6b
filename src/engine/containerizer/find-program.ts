// Where a program is, as a shell would find it.
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** System folders that an ordinary user's PATH may lack though what is in them can be run. */
const SYSTEM_FOLDERS = ["/usr/sbin", "/sbin"];

/** The absolute path, or undefined if there is no such program. */
export function findProgram(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const folders = name.includes("/") ? [] : [...(env["PATH"] ?? "").split(delimiter), ...SYSTEM_FOLDERS];
  const candidates = name.includes("/") ? [name] : folders.filter(isAbsolute).map((folder) => join(folder, name));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
