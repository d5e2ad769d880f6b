// What ends a step that did not fail itself: its result is of no use any more.
import { MesosUpError } from "../errors.ts";

/**
 * Thrown by a step's work, or given as the reason of a signal: the step ends as skipped, with the message as its detail.
 * `cause` is what did fail; what cleaning up adds to this error it adds to that one too.
 */
export class StepDropped extends MesosUpError {
  constructor(detail: string, cause: unknown) {
    const shared = cause instanceof MesosUpError ? { cleanupErrors: cause.cleanupErrors } : {};
    super(detail, { code: "STEP_DROPPED", cause, ...shared });
  }
}
