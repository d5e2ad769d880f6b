import { describe, expect, it } from "vitest";
import { Normalizer } from "./normalizer.ts";

const uuid = "327f90a5-0b51-4c2a-9d0e-2f0c4a1b7e66";
const other = "00000000-0b51-4c2a-9d0e-2f0c4a1b7e66";

describe("the normalizer", () => {
  it("numbers each kind of ID by its first appearance, and knows it again", () => {
    const normalizer = new Normalizer();
    expect(normalizer.normalize([`${uuid}-0001`, `${uuid}-S0`, `${uuid}-O12`, uuid])).toEqual([
      "<FRAMEWORK-1>",
      "<AGENT-1>",
      "<OFFER-1>",
      "<UUID-1>",
    ]);
    expect(normalizer.normalize(`container '${other}' of ${uuid}-0001 on ${uuid}-S1`)).toBe(
      "container '<UUID-2>' of <FRAMEWORK-1> on <AGENT-2>",
    );
  });

  it("replaces addresses, temporary folders and what a program printed", () => {
    const text = (value: string) => new Normalizer().normalize(value);
    expect(text("//127.0.0.1:5050/state at 10.1.2.3")).toBe("//<IP>:<PORT>/state at <IP>");
    expect(text("http://localhost:12345/")).toBe("http://<IP>:<PORT>/");
    expect(text("/tmp/a1B2c3/provisioner")).toBe("<TMP>/provisioner");
    expect(text("exited; stderr='no\nsuch image'; end")).toBe("exited; stderr='<STDERR>'; end");
  });

  it("replaces times, ports, process IDs, builds and bytes by their field's name", () => {
    const value = {
      registered_time: 17.5,
      port: 5050,
      executor_pid: 12,
      version: "1.12.0",
      uuid: "q83v",
      data: "aGk=",
    };
    expect(new Normalizer().normalize(value)).toEqual({
      registered_time: "<NUM>",
      port: "<NUM>",
      executor_pid: "<NUM>",
      version: "<BUILD>",
      uuid: "<UUID>",
      data: "<DATA>",
    });
  });

  it("replaces what the scenario made up", () => {
    const normalizer = new Normalizer();
    normalizer.hide("task-12ab", "<TASK>");
    expect(normalizer.normalize({ id: "task-12ab", path: "/runs/task-12ab/x" })).toEqual({
      id: "<TASK>",
      path: "/runs/<TASK>/x",
    });
  });

  it("leaves wording, order, counts and statuses as they are", () => {
    const value = { status: 403, response: "Framework is not subscribed", list: [3, 1, 2], cpus: 0.1, healthy: false };
    expect(new Normalizer().normalize(value)).toEqual(value);
  });

  it("sorts fields, and leaves out those that are undefined", () => {
    const normalized = new Normalizer().normalize({ b: 1, a: undefined, A: null });
    expect(JSON.stringify(normalized)).toBe('{"A":null,"b":1}');
  });
});
