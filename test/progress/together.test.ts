import { describe, expect, it } from "vitest";
import { MesosUpError } from "../../src/errors.ts";
import { RecordingSink } from "../../src/progress/recording-sink.ts";
import { failedStep } from "../../src/progress/step-error.ts";
import { createSteps } from "../../src/progress/steps.ts";
import { together } from "../../src/progress/together.ts";
import { FakeClock } from "./fake-clock.ts";

const image = { id: "image", title: "Image is at hand" };
const zookeeper = { id: "zookeeper", title: "ZooKeeper answers" };

/** Work that never ends by itself and, being well-behaved, throws when it is aborted. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new Error("aborted")));
  });
}

describe("work done together", () => {
  it("gives both results", async () => {
    const both = together(
      () => Promise.resolve(1),
      () => Promise.resolve("two"),
    );
    expect(await both).toEqual([1, "two"]);
  });

  it("fails as what failed first, and the step that this ended was skipped, not failed", async () => {
    const sink = new RecordingSink();
    const clock = new FakeClock();
    const { step } = createSteps({ sink, clock });
    const missing = new MesosUpError("There is no image nginx:none.", { code: "IMAGE_UNAVAILABLE" });
    const both = together(
      (signal) => step({ ...zookeeper, signal }, (context) => untilAborted(context.signal)),
      (signal) => step({ ...image, signal }, () => Promise.reject(missing)),
    );
    await expect(both).rejects.toBe(missing);
    expect(failedStep(missing)).toEqual(image);
    expect(sink.steps).toEqual([
      { ...image, outcome: "failed", elapsedMs: 0 },
      { ...zookeeper, outcome: "skipped", detail: "ended because another step failed", elapsedMs: 0 },
    ]);
    expect(clock.pending).toBe(0);
  });

  it("is over only when both have ended, and forgets nothing that could not be cleaned up", async () => {
    const missing = new MesosUpError("There is no image nginx:none.", { code: "IMAGE_UNAVAILABLE" });
    const notRemoved = new Error("not removed");
    const both = together(
      () => Promise.reject(missing),
      async (signal) => {
        await untilAborted(signal).catch(() => undefined);
        (signal.reason as MesosUpError).cleanupErrors.push(notRemoved);
        throw signal.reason;
      },
    );
    await expect(both).rejects.toBe(missing);
    expect(missing.cleanupErrors).toEqual([notRemoved]);
  });
});
