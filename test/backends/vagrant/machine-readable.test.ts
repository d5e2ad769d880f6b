import { describe, expect, it } from "vitest";
import {
  errorOf,
  machineStates,
  parseMessage,
  spokenLines,
  type VagrantMessage,
} from "../../../src/backends/vagrant/machine-readable.ts";

const parse = (text: string): VagrantMessage[] => text.split("\n").flatMap((line) => parseMessage(line) ?? []);

// As Debian's Vagrant 2.3.4 printed them.
const status = [
  "1795257444,a,metadata,provider,docker",
  "1795257444,a,provider-name,docker",
  "1795257444,a,state,not_created",
  "1795257444,b,state,running",
  "1795257444,a,state-human-short,not created",
].join("\n");

const failed = [
  "1795257448,a,ui,info,==> a: Creating and configuring docker networks...",
  "Some program's own words, with commas",
  "1795257448,,error-exit,VagrantPlugins::DockerProvider::Errors::ExecuteError,A Docker command executed by Vagrant didn't\\ncomplete%!(VAGRANT_COMMA) or not",
].join("\n");

describe("what vagrant --machine-readable prints", () => {
  it("is read message by message, commas and line ends restored", () => {
    expect(parseMessage("1795257444,mesos-agent,ui,info,one%!(VAGRANT_COMMA) two\\nthree")).toEqual({
      atSecs: 1795257444,
      machine: "mesos-agent",
      type: "ui",
      data: ["info", "one, two\nthree"],
    });
  });

  it("gives the state of every machine", () => {
    expect([...machineStates(parse(status))]).toEqual([
      ["a", "not_created"],
      ["b", "running"],
    ]);
  });

  it("gives the error by the name of its class, whatever else was printed", () => {
    expect(errorOf(parse(failed))).toEqual({
      name: "ExecuteError",
      text: "A Docker command executed by Vagrant didn't\ncomplete, or not",
    });
    expect(errorOf(parse(status))).toBeUndefined();
  });

  it("gives what is said to people with the machine that it is about", () => {
    expect(spokenLines(parse(failed))).toEqual([{ machine: "a", line: "Creating and configuring docker networks..." }]);
    expect(spokenLines(parse("1,,ui,info,==> mesos-agent: one\\n    mesos-agent: two\\n\\nthree"))).toEqual([
      { machine: "mesos-agent", line: "one" },
      { machine: "mesos-agent", line: "two" },
      { machine: "", line: "three" },
    ]);
  });

  it.each(["", "no message", "abc,machine,ui,info", "12"])("leaves %j out", (line) => {
    expect(parseMessage(line)).toBeUndefined();
  });
});
