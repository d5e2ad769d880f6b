// Constraints of an app against the attributes of an agent.
import { printScalar } from "../mesos/print-resources.ts";
import { includes, printRanges } from "../mesos/ranges.ts";
import type { Attribute, Offer } from "../mesos/types.ts";
import type { Constraint } from "./app-spec.ts";

/** Why an agent does not do, as in "rack is c3po, wanted r2d2"; undefined if it does. */
export function constraintProblem([name, operator, value]: Constraint, offer: Offer): string | undefined {
  const attribute = attributeOf(offer, name);
  const wanted = Array.isArray(value) ? value : [value];
  if (attribute === undefined) {
    // What is not there is unlike anything.
    return operator === "UNLIKE" ? undefined : `no attribute ${name}, wanted ${wording(operator, wanted)}`;
  }
  const pattern = new RegExp(`^(?:${wanted[0] ?? ""})$`);
  const holds = {
    EQUALS: () => wanted.some((one) => equals(attribute, one)),
    IN: () =>
      wanted.flatMap((one) => (Array.isArray(value) ? [one] : one.split(","))).some((one) => equals(attribute, one)),
    LIKE: () => pattern.test(printAttribute(attribute)),
    UNLIKE: () => !pattern.test(printAttribute(attribute)),
  }[operator]();
  return holds ? undefined : `${name} is ${printAttribute(attribute)}, wanted ${wording(operator, wanted)}`;
}

/** As Mesos writes an attribute's value. */
export function printAttribute(attribute: Attribute): string {
  switch (attribute.type) {
    case "SCALAR":
      return printScalar(attribute.scalar?.value ?? 0);
    case "RANGES":
      return printRanges(attribute.ranges?.range ?? []);
    case "SET":
      return `{${(attribute.set?.item ?? []).join(", ")}}`;
    case "TEXT":
      return attribute.text?.value ?? "";
  }
}

function attributeOf(offer: Offer, name: string): Attribute | undefined {
  if (name === "hostname") return { name, type: "TEXT", text: { value: offer.hostname } };
  return offer.attributes?.find((attribute) => attribute.name === name);
}

/** A number may be one of the attribute's ranges, a word one of its set. */
function equals(attribute: Attribute, wanted: string): boolean {
  switch (attribute.type) {
    case "SCALAR":
      return attribute.scalar?.value === Number(wanted);
    case "RANGES":
      return includes(attribute.ranges?.range ?? [], Number(wanted)) || printAttribute(attribute) === wanted;
    case "SET":
      return attribute.set?.item?.includes(wanted) ?? false;
    case "TEXT":
      return attribute.text?.value === wanted;
  }
}

function wording(operator: Constraint[1], wanted: string[]): string {
  switch (operator) {
    case "EQUALS":
      return wanted.join(", ");
    case "IN":
      return `one of ${wanted.join(", ")}`;
    case "LIKE":
      return `something like ${wanted.join(", ")}`;
    case "UNLIKE":
      return `nothing like ${wanted.join(", ")}`;
  }
}
