// A log in a file of which any part can be read: of this machine, or behind /files of a master or agent.
import { systemClock, type Clock } from "../client/clock.ts";
import { LineSplitter, type LogLine, type LogSource, type LogTail } from "./log-source.ts";

export interface RangedFile {
  /** What it is now; another `identity` is another file under the same name. @throws where there is none */
  stat(signal: AbortSignal): Promise<{ size: number; identity: string }>;
  /** As much of these bytes as there is. */
  read(range: { offset: number; length: number }, signal: AbortSignal): Promise<Buffer>;
  /** What the file before this one, which another has taken the place of, held from there on. */
  remains?(offset: number): Buffer;
}

export interface RangedLogOptions {
  clock?: Clock;
  /** Between two looks. Default: 100. */
  pollMs?: number;
}

const READ_BYTES = 256 * 1024;

interface Position {
  offset: number;
  identity: string;
}

export function rangedLog(file: RangedFile, { clock = systemClock, pollMs = 100 }: RangedLogOptions = {}): LogSource {
  return {
    tail: (bytes, signal) => tail(file, bytes, signal),
    async *follow(position, signal) {
      let at = position === undefined ? undefined : (JSON.parse(position) as Position);
      const splitter = new LineSplitter();
      for (;;) {
        // What cannot be read now, a file between two names or a master that starts again, may be the next time.
        const round = await news(file, { at, splitter, signal }).catch(() => undefined);
        signal.throwIfAborted();
        at = round?.at ?? at;
        if (round !== undefined && round.lines.length > 0) yield round.lines.map((text) => ({ text }));
        else await clock.sleep(pollMs, signal);
      }
    },
  };
}

async function tail(file: RangedFile, bytes: number, signal: AbortSignal): Promise<LogTail> {
  const { size, identity } = await file.stat(signal);
  const offset = Math.max(0, size - bytes);
  const splitter = new LineSplitter();
  const lines: LogLine[] = [];
  let end = offset;
  while (end < size) {
    const read = await file.read({ offset: end, length: Math.min(READ_BYTES, size - end) }, signal);
    if (read.length === 0) break;
    lines.push(...splitter.push(read).map((text) => ({ text })));
    end += read.length;
  }
  const position = JSON.stringify({ offset: end - splitter.pendingBytes, identity } satisfies Position);
  const rest = splitter.takeRest();
  // The first line began before.
  const whole = offset === 0 ? lines : lines.slice(1);
  return { lines: whole, rest: rest === "" ? undefined : { text: rest }, whole: offset === 0, position };
}

/** What has come since. `splitter` keeps what is no whole line yet. */
async function news(
  file: RangedFile,
  { at, splitter, signal }: { at: Position | undefined; splitter: LineSplitter; signal: AbortSignal },
): Promise<{ at: Position; lines: string[] }> {
  const { size, identity } = await file.stat(signal);
  const isAnother = at !== undefined && (identity !== at.identity || size < at.offset);
  const lines: string[] = [];
  if (isAnother) {
    if (identity !== at.identity) lines.push(...splitter.push(file.remains?.(at.offset) ?? Buffer.alloc(0)));
    const rest = splitter.takeRest();
    if (rest !== "") lines.push(rest);
  }
  const offset = at === undefined || isAnother ? 0 : at.offset;
  if (offset >= size) return { at: { offset, identity }, lines };
  const read = await file.read({ offset, length: Math.min(READ_BYTES, size - offset) }, signal);
  lines.push(...splitter.push(read));
  return { at: { offset: offset + read.length, identity }, lines };
}
