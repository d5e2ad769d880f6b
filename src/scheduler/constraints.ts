// Constraints of an app against the attributes of an agent: those that look at one agent alone. How instances are spread
// over agents is in spread.ts.
import { printScalar } from "../mesos/print-resources.ts";
import { includes, printRanges } from "../mesos/ranges.ts";
import type { Attribute, Offer } from "../mesos/types.ts";
import type { Constraint } from "./app-spec.ts";

/** Why an agent does not do, as in "rack is c3po, wanted r2d2"; undefined if it does. */
export function constraintProblem(constraint: Constraint, offer: Offer): string | undefined {
  const [name, operator] = constraint;
  if (holds(constraint, offer)) return undefined;
  const attribute = attributeOf(offer, name);
  const wanted = wording(operator, valuesOf(constraint));
  return attribute === undefined
    ? `no attribute ${name}, wanted ${wanted}`
    : `${name} is ${printAttribute(attribute)}, wanted ${wanted}`;
}

/** Whether an agent does, as far as this constraint can tell by the agent alone. */
export function holds(constraint: Constraint, offer: Offer): boolean {
  return compiled(constraint)(attributeOf(offer, constraint[0]));
}

type Test = (attribute: Attribute | undefined) => boolean;

/** Regular expressions and lists are made once for each constraint, however many offers there are. */
const tests = new WeakMap<Constraint, Test>();

function compiled(constraint: Constraint): Test {
  let test = tests.get(constraint);
  if (test === undefined) {
    test = compile(constraint);
    tests.set(constraint, test);
  }
  return test;
}

function compile(constraint: Constraint): Test {
  const [, operator] = constraint;
  const wanted = valuesOf(constraint);
  switch (operator) {
    case "EQUALS":
    case "IN":
      return (attribute) => attribute !== undefined && wanted.some((one) => equals(attribute, one));
    case "LIKE": {
      const pattern = wholePattern(wanted);
      return (attribute) => attribute !== undefined && pattern.test(printAttribute(attribute));
    }
    case "UNLIKE": {
      const pattern = wholePattern(wanted);
      // What is not there is unlike anything.
      return (attribute) => attribute === undefined || !pattern.test(printAttribute(attribute));
    }
    case "UNIQUE":
    case "GROUP_BY":
    case "MAX_PER":
      return (attribute) => attribute !== undefined;
  }
}

const wholePattern = ([pattern = ""]: string[]): RegExp => new RegExp(`^(?:${pattern})$`);

/** IN takes a list, or text with commas. */
function valuesOf([, operator, value]: Constraint): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  return operator === "IN" ? value.split(",") : [value];
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

/** What the agent of an offer has under that name, in Mesos's way of writing it; `hostname` is its name. */
export function attributeText(offer: Offer, name: string): string | undefined {
  const attribute = attributeOf(offer, name);
  return attribute && printAttribute(attribute);
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
    case "UNIQUE":
    case "GROUP_BY":
    case "MAX_PER":
      return "any to spread by";
  }
}
