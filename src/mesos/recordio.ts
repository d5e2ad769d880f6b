// RecordIO, the framing of Mesos's streams (docs/recordio.md): every record is its length in bytes as a decimal
// number, a newline, and then that many bytes.
import { RecordIoError } from "../errors.ts";

/** No message of the scheduler API comes near this; a length beyond it is a sign that the stream is something else. */
export const DEFAULT_RECORD_LIMIT_BYTES = 64 * 1024 * 1024;

const NEWLINE = 0x0a;
const ZERO = 0x30;
const NINE = 0x39;
const USUAL_DIGITS = 9;

/** Frames one record. Text is encoded as UTF-8. */
export function encodeRecord(record: string | Uint8Array): Buffer {
  const length = typeof record === "string" ? Buffer.byteLength(record, "utf8") : record.length;
  const head = `${length}\n`;
  const framed = Buffer.allocUnsafe(head.length + length);
  framed.write(head, "latin1");
  if (typeof record === "string") framed.write(record, head.length, "utf8");
  else framed.set(record, head.length);
  return framed;
}

/** Makes a record out of the bytes from `begin` to `end`. */
type Take<Made> = (bytes: Uint8Array, begin: number, end: number) => Made;

/** A decoder of records that are text: quicker than making texts of what one of bytes gives back. */
export function textDecoder(options?: { limitBytes?: number }): RecordIoDecoder<string> {
  return new RecordIoDecoder(options, (bytes, begin, end) => asBuffer(bytes).toString("utf8", begin, end));
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/**
 * Takes a stream apart as it comes in, however it was split. Holds no more than one unfinished record, and refuses a
 * record longer than the limit before buffering any of it. After an error the decoder cannot be used any more: the
 * position in the stream is lost.
 */
export class RecordIoDecoder<Made = Uint8Array> {
  readonly #limitBytes: number;
  readonly #take: Take<Made>;
  #failure: RecordIoError | undefined;
  /** Bytes of the stream that came before the chunk at hand. */
  #offset = 0;
  /** Where the length of the record at hand begins. */
  #recordOffset = 0;
  /** Digits of a length that is not complete yet. */
  #lengthText = "";
  /** Bytes that the record at hand still lacks, undefined while its length is being read. */
  #missing: number | undefined;
  #parts: Uint8Array[] = [];

  /** `take` makes the records; without it they are bytes that may share memory with the chunk. */
  constructor(
    options: { limitBytes?: number } = {},
    take: Take<Made> = (bytes, begin, end) => bytes.subarray(begin, end) as Made,
  ) {
    this.#limitBytes = options.limitBytes ?? DEFAULT_RECORD_LIMIT_BYTES;
    this.#take = take;
  }

  /** True between records, and before the first. */
  get idle(): boolean {
    return this.#missing === undefined && this.#lengthText === "";
  }

  /**
   * Takes the next bytes of the stream and gives back the records that are complete with them, empty ones included.
   * @throws RecordIoError with the byte at which the stream stopped being RecordIO. Records that came before it in the
   * same chunk are lost with it.
   */
  push(chunk: Uint8Array): Made[] {
    if (this.#failure !== undefined) throw this.#failure;
    const records: Made[] = [];
    let at = 0;
    while (at < chunk.length) {
      const missing = this.#missing;
      at = missing === undefined ? this.#begin(chunk, at, records) : this.#goOn(chunk, at, { missing, records });
    }
    this.#offset += chunk.length;
    return records;
  }

  /**
   * To be called when the stream ends.
   * @throws RecordIoError if it ended within a record.
   */
  end(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.idle) return;
    const lacks =
      this.#missing === undefined ? "within the length of a record" : `${this.#missing} bytes short of a record`;
    throw this.#fail("RECORDIO_TRUNCATED", this.#offset, `The stream ended ${lacks}.`);
  }

  /** Reads digits from `at` up to the newline, and returns where the next byte to read is. */
  #readLength(chunk: Uint8Array, start: number): number {
    // Most lengths are whole, short and right: only the others are looked at byte by byte.
    if (this.#lengthText === "") {
      let length = 0;
      for (let at = start; at < start + USUAL_DIGITS && at < chunk.length; at++) {
        const byte = chunk[at] ?? NEWLINE;
        if (byte === NEWLINE && at > start && length <= this.#limitBytes) {
          this.#missing = length;
          return at + 1;
        }
        if (byte < ZERO || byte > NINE) break;
        length = length * 10 + byte - ZERO;
      }
    }
    for (let at = start; at < chunk.length; at++) {
      const byte = chunk[at] ?? NEWLINE;
      if (byte === NEWLINE && this.#lengthText !== "") {
        this.#missing = Number(this.#lengthText);
        return at + 1;
      }
      if (byte < ZERO || byte > NINE) {
        const seen = JSON.stringify(String.fromCharCode(byte));
        throw this.#fail(
          "RECORDIO_MALFORMED",
          this.#offset + at,
          `Expected the length of a record, but found ${seen}.`,
        );
      }
      // Leading zeros must not make an endless length out of a small number.
      this.#lengthText += String.fromCharCode(byte);
      if (Number(this.#lengthText) > this.#limitBytes || this.#lengthText.length > 20) {
        throw this.#fail(
          "RECORDIO_OVERSIZED",
          this.#recordOffset,
          `A record announces ${this.#lengthText} bytes or more; ${this.#limitBytes} are allowed.`,
        );
      }
    }
    return chunk.length;
  }

  /** Reads the length of a record, and the record itself if the chunk has all of it, as with most. */
  #begin(chunk: Uint8Array, start: number, records: Made[]): number {
    const at = this.#readLength(chunk, start);
    const length = this.#missing;
    if (length === undefined || length > chunk.length - at) return at;
    records.push(this.#take(chunk, at, at + length));
    this.#nextRecord(at + length);
    return at + length;
  }

  #goOn(chunk: Uint8Array, at: number, { missing, records }: { missing: number; records: Made[] }): number {
    const part = chunk.subarray(at, at + missing);
    this.#parts.push(part);
    this.#missing = missing - part.length;
    if (this.#missing === 0) {
      const whole = this.#parts.length === 1 ? part : Buffer.concat(this.#parts);
      records.push(this.#take(whole, 0, whole.length));
      this.#parts = [];
      this.#nextRecord(at + part.length);
    }
    return at + part.length;
  }

  #nextRecord(at: number): void {
    this.#missing = undefined;
    this.#lengthText = "";
    this.#recordOffset = this.#offset + at;
  }

  #fail(code: string, offset: number, message: string): RecordIoError {
    this.#parts = [];
    this.#failure = new RecordIoError(`${message} (byte ${offset} of the stream)`, {
      code,
      offset,
      hint: "Check that the address is that of a Mesos master or agent, and that no proxy changes or cuts its streams.",
    });
    return this.#failure;
  }
}
