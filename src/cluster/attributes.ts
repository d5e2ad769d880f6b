// Attributes of an agent: the text of its --attributes (docs/attributes-resources.md) to and from v1 JSON.
import { ConfigError } from "../errors.ts";
import type { Attribute } from "../mesos/types.ts";
import { parseValue, printValue, ValueTextError } from "./value-text.ts";
import type { MesosValue } from "./value-text.ts";

/**
 * Reads `rack:r2d2;pod:demo,dev;zone:[1-3]`. Names keep their spaces and may repeat, as in Mesos.
 * @throws ConfigError ATTRIBUTES_INVALID for whatever makes a real agent abort at its start, sets among it.
 */
export function parseAttributes(text: string): Attribute[] {
  return text
    .split(/[;\n]/)
    .filter((pair) => pair !== "")
    .map(parseAttribute);
}

/** The text that `parseAttributes` reads. */
export function printAttributes(attributes: readonly Attribute[]): string {
  return attributes.map((attribute) => `${attribute.name}:${attributeText(attribute)}`).join(";");
}

/** The value alone, as Mesos prints it: `r2d2`, `2.5`, `[1-3]`. */
export function attributeText(attribute: Attribute): string {
  return printValue(attribute as MesosValue);
}

function parseAttribute(pair: string): Attribute {
  const colon = pair.indexOf(":");
  const [name, text] = [pair.slice(0, colon), pair.slice(colon + 1)];
  if (colon < 1 || text === "") throw invalid(`Invalid attribute key:value pair '${pair}'`);
  const value = parse(name, text);
  if (value.type === "SET") throw invalid(`Bad type for attribute ${name} text ${text} type SET`);
  return { name, ...value };
}

function parse(name: string, text: string): MesosValue {
  try {
    return parseValue(text);
  } catch (error) {
    if (!(error instanceof ValueTextError)) throw error;
    throw invalid(`Failed to parse attribute ${name} text ${text} error ${error.message}`);
  }
}

function invalid(message: string): ConfigError {
  return new ConfigError(message, {
    code: "ATTRIBUTES_INVALID",
    hint: "Write attributes as name:value;name:value, where a value is text, a number or ranges such as [1-3].",
  });
}
