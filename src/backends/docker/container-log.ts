// What a container has written, as the daemon keeps it: every line with the time at which it came.
import { systemClock, type Clock } from "../../client/clock.ts";
import { LineSplitter, type LogLine, type LogSource, type LogTail } from "../log-source.ts";
import type { Daemon } from "./daemon/daemon.ts";

const BYTES_PER_LINE = 120;

/** Before a container is looked for again that has ended, or is not there. */
const RETRY_MS = 300;

/** Both streams of the container of that name; another one may take its place. */
export function containerLog(daemon: Daemon, container: string, clock: Clock = systemClock): LogSource {
  const address = (query: string): string => `/containers/${container}/logs?stdout=1&stderr=1&timestamps=1&${query}`;
  return {
    async tail(bytes, signal) {
      const count = Math.ceil(bytes / BYTES_PER_LINE);
      const lines = linesOf(await daemon.bytes("GET", address(`tail=${count}`), { signal }));
      return { lines, whole: lines.length < count, position: lines.at(-1)?.stamp ?? "" } satisfies LogTail;
    },
    async *follow(position = "", signal) {
      let last = position;
      for (;;) {
        try {
          const query = `follow=1${last === "" ? "" : `&since=${sinceOf(last)}`}`;
          // It may be silent for as long as it likes.
          const stream = await daemon.stream("GET", address(query), { signal, timeoutMs: 0 });
          const reader = new FrameReader();
          for await (const chunk of stream as AsyncIterable<Buffer>) {
            const lines = reader.push(chunk).filter(({ stamp }) => stamp > last);
            last = lines.at(-1)?.stamp ?? last;
            if (lines.length > 0) yield lines;
          }
        } catch {
          // It has ended, or is being made anew.
          signal.throwIfAborted();
        }
        await clock.sleep(RETRY_MS, signal);
      }
    },
  };
}

/** The last lines, newest last, as they were written. */
export async function containerLogTail(daemon: Daemon, container: string, lines: number): Promise<string> {
  const path = `/containers/${container}/logs?stdout=1&stderr=1&timestamps=1&tail=${lines}`;
  return linesOf(await daemon.bytes("GET", path))
    .map(({ text }) => text)
    .join("\n")
    .trimEnd();
}

interface StampedLine extends LogLine {
  /** RFC 3339 with nine digits of a second, always in UTC: texts compare as times do. */
  stamp: string;
}

/** Frames of eight bytes head each piece of a log: the stream, three zeros, the length (API: ContainerAttach). */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);
  readonly #streams = new Map<number, LineSplitter>();

  push(bytes: Buffer): StampedLine[] {
    const all = Buffer.concat([this.#rest, bytes]);
    const lines: StampedLine[] = [];
    let at = 0;
    while (at + 8 <= all.length && at + 8 + all.readUInt32BE(at + 4) <= all.length) {
      const end = at + 8 + all.readUInt32BE(at + 4);
      const splitter = this.#streams.get(all[at] ?? 0) ?? new LineSplitter();
      this.#streams.set(all[at] ?? 0, splitter);
      // Of a long line every piece has a time.
      const begin = splitter.pendingBytes === 0 ? at + 8 : all.indexOf(0x20, at + 8) + 1;
      lines.push(...splitter.push(all.subarray(begin, end)).map(stamped));
      at = end;
    }
    this.#rest = Buffer.from(all.subarray(at));
    return lines;
  }

  /** The last lines of streams that ended without a line's end. */
  rest(): StampedLine[] {
    return [...this.#streams.values()]
      .filter(({ pendingBytes }) => pendingBytes > 0)
      .map((splitter) => stamped(splitter.takeRest()));
  }
}

function linesOf(frames: Buffer): StampedLine[] {
  const reader = new FrameReader();
  return [...reader.push(frames), ...reader.rest()];
}

function stamped(line: string): StampedLine {
  const space = line.indexOf(" ");
  const stamp = space < 0 ? line : line.slice(0, space);
  const atMs = Date.parse(stamp);
  if (Number.isNaN(atMs)) return { text: line, stamp: "" };
  return { text: space < 0 ? "" : line.slice(space + 1), atMs, stamp };
}

/** Seconds since 1970 with nine digits behind the point, as `since` takes them. */
function sinceOf(stamp: string): string {
  const seconds = Math.floor(Date.parse(stamp) / 1000);
  return `${seconds}.${(/\.(\d+)Z$/.exec(stamp)?.[1] ?? "").padEnd(9, "0")}`;
}
