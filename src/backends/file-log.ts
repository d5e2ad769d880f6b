// A log file of this machine.
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { MesosUpError } from "../errors.ts";
import type { LogSource } from "./log-source.ts";
import { rangedLog, type RangedFile, type RangedLogOptions } from "./ranged-log.ts";

/** The log at that path; the file may be replaced, and need not be there yet. */
export function fileLog(path: string, options: RangedLogOptions = {}): LogSource {
  return {
    tail: async (bytes, signal) => {
      using file = new OpenFile(path);
      return await rangedLog(file).tail(bytes, signal);
    },
    async *follow(position, signal) {
      using file = new OpenFile(path);
      yield* rangedLog(file, options).follow(position, signal);
    },
  };
}

/** Stays open while it is followed, so that the end of a file that was given another name is read all the same. */
class OpenFile implements RangedFile, Disposable {
  readonly #path: string;
  #descriptor: number | undefined;
  #former: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  stat(): Promise<{ size: number; identity: string }> {
    return Promise.resolve().then(() => {
      const there = statOf(this.#path);
      if (this.#descriptor === undefined) this.#descriptor = openSync(this.#path, "r");
      else if (identityOf(fstatSync(this.#descriptor)) !== identityOf(there)) {
        const next = openSync(this.#path, "r");
        close(this.#former);
        this.#former = this.#descriptor;
        this.#descriptor = next;
      }
      const stats = fstatSync(this.#descriptor);
      return { size: stats.size, identity: identityOf(stats) };
    });
  }

  read({ offset, length }: { offset: number; length: number }): Promise<Buffer> {
    return Promise.resolve().then(() => readFrom(this.#descriptor, offset, length));
  }

  remains(offset: number): Buffer {
    const { size } = this.#former === undefined ? { size: 0 } : fstatSync(this.#former);
    return readFrom(this.#former, offset, Math.max(0, size - offset));
  }

  [Symbol.dispose](): void {
    close(this.#descriptor);
    close(this.#former);
  }
}

function readFrom(descriptor: number | undefined, offset: number, length: number): Buffer {
  if (descriptor === undefined) return Buffer.alloc(0);
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(descriptor, buffer, 0, length, offset));
}

function statOf(path: string) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats !== undefined) return stats;
  throw new MesosUpError(`There is no log at ${path}.`, {
    code: "LOG_ABSENT",
    hint: "It comes with the first line; `mesos-up status` shows what has been started.",
  });
}

function identityOf({ dev, ino }: { dev: number; ino: number }): string {
  return `${dev}:${ino}`;
}

function close(descriptor: number | undefined): void {
  if (descriptor !== undefined) closeSync(descriptor);
}
