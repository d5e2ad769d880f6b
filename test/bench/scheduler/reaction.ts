// How soon after an OFFERS event its ACCEPT may go out, with the store's write to the disk in between.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { step } from "../../../src/scheduler/core/step.ts";
import { FileFrameworkStore } from "../../../src/scheduler/store/file-store.ts";
import { Outbox } from "../../../src/scheduler/outbox.ts";
import { env, give, offer, specOf, subscribed } from "./core.ts";

const ROUNDS = 300;

/** Of one app on one offer, each time. */
export async function reactionsMs(): Promise<number[]> {
  const folder = await mkdtemp(join(tmpdir(), "bench-scheduler-"));
  const store = new FileFrameworkStore(join(folder, "framework.json"));
  const values: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const state = subscribed();
      give(state, { type: "command", command: { name: "run", spec: specOf(0, 1, []) } });
      values.push(
        await new Promise<number>((resolve) => {
          const startMs = performance.now();
          const outbox = new Outbox({
            write: (changes, done) => void store.write(changes).then(done),
            perform: (effect) =>
              effect.type === "call" && effect.call.type === "ACCEPT" && resolve(performance.now() - startMs),
          });
          outbox.push(step(state, { type: "offers", offers: [offer(0)] }, env));
        }),
      );
    }
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
  return values;
}
