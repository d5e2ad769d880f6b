// An image that is to be made anew the next time.
import { daemonAddress } from "../daemon/daemon-address.ts";
import { DaemonRefusal } from "../daemon/daemon-errors.ts";
import { Daemon } from "../daemon/daemon.ts";

/** False where there is none, or a container uses it. @throws MesosUpError DOCKER_UNREACHABLE, DaemonRefusal */
export async function forgetImage(reference: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  try {
    return await new Daemon(daemonAddress(env)).remove(`/images/${reference}`);
  } catch (error) {
    if (error instanceof DaemonRefusal && error.status === 409) return false;
    throw error;
  }
}
