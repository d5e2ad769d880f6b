// Whether this master leads, and what it answers while it does not (docs/high-availability.md).
import type { MasterInfo } from "../../mesos/types.ts";
import { type HttpAnswer, type HttpRequest, text } from "../common/http.ts";

/**
 * unknown: nobody is known to lead. following: another master does. recovering: this one does, but does not know its
 * registry yet. leading: this one does, and serves.
 */
export type LeadershipState = "unknown" | "following" | "recovering" | "leading";

export class Leadership {
  state: LeadershipState = "unknown";
  leader: MasterInfo | undefined;
  /** Milliseconds since the epoch. */
  electedMs: number | undefined;

  get elected(): boolean {
    return this.state === "recovering" || this.state === "leading";
  }

  /** For endpoints that only a leader answers, also while it recovers. */
  redirectUnlessElected(request: HttpRequest): HttpAnswer | undefined {
    return this.elected ? undefined : this.redirect(request);
  }

  /** For endpoints that need the registry too. */
  refuseUnlessLeading(request: HttpRequest): HttpAnswer | undefined {
    if (this.state === "recovering") return text(503, "Master has not finished recovery");
    return this.redirectUnlessElected(request);
  }

  /** To the same place on the leading master, in Mesos's form without a scheme. */
  redirect(request: HttpRequest): HttpAnswer {
    if (!this.leader) return text(503, "No leader elected");
    const base = `//${this.leader.hostname ?? this.leader.address?.ip ?? ""}:${this.leader.port}`;
    const path = request.path.replace(/^\/master(?=\/)/, "");
    if (path === "/redirect") return { status: 307, headers: { Location: base } };
    const query = request.query.size > 0 ? `?${request.query.toString()}` : "";
    return { status: 307, headers: { Location: `${base}/master${path}${query}` } };
  }
}
