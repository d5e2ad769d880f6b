// Says that a slot is about to be taken: a socket in Linux's abstract namespace. All users of the machine see it, in
// whichever folders they work; it goes with its process; and it reaches as far as ports do, one network namespace.
import { createServer } from "node:net";
import { errorCode } from "../../state/state-errors.ts";

export interface SlotClaim {
  /** May be called again. */
  release(): void;
}

/** Claims what `name` stands for; undefined where somebody has it, this process included. */
export function claimSlot(name: string): Promise<SlotClaim | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.once("error", (error) => {
      if (errorCode(error) === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen({ path: `\0${name}` }, () => resolve({ release: () => void server.close() }));
  });
}
