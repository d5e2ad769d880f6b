import { expect, it } from "vitest";
import { logPath } from "../../../src/engine/common/logging-flags.ts";

const none = { external_log_file: undefined, log_dir: undefined, logging_level: "INFO" };

it.each([
  [{}, undefined],
  [{ log_dir: "/var/log/mesos" }, "/var/log/mesos/mesos-agent.INFO"],
  [{ log_dir: "/var/log/mesos", logging_level: "WARNING" }, "/var/log/mesos/mesos-agent.WARNING"],
  [{ log_dir: "/var/log/mesos", external_log_file: "/var/log/agent" }, "/var/log/agent"],
])("a program's log is found by its flags: %j", (flags, path) => {
  expect(logPath("mesos-agent", { ...none, ...flags })).toBe(path);
});
