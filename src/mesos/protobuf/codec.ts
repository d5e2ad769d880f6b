// The v1 messages between their protobuf bytes and their JSON shapes, by name. To be imported when it is first needed:
// most masters and agents never hear a word of protobuf.
import { AGENT_MESSAGES } from "./agent-messages.ts";
import { decode } from "./decode.ts";
import { Schema } from "./definition.ts";
import { encode } from "./encode.ts";
import { EXECUTOR_MESSAGES } from "./executor-messages.ts";
import { MESOS_MESSAGES } from "./mesos-messages.ts";
import { OPERATOR_ANSWERS } from "./operator-answers.ts";
import { OPERATOR_CALLS } from "./operator-calls.ts";
import { REPORTED_MESSAGES } from "./reported-messages.ts";
import { SCHEDULER_CALLS } from "./scheduler-calls.ts";
import { SCHEDULER_EVENTS } from "./scheduler-events.ts";

export { ProtobufError } from "./decode.ts";

export const V1_DEFINITIONS = [
  ...[MESOS_MESSAGES, REPORTED_MESSAGES, SCHEDULER_CALLS, SCHEDULER_EVENTS],
  ...[OPERATOR_CALLS, OPERATOR_ANSWERS, EXECUTOR_MESSAGES, AGENT_MESSAGES],
];

/** All messages of the v1 APIs: "scheduler.Call", "master.Response", "executor.Event" and so on. */
export const V1_SCHEMA = new Schema(...V1_DEFINITIONS);

/**
 * The JSON shape of a message: bytes are base64, enumerations their names, 64-bit integers numbers (the nearest that a
 * number can be), and fields that the definitions do not know are kept for encodeMessage (see unknown-fields.ts).
 * @throws ProtobufError if the bytes are not such a message, or lack a field that it requires.
 */
export const decodeMessage = (name: string, bytes: Uint8Array): object => decode(V1_SCHEMA, name, bytes);

/**
 * The bytes of a message in its JSON shape, fields by number as Mesos writes them, unknown ones last. What the
 * definitions do not know, and what does not fit its field, is left out.
 */
export const encodeMessage = (name: string, message: object): Uint8Array => encode(V1_SCHEMA, name, message);
