import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { removeStrays } from "../../../src/backends/docker/remove-strays.ts";
import { ScriptedDaemon } from "./scripted-daemon.ts";

const folder = mkdtempSync(join(tmpdir(), "mesos-up-strays-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** One that has a cluster's master, agent and network. */
function daemonWithCluster(): ScriptedDaemon {
  const container = (Id: string, node: string) => ({ Id, Names: [`/up-${node}`], Labels: { "mesos-up.node": node } });
  return new ScriptedDaemon("unix:///nowhere", (call) => {
    if (call === "GET /containers/json") return [container("1a", "master-1"), container("2b", "agent-1")];
    return call === "GET /networks" ? [{ Id: "3c", Name: "up-net" }] : {};
  });
}

function writeState(ids: string[]): void {
  mkdirSync(join(folder, "terraform"), { recursive: true });
  const resources = ids.map((id) => ({ instances: [{ attributes: { id } }] }));
  writeFileSync(join(folder, "terraform/terraform.tfstate"), JSON.stringify({ version: 4, resources }));
}

const removals = ({ calls }: ScriptedDaemon): string[] => calls.filter((call) => call.startsWith("DELETE"));

describe("what an interrupted run has left on the daemon", () => {
  it("is removed where Terraform does not know it, and nothing else", async () => {
    writeState(["1a", "3c"]);
    const daemon = daemonWithCluster();
    expect(await removeStrays(folder, daemon)).toEqual(["container agent-1"]);
    expect(removals(daemon)).toEqual(["DELETE /containers/2b"]);
  });

  it("is all of it where the state is lost, containers before the network that they are on", async () => {
    const daemon = daemonWithCluster();
    expect(await removeStrays(folder, daemon)).toEqual(["container master-1", "container agent-1", "network up-net"]);
    expect(removals(daemon).at(-1)).toBe("DELETE /networks/3c");
  });
});
