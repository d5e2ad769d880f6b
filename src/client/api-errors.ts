// What an answer other than success means, as data: is the same call worth repeating, and is the subscription gone?
import { MesosApiError } from "../errors.ts";

interface Rule {
  status: number;
  /** The rule holds for answers whose body matches; without it for all. */
  body?: RegExp;
  code: string;
  retryable?: true;
  subscriptionLost?: true;
  hint: string;
}

const SUBSCRIBE_AGAIN = "Subscribe again; the master knows this framework under another subscription, or not at all.";

/** The first rule that fits holds. */
const RULES: readonly Rule[] = [
  {
    status: 307,
    code: "NOT_LEADING",
    retryable: true,
    subscriptionLost: true,
    hint: "Ask the leading master that the answer names.",
  },
  { status: 400, body: /stream ID/i, code: "STREAM_ID_REFUSED", subscriptionLost: true, hint: SUBSCRIBE_AGAIN },
  { status: 400, body: /Mesos-Stream-Id/, code: "STREAM_ID_REFUSED", subscriptionLost: true, hint: SUBSCRIBE_AGAIN },
  {
    status: 400,
    body: /^Framework cannot be found/,
    code: "FRAMEWORK_UNKNOWN",
    subscriptionLost: true,
    hint: SUBSCRIBE_AGAIN,
  },
  { status: 400, code: "CALL_REFUSED", hint: "The call itself is wrong; the master's words say in which field." },
  {
    status: 401,
    code: "UNAUTHENTICATED",
    hint: "Give --principal and --secret-file, as the --credentials of the masters and agents know them.",
  },
  {
    status: 403,
    body: /^Framework is not subscribed/,
    code: "FRAMEWORK_NOT_SUBSCRIBED",
    subscriptionLost: true,
    hint: SUBSCRIBE_AGAIN,
  },
  { status: 403, code: "FORBIDDEN", hint: "Have the operator of the cluster allow this call (--acls of the master)." },
  { status: 404, code: "NOT_FOUND", hint: "Check that the address is that of a Mesos master or agent, and the path." },
  { status: 405, code: "METHOD_REFUSED", hint: "Check that the address is that of a Mesos master or agent." },
  { status: 406, code: "MEDIA_TYPE_REFUSED", hint: "Check that the address is that of a Mesos master or agent." },
  { status: 409, code: "CONFLICT", hint: "Look at what the answer says, and at the master's log." },
  { status: 415, code: "MEDIA_TYPE_REFUSED", hint: "Check that the address is that of a Mesos master or agent." },
  { status: 429, code: "TOO_MANY_CALLS", retryable: true, hint: "Wait a moment, then try again." },
  {
    status: 503,
    code: "MASTER_NOT_READY",
    retryable: true,
    hint: "Wait until a master leads and has recovered; if none ever does, see whether a quorum of masters runs.",
  },
];

/** The error for an answer that was not a success. `what` is what was asked for, as in "SUBSCRIBE" or "GET /state". */
export function apiError(what: string, url: string, answer: { status: number; body: string }): MesosApiError {
  const rule = RULES.find(({ status, body }) => status === answer.status && (body?.test(answer.body) ?? true));
  const said = answer.body.trim() === "" ? "nothing more" : JSON.stringify(excerpt(answer.body.trim()));
  return new MesosApiError(`${url} answered ${what} with ${answer.status} and said ${said}.`, {
    code: rule?.code ?? "UNEXPECTED_ANSWER",
    hint: rule?.hint ?? "Look at the log of the master or agent for that moment.",
    status: answer.status,
    body: answer.body,
    retryable: rule?.retryable ?? answer.status >= 500,
    subscriptionLost: rule?.subscriptionLost ?? false,
  });
}

function excerpt(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
