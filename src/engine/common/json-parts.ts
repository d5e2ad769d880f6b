// JSON of many parts, made while it is written: neither its text nor what it is made from is ever there as a whole.

/** An array whose items are described one by one, when they are written. */
export class JsonList {
  readonly items: Iterable<unknown>;

  constructor(items: Iterable<unknown>) {
    this.items = items;
  }

  toJSON(): unknown[] {
    return [...this.items];
  }
}

/** An object with such arrays among its fields, or further down in objects that are marked so too. */
export class JsonParts {
  readonly fields: Record<string, unknown>;

  constructor(fields: Record<string, unknown>) {
    this.fields = fields;
  }

  toJSON(): Record<string, unknown> {
    return this.fields;
  }
}

/** Each item as `describe` makes it when its time has come. */
export function* described<Item>(items: Iterable<Item>, describe: (item: Item) => unknown): Generator {
  for (const item of items) yield describe(item);
}

/** As plain values, for those who do not write JSON; all of it is there at once. */
export function whole(value: JsonParts | JsonList): unknown {
  const plain = (item: unknown): unknown =>
    item instanceof JsonParts || item instanceof JsonList ? whole(item) : item;
  if (value instanceof JsonList) return [...value.items].map(plain);
  return Object.fromEntries(Object.entries(value.fields).map(([name, field]) => [name, plain(field)]));
}

/** The text that JSON.stringify would give, in pieces: none is larger than one item of a list. */
export function* jsonPieces(value: unknown): Generator<string> {
  if (value instanceof JsonList) {
    let separator = "[";
    for (const item of value.items) {
      yield separator;
      yield* jsonPieces(item);
      separator = ",";
    }
    yield separator === "[" ? "[]" : "]";
  } else if (value instanceof JsonParts) {
    let separator = "{";
    for (const [name, field] of Object.entries(value.fields)) {
      if (field === undefined) continue;
      yield `${separator}${JSON.stringify(name)}:`;
      yield* jsonPieces(field);
      separator = ",";
    }
    yield separator === "{" ? "{}" : "}";
  } else yield value === undefined ? "null" : JSON.stringify(value);
}
