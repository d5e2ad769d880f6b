// The scheduler's own work, without a network: matching many offers, RecordIO against bare JSON, and how soon after an
// OFFERS event its ACCEPT may go out, with the store's write in between.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RecordIoDecoder, encodeRecord } from "../../src/mesos/recordio.ts";
import type { SchedulerEvent } from "../../src/mesos/scheduler-api.ts";
import type { Offer } from "../../src/mesos/types.ts";
import type { Constraint } from "../../src/scheduler/app-spec.ts";
import type { Input } from "../../src/scheduler/core/inputs.ts";
import { restoreState } from "../../src/scheduler/core/state.ts";
import type { SchedulerState } from "../../src/scheduler/core/state.ts";
import { step } from "../../src/scheduler/core/step.ts";
import { FileFrameworkStore } from "../../src/scheduler/framework-store.ts";
import { Outbox } from "../../src/scheduler/outbox.ts";
import { parseAppObject } from "../../src/scheduler/parse-app-file.ts";
import { figureTable, median } from "./statistics.ts";

const ROUNDS = 9;
const env = {
  nowMs: 0,
  random: Math.random,
  newId: () => String(++ids),
  siteUri: () => undefined,
  secret: () => undefined,
};
let ids = 0;

export async function benchScheduler(): Promise<void> {
  const matching = [
    [10_000, 1000],
    [5000, 1000],
    [10_000, 500],
  ].map(([offers = 0, instances = 0]): [string, string] => {
    const name = `${offers} offers, ${instances} waiting instances of 20 apps with constraints`;
    return [name, `${ms(matchMs(offers, instances))} (nothing fits: ${ms(matchMs(offers, instances, "r9"))})`];
  });
  const reaction = await reactionMs();
  console.log(
    figureTable(
      ["median"],
      [
        ...matching,
        ["OFFERS received → ACCEPT to be sent, one app, store written", ms(reaction)],
        ["RecordIO and JSON.parse of 1 KB records, of bare JSON.parse", recordIoShare().toFixed(2)],
      ],
    ),
  );
}

const ms = (value: number): string => `${value.toFixed(2)} ms`;

/** Of deciding on that many offers for that many waiting instances, all placed or, with a rack that is nowhere, none. */
function matchMs(offers: number, instances: number, rack?: string): number {
  const made = Array.from({ length: offers }, (_, i) => offer(i));
  return medianOf(() => {
    const state = subscribed();
    for (let app = 0; app < 20; app++)
      give(state, { type: "command", command: { name: "run", spec: specOf(app, instances / 20, rack) } });
    const startMs = performance.now();
    give(state, { type: "offers", offers: made });
    return performance.now() - startMs;
  });
}

function specOf(app: number, instances: number, rack: string | undefined) {
  const constraints: Constraint[] = [
    rack === undefined ? ["rack", "IN", ["r0", "r1", "r2"]] : ["rack", "EQUALS", rack],
    ["hostname", "LIKE", `agent-.*${app % 10}`],
  ];
  return parseAppObject({
    name: `app${app}`,
    command: "true",
    cpus: 0.5,
    mem: 128,
    ports: [80],
    instances,
    constraints,
  });
}

/** From the event to the moment at which the ACCEPT would be sent, of one app on one offer. */
async function reactionMs(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "bench-scheduler-"));
  const store = new FileFrameworkStore(join(folder, "framework.json"));
  const values: number[] = [];
  try {
    for (let round = 0; round < 300; round++) {
      const state = subscribed();
      give(state, { type: "command", command: { name: "run", spec: specOf(0, 1, undefined) } });
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
  return median(values);
}

function recordIoShare(): number {
  const texts = Array.from({ length: 5000 }, (_, i) => JSON.stringify(updateEvent(i)));
  const stream = Buffer.concat(texts.map((text) => encodeRecord(text)));
  const buffers = texts.map((text) => Buffer.from(text));
  const bare = medianOf(() => timed(() => buffers.forEach((buffer) => void JSON.parse(buffer.toString("utf8")))));
  const framed = medianOf(() =>
    timed(() => {
      const decoder = new RecordIoDecoder();
      for (let at = 0; at < stream.length; at += 65_536)
        for (const record of decoder.push(stream.subarray(at, at + 65_536)))
          JSON.parse(Buffer.from(record.buffer, record.byteOffset, record.length).toString("utf8"));
    }),
  );
  return bare / framed;
}

/** As agents send it, of 1 KB. */
function updateEvent(i: number): SchedulerEvent {
  const id = `6f1c1b3e-6f0e-4c4b-9f0b-1f1b6f0e4c4b-${i}`;
  return {
    type: "UPDATE",
    update: {
      status: {
        task_id: { value: `web.${i}.1a2b3c4d` },
        agent_id: { value: `${id}-S1` },
        executor_id: { value: `web.${i}.1a2b3c4d` },
        state: "TASK_RUNNING",
        source: "SOURCE_EXECUTOR",
        timestamp: 1_700_000_000.123456 + i,
        uuid: "zYcGbCJmTsmIVxL2o0S5nA==",
        healthy: true,
        message: `nginx ${"is up and answers; ".repeat(16)}`,
        container_status: {
          container_id: { value: id },
          executor_pid: 10_000 + i,
          network_infos: [{ ip_addresses: [{ ip_address: "10.20.30.40", protocol: "IPv4" }] }],
        },
        labels: {
          labels: [
            { key: "rack", value: "r2d2" },
            { key: "site", value: "x".repeat(60) },
          ],
        },
      },
    },
  };
}

function timed(work: () => void): number {
  const startMs = performance.now();
  work();
  return performance.now() - startMs;
}

function medianOf(measure: () => number): number {
  return median(Array.from({ length: ROUNDS }, measure));
}

function subscribed(): SchedulerState {
  const state = restoreState({ user: "root", name: "bench" }, undefined);
  give(state, { type: "subscribed", frameworkId: "f1" });
  return state;
}

function give(state: SchedulerState, input: Input): void {
  step(state, input, env);
}

function offer(n: number): Offer {
  const allocated = { role: "*", allocation_info: { role: "*" } };
  return {
    id: { value: `o${n}` },
    framework_id: { value: "f1" },
    agent_id: { value: `a${n}` },
    hostname: `agent-${n}`,
    url: { scheme: "http", address: { hostname: `agent-${n}`, ip: "127.0.0.1", port: 5051 } },
    allocation_info: { role: "*" },
    attributes: [{ name: "rack", type: "TEXT", text: { value: `r${n % 5}` } }],
    resources: [
      { name: "cpus", type: "SCALAR", scalar: { value: 4 }, ...allocated },
      { name: "mem", type: "SCALAR", scalar: { value: 8192 }, ...allocated },
      { name: "ports", type: "RANGES", ranges: { range: [{ begin: 31_000, end: 32_000 }] }, ...allocated },
    ],
  };
}
