// What goes in and out of a command that is attached to: ProcessIO of include/mesos/v1/agent/agent.proto.
import type { ContainerID } from "../../mesos/types.ts";

export interface WindowSize {
  rows: number;
  columns: number;
}

export interface ProcessIo {
  type?: "UNKNOWN" | "DATA" | "CONTROL";
  data?: {
    type?: "UNKNOWN" | "STDIN" | "STDOUT" | "STDERR";
    /** Base64. */
    data?: string;
  };
  control?: {
    type?: "UNKNOWN" | "TTY_INFO" | "HEARTBEAT";
    tty_info?: { window_size?: WindowSize };
    heartbeat?: { interval?: { nanoseconds: number } };
  };
}

export interface AttachContainerInput {
  type?: "UNKNOWN" | "CONTAINER_ID" | "PROCESS_IO";
  container_id?: ContainerID;
  process_io?: ProcessIo;
}

const NUMBER_OF = { UNKNOWN: 0, CONTAINER_ID: 1, PROCESS_IO: 2 } as const;

/** What is wrong with a message that is to be input, in Mesos's words; undefined if nothing is. */
export function inputProblem({ type = "UNKNOWN", process_io: io }: AttachContainerInput): string | undefined {
  if (type !== "PROCESS_IO")
    return `Expecting 'attach_container_input.type' to be 'PROCESS_IO' instead of: '${NUMBER_OF[type]}'`;
  if (io === undefined) return "Expecting 'attach_container_input.process_io' to be present";
  if (io.type === undefined) return "Expecting 'process_io.type' to be present";
  if (io.type === "DATA") return dataProblem(io.data);
  if (io.type === "CONTROL") return controlProblem(io.control);
  return "'process_io.type' is unknown";
}

function dataProblem(data: ProcessIo["data"]): string | undefined {
  if (data === undefined) return "Expecting 'process_io.data' to be present";
  if (data.type === undefined) return "Expecting 'process_io.data.type' to be present";
  if (data.type !== "STDIN") return "Expecting 'process_io.data.type' to be 'STDIN'";
  return data.data === undefined ? "Expecting 'process_io.data.data' to be present" : undefined;
}

function controlProblem(control: ProcessIo["control"]): string | undefined {
  if (control === undefined) return "Expecting 'process_io.control' to be present";
  if (control.type === undefined) return "Expecting 'process_io.control.type' to be present";
  if (control.type === "HEARTBEAT")
    return control.heartbeat === undefined ? "Expecting 'process_io.control.heartbeat' to be present" : undefined;
  if (control.type !== "TTY_INFO") return "'process_io.control.type' is unknown";
  if (control.tty_info === undefined) return "Expecting 'process_io.control.tty_info' to be present";
  return control.tty_info.window_size === undefined ? "Expecting 'tty_info.window_size' to be present" : undefined;
}
