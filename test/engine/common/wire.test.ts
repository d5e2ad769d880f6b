import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConversionError, messageFromJson } from "../../../src/engine/common/wire/from-json.ts";
import { JsonSyntaxError, parseJson } from "../../../src/engine/common/wire/json-syntax.ts";
import { Schema } from "../../../src/mesos/protobuf/definition.ts";
import { MESOS_MESSAGES } from "../../../src/mesos/protobuf/mesos-messages.ts";
import { OPERATOR_CALLS } from "../../../src/mesos/protobuf/operator-calls.ts";
import { SCHEDULER_CALLS } from "../../../src/mesos/protobuf/scheduler-calls.ts";

const schema = new Schema(MESOS_MESSAGES, SCHEDULER_CALLS, OPERATOR_CALLS);
const convert = (name: string, value: unknown): object => messageFromJson(schema, name, value);

describe("the tables of messages", () => {
  const names = [MESOS_MESSAGES, SCHEDULER_CALLS, OPERATOR_CALLS].flatMap(({ messages }) => Object.keys(messages));
  it.each(names)("%s refers only to types that are there, and numbers no two fields alike", (name) => {
    const numbers = [...schema.message(name).values()].map(({ number }) => number);
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});

describe("messageFromJson", () => {
  it("takes null as absent, text as numbers and booleans, and one value for a list of one", () => {
    const given = { user: "root", name: "x", role: null, failover_timeout: "1.5", checkpoint: "true", roles: "dev" };
    expect(convert("FrameworkInfo", given)).toEqual({
      ...{ user: "root", name: "x", failover_timeout: 1.5, checkpoint: true, roles: ["dev"] },
    });
  });

  it("lets unknown fields through and unknown names of an enumeration fall away", () => {
    const capabilities = [{ type: "MULTI_ROLE" }, { type: "FROM_THE_FUTURE", level: 3 }];
    expect(convert("FrameworkInfo", { user: "u", name: "n", colour: "blue", capabilities })).toEqual({
      ...{ user: "u", name: "n", colour: "blue", capabilities: [{ type: "MULTI_ROLE" }, { level: 3 }] },
    });
  });

  it("takes an object for a map, and looks into its values", () => {
    const filters = { a: { min_allocatable_resources: { quantities: [{ quantities: { cpus: { value: "0.5" } } }] } } };
    expect(convert("FrameworkInfo", { user: "u", name: "n", offer_filters: filters })).toMatchObject({
      offer_filters: { a: { min_allocatable_resources: { quantities: [{ quantities: { cpus: { value: 0.5 } } }] } } },
    });
    const quota = (limits: unknown) => () => convert("quota.QuotaConfig", { role: "a", limits });
    expect(quota([])).toThrow("Not expecting a JSON array for field 'limits'");
    expect(quota("much")).toThrow("Not expecting a JSON string for field 'limits'");
    expect(quota({ cpus: {} })).toThrow("Missing required fields: limits[0].value.value");
  });

  it("keeps a field called __proto__ a field", () => {
    const message = convert("FrameworkID", JSON.parse('{"value":"x","__proto__":{"admin":true}}'));
    expect((message as { admin?: boolean }).admin).toBeUndefined();
  });

  it.each([
    ["scheduler.Call", [], "Expecting a JSON object"],
    ["scheduler.Call", { subscribe: "yes" }, "Not expecting a JSON string for field 'subscribe'"],
    ["scheduler.Call", { subscribe: true }, "Not expecting a JSON boolean for field 'subscribe'"],
    ["scheduler.Call", { subscribe: [{}] }, "Not expecting a JSON array for field 'subscribe'"],
    ["scheduler.Call", { type: 7 }, "Not expecting a JSON number for field 'type'"],
    ["FrameworkID", { value: {} }, "Not expecting a JSON object for field 'value'"],
    ["Filters", { refuse_seconds: "soon" }, "Failed to parse 'soon' as a JSON number for field 'refuse_seconds'"],
    ["Resource", { name: "cpus", type: "WEIGHT" }, "Failed to find enum for 'WEIGHT'"],
    ["scheduler.Call", { subscribe: {} }, "Missing required fields: subscribe.framework_info"],
    [
      "scheduler.Call",
      { accept: { operations: [{ launch: { task_infos: [{ name: "x", agent_id: {} }] } }] } },
      "Missing required fields: accept.operations[0].launch.task_infos[0].task_id," +
        " accept.operations[0].launch.task_infos[0].agent_id.value",
    ],
  ])("refuses a %s of %j in Mesos's words", (name, value, message) => {
    expect(() => convert(name, value)).toThrow(new ConversionError(message));
  });
});

describe("parseJson", () => {
  it.each([
    ["", "syntax error at line 1 near: "],
    ["{nope", "syntax error at line 1 near: nope"],
    ['{"a":1,}', "syntax error at line 1 near: }"],
    ["[1,\n2 3]", "syntax error at line 2 near: 3]"],
    ['{"a":1} x', "Parsed JSON included non-whitespace trailing characters:  x"],
  ])("refuses %j in Mesos's words", (text, message) => {
    expect(() => parseJson(text)).toThrow(new JsonSyntaxError(message));
  });

  it("refuses what is nested too deeply, brackets within strings not counted", () => {
    expect(() => parseJson("[".repeat(201) + "]".repeat(201))).toThrow(JsonSyntaxError);
    expect(parseJson(JSON.stringify(["[".repeat(500)]))).toEqual(["[".repeat(500)]);
  });

  it("takes strings of any length, in what is JSON and in what is not", () => {
    const long = JSON.stringify({ data: "a\\".repeat(4_000_000) });
    expect(parseJson(long)).toEqual(JSON.parse(long));
    expect(() => parseJson(long.slice(0, -1))).toThrow("syntax error at line 1 near: ");
  });

  it("agrees with JSON about what is JSON", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it("refuses damaged JSON and nothing else, always with an end", () => {
    const damaged = fc.tuple(fc.json(), fc.nat(), fc.constantFrom("", "x", "]", "}", ",", '"', "\\", ":"));
    const property = fc.property(damaged, ([text, position, put]) => {
      const at = position % (text.length + 1);
      const changed = text.slice(0, at) + put + text.slice(at + 1);
      let isJson = true;
      try {
        JSON.parse(changed);
      } catch {
        isJson = false;
      }
      if (isJson) expect(parseJson(changed)).toEqual(JSON.parse(changed));
      else expect(() => parseJson(changed)).toThrow(JsonSyntaxError);
    });
    fc.assert(property);
  });
});
