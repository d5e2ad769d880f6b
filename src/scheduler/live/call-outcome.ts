// What an error that a call ended with says about the call.
import { UnreachableError } from "../../client/http.ts";
import { MesosApiError, MesosUpError } from "../../errors.ts";
import type { CallOutcome } from "../core/inputs.ts";

/** Lost where the master may have taken the call, or would take it the next time; else refused. */
export function outcomeOf(error: unknown): CallOutcome {
  const lost =
    error instanceof UnreachableError ||
    (error instanceof MesosApiError && (error.retryable || error.subscriptionLost)) ||
    (error instanceof MesosUpError && error.code === "NOT_SUBSCRIBED");
  return lost ? { name: "lost" } : { name: "refused", message: messageOf(error) };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
