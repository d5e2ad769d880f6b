// A failed bring-up is taken back, and what fails then is not forgotten over what failed first.
import { MesosUpError } from "../errors.ts";

/** The error to throw once `cleanUp` is done: `error`, with what could not be cleaned up among its cleanupErrors. */
export async function afterCleanUp(error: unknown, cleanUp: () => Promise<unknown>): Promise<unknown> {
  try {
    await cleanUp();
    return error;
  } catch (cleanupError) {
    if (error instanceof MesosUpError) {
      error.cleanupErrors.push(cleanupError);
      return error;
    }
    return new MesosUpError(`The cluster did not come up: ${error instanceof Error ? error.message : String(error)}`, {
      code: "UP_FAILED",
      hint: "Run `mesos-up down` to remove what is left.",
      cause: error,
      cleanupErrors: [cleanupError],
    });
  }
}
