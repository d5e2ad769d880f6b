// A log that grows, wherever it lies: a file of this machine, behind a master's or agent's /files, in a container, on a machine.

export interface LogLine {
  text: string;
  /** Milliseconds since 1970, where whoever keeps the log has noted when the line came. */
  atMs?: number;
}

export interface LogTail {
  /** Whole lines, oldest first. */
  lines: LogLine[];
  /** What stands behind the last line's end so far. */
  rest?: LogLine | undefined;
  /** These are all the lines that there are. */
  whole: boolean;
  /** Where `follow` goes on: behind the last of `lines`. */
  position: string;
}

export interface LogSource {
  /**
   * About the last so many bytes, from the beginning of a line on.
   * @throws MesosUpError where there is no such log, or whoever keeps it cannot be reached
   */
  tail(bytes: number, signal: AbortSignal): Promise<LogTail>;
  /**
   * Whole lines as they come, from a position or from the log's beginning on, through rotation, new files and restarts.
   * @throws the signal's reason, and nothing else: what is not there may come back
   */
  follow(position: string | undefined, signal: AbortSignal): AsyncGenerator<LogLine[], void, undefined>;
}

/** Cuts bytes into lines. A character may be cut in two by what brings the bytes; a line is decoded when it is whole. */
export class LineSplitter {
  #rest: Buffer = Buffer.alloc(0);

  /** The lines that the bytes complete, without their ends. */
  push(bytes: Buffer): string[] {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const end = all.lastIndexOf(0x0a);
    this.#rest = Buffer.from(all.subarray(end + 1));
    if (end < 0) return [];
    return all
      .toString("utf8", 0, end)
      .split("\n")
      .map((line) => line.replace(/\r$/, ""));
  }

  /** Bytes that no line's end has followed yet. */
  get pendingBytes(): number {
    return this.#rest.length;
  }

  /** What has come of the next line; it is forgotten. */
  takeRest(): string {
    const rest = this.#rest.toString("utf8");
    this.#rest = Buffer.alloc(0);
    return rest;
  }
}
