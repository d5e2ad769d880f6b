// Records taken out of a RecordIO stream and parsed, beside JSON.parse of the same records, each a buffer of its own.
import type { SchedulerEvent } from "../../../src/mesos/scheduler-api.ts";
import { encodeRecord, textDecoder } from "../../../src/mesos/recordio.ts";
import { median } from "../statistics.ts";

const RECORDS = 5000;
const ROUNDS = 25;
/** As much as a read of a socket brings at most. */
const CHUNK_BYTES = 65_536;

export const RECORDIO_COLUMNS = ["bytes a record", "RecordIO, MB/s", "bare JSON.parse, MB/s", "of bare"];

/** Two kinds of records of about 1 KB: many small fields, and one long text, which is parsed in no time. */
export function recordIoRows(): [name: string, ...figures: string[]][] {
  const kinds: [string, (i: number) => SchedulerEvent][] = [
    ["updates with labels", (i) => updateEvent(i, { labels: 12, message: "" })],
    ["updates with a long message", (i) => updateEvent(i, { labels: 1, message: "is up and answers; ".repeat(27) })],
  ];
  return kinds.map(([name, make]) => {
    const texts = Array.from({ length: RECORDS }, (_, i) => JSON.stringify(make(i)));
    const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    const { framedMs, bareMs } = compare(texts);
    const rate = (ms: number): string => (bytes / ms / 1000).toFixed(0);
    return [name, (bytes / RECORDS).toFixed(0), rate(framedMs), rate(bareMs), (bareMs / framedMs).toFixed(2)];
  });
}

/** CPU of the process, by turns, since the machine may have other work. */
function compare(texts: string[]): { framedMs: number; bareMs: number } {
  const stream = Buffer.concat(texts.map((text) => encodeRecord(text)));
  const buffers = texts.map((text) => Buffer.from(text));
  const framed: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(cpuMs(() => buffers.forEach((buffer) => void JSON.parse(buffer.toString("utf8")))));
    framed.push(
      cpuMs(() => {
        const decoder = textDecoder();
        for (let at = 0; at < stream.length; at += CHUNK_BYTES)
          for (const record of decoder.push(stream.subarray(at, at + CHUNK_BYTES))) JSON.parse(record);
      }),
    );
  }
  return { framedMs: median(framed), bareMs: median(bare) };
}

function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** As agents send it. */
function updateEvent(i: number, { labels, message }: { labels: number; message: string }): SchedulerEvent {
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
        message: `nginx ${message}`,
        container_status: {
          container_id: { value: id },
          executor_pid: 10_000 + i,
          network_infos: [{ ip_addresses: [{ ip_address: "10.20.30.40", protocol: "IPv4" }] }],
        },
        labels: {
          labels: Array.from({ length: labels }, (_, n) => ({ key: `label-${n}`, value: `value ${i * n}` })),
        },
      },
    },
  };
}
