import { describe, expect, it } from "vitest";
import { Schema } from "../../../src/mesos/protobuf/definition.ts";
import { MESOS_MESSAGES } from "../../../src/mesos/protobuf/mesos-messages.ts";
import { printMessage } from "../../../src/mesos/protobuf/text-format.ts";

const schema = new Schema(MESOS_MESSAGES);

describe("protocol buffers' text format", () => {
  it("has fields in the order of their numbers, and messages two spaces deeper", () => {
    const resources = [{ name: "cpus", type: "SCALAR", scalar: { value: 0.1 }, allocation_info: { role: "*" } }];
    const message = { type: "DEFAULT", framework_id: { value: "f" }, resources, executor_id: { value: "e" } };
    expect(printMessage(schema, "ExecutorInfo", message)).toBe(
      [
        'executor_id {\n  value: "e"\n}',
        'resources {\n  name: "cpus"\n  type: SCALAR\n  scalar {\n    value: 0.1\n  }',
        '  allocation_info {\n    role: "*"\n  }\n}',
        'framework_id {\n  value: "f"\n}',
        "type: DEFAULT\n",
      ].join("\n"),
    );
  });

  it("writes what a quoted string cannot hold as C does", () => {
    const message = { name: 'a "b"\n\\é', data: Buffer.from([0, 7, 65]).toString("base64") };
    expect(printMessage(schema, "ExecutorInfo", message)).toBe(
      'data: "\\000\\007A"\nname: "a \\"b\\"\\n\\\\\\303\\251"\n',
    );
  });

  it("shows every value of a repeated field, and a message without fields as empty", () => {
    const message = { labels: { labels: [{ key: "a", value: "1" }, { key: "b" }] }, command: {} };
    expect(printMessage(schema, "ExecutorInfo", message)).toBe(
      'command {\n}\nlabels {\n  labels {\n    key: "a"\n    value: "1"\n  }\n  labels {\n    key: "b"\n  }\n}\n',
    );
  });
});
