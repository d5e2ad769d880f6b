// A subscribed framework that keeps what it is told and does nothing by itself.
import { type ClientRequest, request } from "node:http";
import { RecordIoDecoder } from "../../src/mesos/recordio.ts";
import type { SchedulerEvent } from "../../src/mesos/scheduler-api.ts";

const SUBSCRIBED_TIMEOUT_MS = 10_000;
const KEPT_OFFERS = 4;

export class LiveFramework {
  id = "";
  streamId = "";
  /** The newest ones, also those that have been used since. */
  offerIds: string[] = [];
  ended = false;
  readonly #request: ClientRequest;

  private constructor(sent: ClientRequest) {
    this.#request = sent;
  }

  /** @throws Error if it is not told in time that it is subscribed */
  static subscribe(port: number): Promise<LiveFramework> {
    const headers = { "Content-Type": "application/json" };
    const asked = request({ port, method: "POST", path: "/api/v1/scheduler", headers, agent: false });
    const framework = new LiveFramework(asked);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => asked.destroy(new Error("SUBSCRIBE was not answered")), SUBSCRIBED_TIMEOUT_MS);
      const decoder = new RecordIoDecoder();
      asked.on("response", (response) => {
        framework.streamId = response.headers["mesos-stream-id"]?.toString() ?? "";
        response.on("data", (part: Buffer) => {
          for (const record of decoder.push(part)) framework.#hear(record);
          if (framework.id === "") return;
          clearTimeout(timer);
          resolve(framework);
        });
        response.on("error", () => {});
        response.on("close", () => {
          framework.ended = true;
          reject(new Error(`SUBSCRIBE was answered with ${response.statusCode ?? 0}, and its stream ended`));
        });
      });
      asked.on("error", reject);
      asked.on("close", () => clearTimeout(timer));
      asked.end(JSON.stringify({ type: "SUBSCRIBE", subscribe: { framework_info: { user: "root", name: "live" } } }));
    });
  }

  close(): void {
    this.#request.destroy();
  }

  #hear(record: Uint8Array): void {
    const event = JSON.parse(Buffer.from(record).toString()) as SchedulerEvent;
    if (event.type === "SUBSCRIBED") this.id = event.subscribed.framework_id.value;
    if (event.type === "OFFERS")
      this.offerIds = [...this.offerIds, ...event.offers.offers.map(({ id }) => id.value)].slice(-KEPT_OFFERS);
  }
}
