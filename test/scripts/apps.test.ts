import { describe, expect, it } from "vitest";
import { changed, GONE_WITH_SCHEDULER } from "../../scripts/apps.ts";
import { MesosUpError } from "../../src/errors.ts";

/** A scheduler that has done what was asked of it, and then refuses to show the app. */
const refusing = (code: string) => ({ app: () => Promise.reject(new MesosUpError(`It is ${code}.`, { code })) });

describe("an app that was changed", () => {
  it("is gone only if its scheduler says so, or has ended with its last app", async () => {
    const gone = { text: "web is gone.", json: { ok: true, app: "web" }, isFinal: true };
    expect(await changed(refusing("APP_UNKNOWN"), "web")).toEqual(gone);
    expect(await changed(refusing("APP_UNKNOWN"), "web", GONE_WITH_SCHEDULER)).toEqual(gone);
    expect(await changed(refusing("SCHEDULER_UNREACHABLE"), "web", GONE_WITH_SCHEDULER)).toEqual(gone);
  });

  it("is said to be changed where it cannot be shown", async () => {
    const result = await changed(refusing("SCHEDULER_UNREACHABLE"), "web");
    expect(result).toMatchObject({ json: { ok: true, app: "web", shown: false }, isFinal: true });
    expect(result.text).toMatch(/^It is done, but web cannot be shown now.*It is SCHEDULER_UNREACHABLE\.$/);
    const interrupted = await changed(refusing("INTERRUPTED"), "web");
    expect(interrupted.text).toBe("It is done, but web cannot be shown now; `mesos-up ps` does that later.");
  });
});
