// ATTACH_CONTAINER_INPUT: a request that is a stream, whose messages become what a command reads
// (src/slave/containerizer/mesos/io/switchboard.cpp).
import type { IncomingMessage } from "node:http";
import { RecordIoError } from "../../errors.ts";
import { RecordIoDecoder } from "../../mesos/recordio.ts";
import type { ContainerID } from "../../mesos/types.ts";
import { type HttpAnswer, text } from "../common/http.ts";
import { type AttachContainerInput, inputProblem, type ProcessIo } from "../sessions/process-io.ts";
import type { Session } from "../sessions/session.ts";
import type { Sessions } from "../sessions/sessions.ts";
import { containerIdProblem } from "./container-id.ts";
import { type ContainerCall, notAttachable, notFound } from "./container-calls.ts";

/** One message of the stream as a call, or the refusal that Mesos gives. */
export type ReadRecord = (record: Uint8Array) => Promise<{ call: object } | { refusal: HttpAnswer }>;

const VALIDATION = "Failed to validate agent::Call: ";

/** Answers once the client has sent all, or the command has ended. */
export async function streamedCall(
  sessions: Sessions,
  stream: IncomingMessage,
  readRecord: ReadRecord,
): Promise<HttpAnswer> {
  const records = recordsOf(stream);
  try {
    const first = await records.next();
    if (first.done === true) return text(400, "Received EOF while reading request body");
    const call = await readAttachment(first.value, readRecord);
    if ("refusal" in call) return call.refusal;
    const { attach } = call;
    if (attach.type !== "CONTAINER_ID") return text(400, "Expecting 'attach_container_input.type' to be CONTAINER_ID");
    const session = sessionOf(sessions, attach.container_id ?? { value: "" });
    if ("refusal" in session) return session.refusal;
    if (session.session.hasInput) return text(409, "Multiple input connections are not allowed");
    session.session.hasInput = true;
    const over = session.session.ended.then((): HttpAnswer => ({ status: 200 }));
    return await Promise.race([over, feed(session.session, records, readRecord)]).finally(() => {
      session.session.hasInput = false;
    });
  } catch (error) {
    if (error instanceof RecordIoError) return text(500, `Decoder failure: ${error.message}`);
    throw error;
  } finally {
    // What is still sent is thrown away: a client that was answered early may go on for a while.
    stream.removeAllListeners("data").resume();
  }
}

function sessionOf(sessions: Sessions, id: ContainerID): { session: Session } | { refusal: HttpAnswer } {
  if (!sessions.hasContainer(id)) return { refusal: notFound(id) };
  const session = sessions.find(id);
  return session === undefined ? { refusal: notAttachable(id) } : { session };
}

/** The end of the stream is not the end of the input: another one may follow. */
async function feed(
  session: Session,
  records: AsyncGenerator<Uint8Array>,
  readRecord: ReadRecord,
): Promise<HttpAnswer> {
  for (;;) {
    const record = await records.next();
    if (record.done === true) return { status: 200 };
    const call = await readAttachment(record.value, readRecord);
    if ("refusal" in call) return call.refusal;
    const problem = inputProblem(call.attach);
    if (problem !== undefined) return text(400, problem);
    const refusal = await take(session, call.attach.process_io ?? {});
    if (refusal !== undefined) return refusal;
  }
}

async function take(session: Session, { data, control }: ProcessIo): Promise<HttpAnswer | undefined> {
  const size = control?.tty_info?.window_size;
  if (size !== undefined)
    return await refusalOf(session.resize(size), { status: 400, words: "Unable to set the window size" });
  if (data?.data === undefined) return undefined;
  const bytes = Buffer.from(data.data, "base64");
  if (bytes.length > 0) return await refusalOf(session.write(bytes), { status: 500, words: "Failed writing to stdin" });
  session.endInput();
  return undefined;
}

async function refusalOf(
  work: Promise<void>,
  { status, words }: { status: number; words: string },
): Promise<HttpAnswer | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return text(status, `${words}: ${(error as Error).message}`);
  }
}

async function readAttachment(
  record: Uint8Array,
  readRecord: ReadRecord,
): Promise<{ attach: AttachContainerInput } | { refusal: HttpAnswer }> {
  const read = await readRecord(record);
  if ("refusal" in read) return read;
  const { type = "", attach_container_input: attach } = read.call as ContainerCall & {
    attach_container_input?: AttachContainerInput;
  };
  if (type !== "ATTACH_CONTAINER_INPUT")
    return { refusal: text(415, `Streaming 'Content-Type' application/recordio is not supported for ${type} call`) };
  const problem = attachProblem(attach);
  if (attach !== undefined && problem === undefined) return { attach };
  return { refusal: text(400, VALIDATION + (problem ?? "")) };
}

function attachProblem(attach: AttachContainerInput | undefined): string | undefined {
  if (attach === undefined) return "Expecting 'attach_container_input' to be present";
  const { type, container_id: id } = attach;
  if (type === undefined) return "Expecting 'attach_container_input.type' to be present";
  if (type === "UNKNOWN") return "'attach_container_input.type' is unknown";
  const problem = type === "CONTAINER_ID" ? containerIdProblem(id ?? { value: "" }) : undefined;
  return problem === undefined ? undefined : `'attach_container_input.container_id' is invalid: ${problem}`;
}

/** No faster than they are asked for. The request is not destroyed when nobody asks any more: it is to be answered. */
async function* recordsOf(stream: IncomingMessage): AsyncGenerator<Uint8Array> {
  const decoder = new RecordIoDecoder();
  const chunks = stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const chunk of chunks) yield* decoder.push(chunk);
}
