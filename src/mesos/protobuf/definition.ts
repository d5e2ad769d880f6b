// Protocol buffer messages described as data. One field is written `name:Type=number`; `!` behind the type means that it is
// required, `[]` that it is repeated, `{}` that it is a map from strings to that type. Fields of a message are separated by
// spaces: "value:string!=1 path:string=2".

export const SCALAR_TYPES = ["string", "bytes", "bool", "double", "int32", "int64", "uint32", "uint64"] as const;
export type ScalarType = (typeof SCALAR_TYPES)[number];

export interface Field {
  name: string;
  number: number;
  label: "required" | "repeated" | "map" | "optional";
  type: { scalar: ScalarType } | { message: string } | { enumeration: string };
}

/** Messages and enumerations by name, as they stand in the tables. */
export interface Definitions {
  messages: Record<string, string>;
  enums: Record<string, string>;
}

/** The tables taken apart; one that refers to a type that is not there is refused when it is used first. */
export class Schema {
  readonly #definitions: Definitions;
  readonly #messages = new Map<string, Map<string, Field>>();
  readonly #numbered = new Map<string, Map<number, Field>>();
  readonly #enums = new Map<string, Map<string, number>>();
  readonly #enumNames = new Map<string, Map<number, string>>();

  constructor(...parts: Definitions[]) {
    this.#definitions = {
      messages: Object.assign({}, ...parts.map((part) => part.messages)) as Record<string, string>,
      enums: Object.assign({}, ...parts.map((part) => part.enums)) as Record<string, string>,
    };
  }

  /** Fields by name, in the order of the table. */
  message(name: string): Map<string, Field> {
    let fields = this.#messages.get(name);
    if (!fields) {
      const source = this.#definitions.messages[name];
      if (source === undefined) throw new Error(`No message is called ${name}`);
      fields = new Map(words(source).map((word) => [word.slice(0, word.indexOf(":")), this.#field(word)]));
      this.#messages.set(name, fields);
    }
    return fields;
  }

  /** Fields by number, lowest first: the order in which protobuf writes them. */
  numbered(name: string): Map<number, Field> {
    let fields = this.#numbered.get(name);
    if (!fields) {
      const sorted = [...this.message(name).values()].sort((a, b) => a.number - b.number);
      fields = new Map(sorted.map((field) => [field.number, field]));
      this.#numbered.set(name, fields);
    }
    return fields;
  }

  /** Numbers by name. */
  enumeration(name: string): Map<string, number> {
    let values = this.#enums.get(name);
    if (!values) {
      const pairs = words(this.#definitions.enums[name] ?? "").map((word) => word.split("="));
      values = new Map(pairs.map(([key, number]) => [key ?? "", Number(number)]));
      this.#enums.set(name, values);
    }
    return values;
  }

  /** Names by number. */
  enumerationNames(name: string): Map<number, string> {
    let names = this.#enumNames.get(name);
    if (!names) {
      names = new Map([...this.enumeration(name)].map(([key, number]) => [number, key]));
      this.#enumNames.set(name, names);
    }
    return names;
  }

  #field(word: string): Field {
    const match = /^(?<name>\w+):(?<type>[\w.]+)(?<label>!|\[\]|\{\})?=(?<number>\d+)$/.exec(word);
    const { name, type, label, number } = match?.groups ?? {};
    if (name === undefined || type === undefined) throw new Error(`Not a field: ${word}`);
    return {
      name,
      number: Number(number),
      label: LABELS[label ?? ""] ?? "optional",
      type: this.#type(type),
    };
  }

  #type(type: string): Field["type"] {
    if ((SCALAR_TYPES as readonly string[]).includes(type)) return { scalar: type as ScalarType };
    if (type in this.#definitions.messages) return { message: type };
    if (type in this.#definitions.enums) return { enumeration: type };
    throw new Error(`No type is called ${type}`);
  }
}

const LABELS: Record<string, Field["label"]> = { "!": "required", "[]": "repeated", "{}": "map" };

const words = (source: string): string[] => source.split(" ").filter((word) => word !== "");
