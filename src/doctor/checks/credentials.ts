// Masters and agents that answer nobody whom they do not know (--authenticate_http_readonly).
import { unwell } from "../check.ts";
import { said, type Answer } from "../facts.ts";
import { byHand } from "../remedies.ts";

/** 401: nobody said who asks, or nobody believes it; 403: whoever it is may not. */
export function wantsToKnowWhoAsks(answer: Answer<unknown>): boolean {
  return answer.kind === "failed" && /^it answered 40[13]\b/.test(answer.said);
}

export function unrecognised(name: string, url: string, answer: Answer<unknown>): ReturnType<typeof unwell> {
  return unwell("failed", `does not tell this asker: ${said(answer)}`, {
    subject: name,
    evidence: [`${url}: ${said(answer)}`],
    remedy: byHand("Say who asks: --principal NAME --secret-file FILE, of somebody who may"),
  });
}
