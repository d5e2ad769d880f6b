// What the v1 APIs have in common: media types, bodies that become calls, answers and streams of RecordIO. Within the
// engine every message has its JSON shape; protobuf is read and written here, by a codec loaded when it is first needed.
import type { ServerResponse } from "node:http";
import type * as codec from "../../mesos/protobuf/codec.ts";
import type { Schema } from "../../mesos/protobuf/definition.ts";
import { encodeRecord } from "../../mesos/recordio.ts";
import { corkForNow } from "./cork.ts";
import { type HttpAnswer, type HttpRequest, text } from "./http.ts";
import { ConversionError, messageFromJson } from "./wire/from-json.ts";
import { JsonSyntaxError, parseJson } from "./wire/json-syntax.ts";

export const JSON_TYPE = "application/json";
export const PROTOBUF_TYPE = "application/x-protobuf";
export const RECORDIO_TYPE = "application/recordio";

type Codec = typeof codec;
const loadCodec = (): Promise<Codec> => import("../../mesos/protobuf/codec.ts");

type Read = { call: object } | { refusal: HttpAnswer };

/** What calls an endpoint takes, and in which words it refuses others. */
export interface CallKind {
  /** Holds `message` and all that it refers to. */
  schema: Schema;
  /** Such as "scheduler.Call". */
  message: string;
  words: Words;
}

interface Words {
  /** Before what is wrong with JSON that is no such call. */
  badMessage: string;
  badProtobuf: string;
  /** Media types that Mesos names where it refuses another. */
  mediaTypes: string;
}

export const MASTER_WORDS: Words = {
  badMessage: "Failed to convert JSON into Call protobuf: ",
  badProtobuf: "Failed to parse body into Call protobuf",
  mediaTypes: `${JSON_TYPE} or ${PROTOBUF_TYPE}`,
};

/** Those of the operator API of agents, which takes streams too. */
export const AGENT_WORDS: Words = {
  badMessage: "",
  badProtobuf: "Failed to parse body into a protobuf object",
  mediaTypes: `${JSON_TYPE} or ${PROTOBUF_TYPE} or ${RECORDIO_TYPE}`,
};

/** The call in a request's body, or the refusal that Mesos gives. */
export async function readCall(kind: CallKind, request: HttpRequest): Promise<Read> {
  const contentType = request.headers["content-type"];
  if (contentType === undefined) return { refusal: text(400, "Expecting 'Content-Type' to be present") };
  if (contentType === JSON_TYPE) return readJson(kind, request.body);
  if (contentType === PROTOBUF_TYPE) return readProtobuf(kind, request.body, await loadCodec());
  return { refusal: text(415, `Expecting 'Content-Type' of ${kind.words.mediaTypes}`) };
}

function readJson({ schema, message, words }: CallKind, body: Buffer): Read {
  try {
    return { call: messageFromJson(schema, message, parseJson(body.toString("utf8"))) };
  } catch (error) {
    if (error instanceof JsonSyntaxError)
      return { refusal: text(400, `Failed to parse body into JSON: ${error.message}`) };
    if (error instanceof ConversionError) return { refusal: text(400, `${words.badMessage}${error.message}`) };
    throw error;
  }
}

function readProtobuf({ message, words }: CallKind, body: Buffer, codec: Codec): Read {
  try {
    return { call: codec.decodeMessage(message, body) };
  } catch (error) {
    if (error instanceof codec.ProtobufError) return { refusal: text(400, words.badProtobuf) };
    throw error;
  }
}

/** How one caller wants its answers written. */
export interface AnswerFormat {
  mediaType: string;
  /** `name`: of the message's definition, such as "scheduler.Event". */
  encode(name: string, message: object): string | Uint8Array;
  /** An answer with a body of JSON, which is a message of that name, in this format; others stay as they are. */
  convert(name: string, answer: HttpAnswer): HttpAnswer;
}

const JSON_FORMAT: AnswerFormat = {
  mediaType: JSON_TYPE,
  encode: (_name, message) => JSON.stringify(message),
  convert: (_name, answer) => answer,
};

/** By the Accept header, JSON if both would do; or a refusal, whose words name the types that `allowed` says. */
export async function answerFormat(
  request: HttpRequest,
  allowed = `'${PROTOBUF_TYPE}' or '${JSON_TYPE}'`,
): Promise<{ format: AnswerFormat } | { refusal: HttpAnswer }> {
  const format = await formatFor(request.headers.accept);
  return format === undefined ? { refusal: text(406, `Expecting 'Accept' to allow ${allowed}`) } : { format };
}

/** For whoever accepts this; undefined if neither JSON nor protobuf would do. */
export async function formatFor(accept: string | undefined): Promise<AnswerFormat | undefined> {
  if (accepts(accept, JSON_TYPE)) return JSON_FORMAT;
  return accepts(accept, PROTOBUF_TYPE) ? protobufFormat(await loadCodec()) : undefined;
}

/** Of several entries that match, the first of the most precise kind decides, as in libprocess. */
export function accepts(accept: string | undefined, mediaType: string): boolean {
  if (accept === undefined) return true;
  const entries = accept.toLowerCase().replace(/\s/g, "").split(",");
  for (const candidate of [mediaType, "application/*", "*/*"]) {
    const entry = entries.map((each) => each.split(";")).find(([type]) => type === candidate);
    const quality = entry?.find((parameter) => parameter.startsWith("q="))?.slice(2);
    if (entry) return quality === undefined || Number(quality) > 0;
  }
  return false;
}

function protobufFormat({ encodeMessage }: Codec): AnswerFormat {
  return {
    mediaType: PROTOBUF_TYPE,
    encode: encodeMessage,
    convert: (name, answer) => {
      const { status, pieces } = answer;
      const body = pieces ? [...pieces].join("") : answer.body;
      if (answer.headers?.["Content-Type"] !== JSON_TYPE || body === undefined) return answer;
      const message = JSON.parse(body.toString()) as object;
      const headers = { ...answer.headers, "Content-Type": PROTOBUF_TYPE };
      return { status, headers, body: Buffer.from(encodeMessage(name, message)) };
    },
  };
}

/** What a reader that does not read may leave waiting here before it is cut off. */
const STREAM_BACKLOG_BYTES = 64 * 1024 * 1024;

/** Where events go, how they are written, and the name of their message's definition. */
export interface RecordTarget {
  response: ServerResponse;
  format: AnswerFormat;
  message: string;
}

/** One open answer, record by record. */
export class RecordStream {
  readonly #target: RecordTarget;

  /** `onClose` is called once, and not before the caller has done what it is doing, also where nobody reads any more. */
  constructor(target: RecordTarget, onClose: () => void) {
    this.#target = target;
    const { response } = target;
    response.on("error", () => {});
    // Who hung up before the answer began is not told of again.
    if (response.closed || response.destroyed) setImmediate(onClose);
    else response.on("close", onClose);
  }

  send(event: object): void {
    const { response, format, message } = this.#target;
    if (response.writableEnded || response.destroyed) return;
    corkForNow(response);
    response.write(encodeRecord(format.encode(message, event)));
    if (response.writableLength > STREAM_BACKLOG_BYTES) response.destroy();
  }

  close(): void {
    this.#target.response.end();
  }
}
