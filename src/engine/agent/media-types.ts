// In which forms a request to an agent's operator API comes, and its answer is to go (src/slave/http.cpp): whole messages,
// or streams of them.
import {
  accepts,
  AGENT_WORDS,
  type AnswerFormat,
  formatFor,
  JSON_TYPE,
  PROTOBUF_TYPE,
  RECORDIO_TYPE,
} from "../common/api-request.ts";
import { type HttpAnswer, type HttpRequest, text } from "../common/http.ts";

export interface MediaTypes {
  /** The request is a stream of messages. */
  streams: boolean;
  /** Of each message in it. */
  messages: string;
  /** How messages of the answer are written. */
  format: AnswerFormat;
  /** Only a stream would do as an answer. */
  wantsStream: boolean;
}

const EITHER = `${JSON_TYPE} or ${PROTOBUF_TYPE}`;

export async function mediaTypesOf(request: HttpRequest): Promise<MediaTypes | { refusal: HttpAnswer }> {
  const content = contentOf(request);
  if ("refusal" in content) return content;
  const { accept } = request.headers;
  const given = oneHeader(request, "message-accept");
  const format = await formatFor(accept);
  if (format !== undefined) {
    if (given === undefined) return { ...content, format, wantsStream: false };
    return refusal(406, "Expecting 'Message-Accept' to be not set for non-streaming responses");
  }
  if (!accepts(accept, RECORDIO_TYPE)) return refusal(406, `Expecting 'Accept' to allow ${EITHER} or ${RECORDIO_TYPE}`);
  const ofMessages = await formatFor(given);
  if (ofMessages === undefined) return refusal(406, `Expecting 'Message-Accept' to allow ${EITHER}`);
  return { ...content, format: ofMessages, wantsStream: true };
}

function contentOf(request: HttpRequest): Pick<MediaTypes, "streams" | "messages"> | { refusal: HttpAnswer } {
  const content = request.headers["content-type"];
  const given = oneHeader(request, "message-content-type");
  if (content === undefined) return refusal(400, "Expecting 'Content-Type' to be present");
  if (content === JSON_TYPE || content === PROTOBUF_TYPE) {
    if (given === undefined) return { streams: false, messages: content };
    return refusal(415, "Expecting 'Message-Content-Type' to be not set for non-streaming requests");
  }
  if (content !== RECORDIO_TYPE) return refusal(415, `Expecting 'Content-Type' of ${AGENT_WORDS.mediaTypes}`);
  if (given === undefined) return refusal(400, "Expecting 'Message-Content-Type' to be set for streaming requests");
  if (given === JSON_TYPE || given === PROTOBUF_TYPE) return { streams: true, messages: given };
  return refusal(415, `Expecting 'Message-Content-Type' of ${EITHER}`);
}

function oneHeader({ headers }: HttpRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}

const refusal = (status: number, words: string): { refusal: HttpAnswer } => ({ refusal: text(status, words) });
