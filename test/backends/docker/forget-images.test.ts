import { describe, expect, it } from "vitest";
import { DaemonRefusal } from "../../../src/backends/docker/daemon/daemon-errors.ts";
import { forgetImages } from "../../../src/backends/docker/images/forget-images.ts";
import { ScriptedDaemon } from "./scripted-daemon.ts";

const inUse = new DaemonRefusal(409, "conflict: unable to remove repository reference", "DELETE /images");
const gone = new DaemonRefusal(404, "No such image", "DELETE /images");

/** One that has these, and refuses to remove some. */
function daemonWith(tags: string[], refusals: Record<string, DaemonRefusal> = {}): ScriptedDaemon {
  return new ScriptedDaemon("unix:///nowhere", (call, path) => {
    if (call !== "GET /images/json") return refusals[call.replace("DELETE /images/", "")] ?? [];
    const { reference } = JSON.parse(new URL(path, "http://d").searchParams.get("filters") ?? "") as {
      reference: string[];
    };
    const found = tags.filter((tag) => tag.replace(/^localhost\//, "").startsWith(`${reference[0] ?? ""}:`));
    return found.map((tag) => ({ RepoTags: [tag], Size: 1, Created: 1 }));
  });
}

const removals = (daemon: ScriptedDaemon): string[] => daemon.calls.filter((call) => call.startsWith("DELETE"));

describe("images that are to be made anew", () => {
  it("are those of the cluster and earlier ones that were made on the spot, which would be taken for them", async () => {
    const tags = ["mesos-up/zookeeper:3.8-a", "mesos-up/zookeeper:3.7-b", "mesos-up/engine:c", "mesos-up/nginx:local"];
    const daemon = daemonWith(tags, { "mesos-up/zookeeper:3.7-b": inUse, "mesos-up/engine:c": gone });
    const forgotten = await forgetImages(["mesos-up/zookeeper:3.8-a", "mesos-up/engine:c"], daemon);
    expect(forgotten).toEqual({ removed: ["mesos-up/zookeeper:3.8-a"], kept: ["mesos-up/zookeeper:3.7-b"] });
    expect(removals(daemon)).toHaveLength(3);
  });

  it("are known also under the names that Podman gives them", async () => {
    const daemon = daemonWith(["localhost/mesos-up/engine:c"]);
    const { removed } = await forgetImages(["localhost/mesos-up/engine:c"], daemon);
    expect(removed).toEqual(["localhost/mesos-up/engine:c"]);
  });

  it("are of those built from packages that one alone, and none that came from elsewhere", async () => {
    const daemon = daemonWith(["mesos-up/mesos:a", "mesos-up/mesos:b"]);
    await forgetImages(["zookeeper:3.9", "mesos-up/mesos:a", "localhost:5000/mesos-up/mesos:a"], daemon);
    expect(removals(daemon)).toEqual(["DELETE /images/mesos-up/mesos:a"]);
  });
});
