// Removes what a container made by us has left on disk.
import { rm } from "node:fs/promises";
import { CommandFailure, runCommand } from "./run-command.ts";

/**
 * Removes the folder with everything in it. Where an ordinary user is refused, because the container gave files away or
 * took its own rights from folders, it is done once more as root of a user namespace.
 * @throws if something is left all the same.
 */
export async function removeContainerDirectory(directory: string, env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await rm(directory, { recursive: true, force: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EACCES" && code !== "EPERM" && code !== "ENOTEMPTY") throw error;
    try {
      await runCommand("unshare", ["--user", "--map-root-user", "rm", "-rf", "--", directory], { env });
    } catch (failure) {
      throw failure instanceof CommandFailure ? error : failure;
    }
  }
}
