// What the v1 APIs have in common: media types, bodies that become calls, streams of RecordIO.
import type { ServerResponse } from "node:http";
import { encodeRecord } from "../../mesos/recordio.ts";
import { type HttpAnswer, type HttpRequest, text } from "../common/http.ts";
import type { Schema } from "../common/wire/definition.ts";
import { ConversionError, messageFromJson } from "../common/wire/from-json.ts";
import { JsonSyntaxError, parseJson } from "../common/wire/json-syntax.ts";

const JSON_TYPE = "application/json";
const PROTOBUF_TYPE = "application/x-protobuf";

/** The call in a request's body, or the refusal that Mesos gives. */
export function readCall(
  schema: Schema,
  message: string,
  request: HttpRequest,
): { call: object } | { refusal: HttpAnswer } {
  const contentType = request.headers["content-type"];
  if (contentType === undefined) return { refusal: text(400, "Expecting 'Content-Type' to be present") };
  if (contentType !== JSON_TYPE)
    return { refusal: text(415, `Expecting 'Content-Type' of ${JSON_TYPE} or ${PROTOBUF_TYPE}`) };
  try {
    return { call: messageFromJson(schema, message, parseJson(request.body.toString("utf8"))) };
  } catch (error) {
    if (error instanceof JsonSyntaxError)
      return { refusal: text(400, `Failed to parse body into JSON: ${error.message}`) };
    if (error instanceof ConversionError)
      return { refusal: text(400, `Failed to convert JSON into Call protobuf: ${error.message}`) };
    throw error;
  }
}

/** Undefined if the caller takes JSON. */
export function acceptRefusal(request: HttpRequest): HttpAnswer | undefined {
  const accept = request.headers.accept;
  const types = (accept ?? "*/*").split(",").map((type) => type.split(";", 1)[0]?.trim());
  if (types.some((type) => type === JSON_TYPE || type === "application/*" || type === "*/*")) return undefined;
  return text(406, `Expecting 'Accept' to allow '${PROTOBUF_TYPE}' or '${JSON_TYPE}'`);
}

/** What a reader that does not read may leave waiting here before it is cut off. */
const STREAM_BACKLOG_BYTES = 64 * 1024 * 1024;

/** One open answer, record by record. */
export class RecordStream {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse, onClose: () => void) {
    this.#response = response;
    response.on("close", onClose);
    response.on("error", () => {});
  }

  send(event: object): void {
    const response = this.#response;
    if (response.writableEnded || response.destroyed) return;
    response.write(encodeRecord(JSON.stringify(event)));
    if (response.writableLength > STREAM_BACKLOG_BYTES) response.destroy();
  }

  close(): void {
    this.#response.end();
  }
}
