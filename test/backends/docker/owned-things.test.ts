import { expect, it } from "vitest";
import { clusterFolders, ownedContainers } from "../../../src/backends/docker/owned-things.ts";
import { ScriptedDaemon } from "./scripted-daemon.ts";

const labelled = (name: string, role: string, folder: string) => ({
  ...{ Id: name, Names: [`/${name}`], State: "running", Status: "Up", Image: "any" },
  Labels: { "mesos-up.node": name, "mesos-up.role": role, "mesos-up.state": folder },
});

it("machines that are containers are no nodes of a cluster in Docker, and make no cluster of it", async () => {
  const containers = [labelled("mesos-agent", "machine", "/b"), labelled("agent-1", "agent", "/a")];
  const daemon = new ScriptedDaemon("unix:///nowhere", () => containers);
  expect(await ownedContainers(daemon, "/a")).toMatchObject([{ node: "agent-1", role: "agent" }]);
  expect(await clusterFolders(daemon)).toEqual(["/a"]);
});
