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
  const there = attributeText(offer, name);
  const wanted = wording(operator, valuesOf(constraint));
  return there === undefined ? `no attribute ${name}, wanted ${wanted}` : `${name} is ${there}, wanted ${wanted}`;
}

/** Whether an agent does, as far as this constraint can tell by the agent alone. */
export function holds(constraint: Constraint, offer: Offer): boolean {
  let test = tests.get(constraint);
  if (test === undefined) {
    test = compile(constraint);
    tests.set(constraint, test);
  }
  return test(offer);
}

/** The same for all of them at once, and for whoever has many offers to ask about. */
export function holdAll(constraints: readonly Constraint[]): (offer: Offer) => boolean {
  const all = constraints.map(compile);
  return (offer) => {
    for (const test of all) if (!test(offer)) return false;
    return true;
  };
}

/** Regular expressions and lists are made once for each constraint, however many offers there are. */
const tests = new WeakMap<Constraint, (offer: Offer) => boolean>();

function compile(constraint: Constraint): (offer: Offer) => boolean {
  const [name] = constraint;
  const test = testOf(constraint);
  if (name === "hostname") return ({ hostname }) => test.text(hostname);
  return (offer) => {
    const attribute = attributeOf(offer, name);
    if (attribute === undefined) return test.absent;
    return attribute.type === "TEXT" ? test.text(attribute.text?.value ?? "") : test.other(attribute);
  };
}

/** What a constraint makes of an attribute. Most are text, and then nothing is made to look at it. */
interface Test {
  text: (text: string) => boolean;
  other: (attribute: Attribute) => boolean;
  absent: boolean;
}

function testOf(constraint: Constraint): Test {
  const [, operator] = constraint;
  const wanted = valuesOf(constraint);
  switch (operator) {
    case "EQUALS":
    case "IN":
      return {
        text: (text) => wanted.includes(text),
        other: (attribute) => wanted.some((one) => equals(attribute, one)),
        absent: false,
      };
    case "LIKE": {
      const pattern = wholePattern(wanted);
      const text = (value: string): boolean => pattern.test(value);
      return { text, other: (attribute) => text(printAttribute(attribute)), absent: false };
    }
    case "UNLIKE": {
      const pattern = wholePattern(wanted);
      const text = (value: string): boolean => !pattern.test(value);
      // What is not there is unlike anything.
      return { text, other: (attribute) => text(printAttribute(attribute)), absent: true };
    }
    case "UNIQUE":
    case "GROUP_BY":
    case "MAX_PER":
      return { text: () => true, other: () => true, absent: false };
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
  if (name === "hostname") return offer.hostname;
  const attribute = attributeOf(offer, name);
  return attribute && printAttribute(attribute);
}

function attributeOf({ attributes = [] }: Offer, name: string): Attribute | undefined {
  for (const attribute of attributes) if (attribute.name === name) return attribute;
  return undefined;
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
