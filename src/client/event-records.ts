// Bytes of a RecordIO stream → events, with an eye on silence: a connection that nobody closed may still be dead.
import { MesosUpError } from "../errors.ts";
import { textDecoder } from "../mesos/recordio.ts";
import type { SchedulerEvent } from "../mesos/scheduler-api.ts";
import { withTimeLimit } from "./clock.ts";
import type { Clock } from "./clock.ts";
import { UnreachableError } from "./http.ts";

interface EventOptions {
  clock: Clock;
  signal: AbortSignal;
  /** Asked before every wait: how long the stream may be silent. */
  silenceLimitMs: () => number;
  /** Who sends it, for the words of errors. Default: a master. */
  sender?: "master" | "agent";
}

/**
 * The events of a stream until it ends, of the type that the caller knows them to have. The time that the reader of the
 * events takes does not count as silence.
 * @throws UnreachableError SILENT, MesosUpError EVENT_MALFORMED, RecordIoError, the signal's reason.
 */
export async function* readEvents<Event = SchedulerEvent>(
  stream: AsyncIterable<Uint8Array> & { destroy(): void },
  options: EventOptions,
): AsyncGenerator<Event, void, undefined> {
  const { signal, sender = "master" } = options;
  const decoder = textDecoder();
  const chunks = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      const chunk = await nextWithin(chunks, { ...options, sender });
      if (chunk === undefined) break;
      for (const record of decoder.push(chunk)) {
        // What came together with an event upon which its reader ended all is nobody's any more.
        signal.throwIfAborted();
        if (record.length > 0) yield parseEvent(record, sender) as Event;
      }
    }
    decoder.end();
  } finally {
    stream.destroy();
  }
}

async function nextWithin(
  chunks: AsyncIterator<Uint8Array>,
  options: Required<EventOptions>,
): Promise<Uint8Array | undefined> {
  const limitMs = options.silenceLimitMs();
  const late = () =>
    new UnreachableError(`The ${options.sender} has been silent for ${limitMs / 1000} s.`, { code: "SILENT", url: "" });
  const result = await withTimeLimit(() => chunks.next(), {
    clock: options.clock,
    limitMs,
    signal: options.signal,
    late,
  });
  return result.done === true ? undefined : result.value;
}

function parseEvent(text: string, sender: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const excerpt = JSON.stringify(text.slice(0, 200));
    throw new MesosUpError(`A record of the stream is not JSON: ${excerpt}.`, {
      code: "EVENT_MALFORMED",
      hint: `Check that the address is that of a Mesos ${sender}.`,
      cause,
    });
  }
}
