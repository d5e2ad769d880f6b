// Many small writes of one turn of the event loop as one: a system call costs more than a record.

interface Corkable {
  readonly writableCorked: number;
  cork(): void;
  uncork(): void;
}

/** Holds back what is written from here on until the other events of this turn have been dealt with. */
export function corkForNow(stream: Corkable): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}
