import { expect, it } from "vitest";
import { inputProblem, type ProcessIo } from "../../../src/engine/sessions/process-io.ts";

const io = (process_io: ProcessIo) => ({ type: "PROCESS_IO" as const, process_io });

it.each([
  [{}, "Expecting 'attach_container_input.type' to be 'PROCESS_IO' instead of: '0'"],
  [{ type: "CONTAINER_ID" as const }, "Expecting 'attach_container_input.type' to be 'PROCESS_IO' instead of: '1'"],
  [{ type: "PROCESS_IO" as const }, "Expecting 'attach_container_input.process_io' to be present"],
  [io({}), "Expecting 'process_io.type' to be present"],
  [io({ type: "UNKNOWN" }), "'process_io.type' is unknown"],
  [io({ type: "DATA" }), "Expecting 'process_io.data' to be present"],
  [io({ type: "DATA", data: {} }), "Expecting 'process_io.data.type' to be present"],
  [io({ type: "DATA", data: { type: "STDOUT", data: "" } }), "Expecting 'process_io.data.type' to be 'STDIN'"],
  [io({ type: "DATA", data: { type: "STDIN" } }), "Expecting 'process_io.data.data' to be present"],
  [io({ type: "DATA", data: { type: "STDIN", data: "" } }), undefined],
  [io({ type: "CONTROL" }), "Expecting 'process_io.control' to be present"],
  [io({ type: "CONTROL", control: {} }), "Expecting 'process_io.control.type' to be present"],
  [io({ type: "CONTROL", control: { type: "UNKNOWN" } }), "'process_io.control.type' is unknown"],
  [io({ type: "CONTROL", control: { type: "HEARTBEAT" } }), "Expecting 'process_io.control.heartbeat' to be present"],
  [io({ type: "CONTROL", control: { type: "TTY_INFO" } }), "Expecting 'process_io.control.tty_info' to be present"],
  [
    io({ type: "CONTROL", control: { type: "TTY_INFO", tty_info: {} } }),
    "Expecting 'tty_info.window_size' to be present",
  ],
  [
    io({ type: "CONTROL", control: { type: "TTY_INFO", tty_info: { window_size: { rows: 1, columns: 2 } } } }),
    undefined,
  ],
])("says what is wrong with input, as Mesos does: %j", (message, problem) => {
  expect(inputProblem(message)).toBe(problem);
});
