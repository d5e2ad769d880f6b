import { existsSync } from "node:fs";
import { execa, execaSync } from "execa";
import { afterEach, describe, expect, it } from "vitest";
import { removeNetworkDevices } from "../../../../src/backends/local/leftovers/network-devices.ts";
import { cgroupsPrefix } from "../../../../src/cluster/plan.ts";

const mayMakeDevices = process.getuid?.() === 0 && !execaSync("ip", ["-V"], { reject: false }).failed;
// Names of this process alone: other runs may go on beside it.
const [ours, others] = [`mupours${process.pid}`, `mupothe${process.pid}`];
const folder = `/nowhere/${process.pid}/demo`;
const isThere = (device: string): boolean => existsSync(`/sys/class/net/${device}`);

/** A pair of which one end has a cluster's alias, as the agent gives it. */
async function makeDevice(device: string, cluster: string): Promise<void> {
  await execa("ip", ["link", "add", device, "type", "veth", "peer", "name", device.replace("mup", "mux")]);
  await execa("ip", ["link", "set", device, "alias", `${cgroupsPrefix(cluster)}agent-1`]);
}

describe("removeNetworkDevices", () => {
  afterEach(async () => {
    for (const device of [ours, others]) if (isThere(device)) await execa("ip", ["link", "delete", device]);
  });

  it.runIf(mayMakeDevices)(
    "removes what joins the cluster's containers to the host, and nothing of another's",
    async () => {
      await makeDevice(ours, folder);
      await makeDevice(others, `${folder}2`);
      expect(await removeNetworkDevices(folder, process.env)).toEqual([ours]);
      expect([ours, others].map(isThere)).toEqual([false, true]);
    },
  );

  it("has nothing to do for a cluster that has none", async () => {
    expect(await removeNetworkDevices(folder, { PATH: "" })).toEqual([]);
  });
});
