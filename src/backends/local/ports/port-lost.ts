// A port that was free when it was chosen, and taken when it was to be listened on.
import type { StepError } from "../../../errors.ts";
import { StepDropped } from "../../../progress/step-dropped.ts";

/** Ends an attempt to bring a cluster up, for another one with other ports. `cause` says which node ended, and how. */
export class PortLost extends StepDropped {
  constructor(ended: StepError) {
    super(`another program took a port of ${ended.step} meanwhile`, ended);
  }
}
