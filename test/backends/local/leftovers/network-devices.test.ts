import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { execa, execaSync } from "execa";
import { afterEach, describe, expect, it } from "vitest";
import { removeNetworkDevices } from "../../../../src/backends/local/leftovers/network-devices.ts";
import { networkDevice } from "../../../../src/cluster/network-device.ts";

const mayMakeDevices = process.getuid?.() === 0 && !execaSync("ip", ["-V"], { reject: false }).failed;
const container = randomUUID();
const device = networkDevice(container);
const isThere = (): boolean => existsSync(`/sys/class/net/${device}`);

describe("removeNetworkDevices", () => {
  afterEach(async () => {
    if (isThere()) await execa("ip", ["link", "delete", device]);
  });

  it.runIf(mayMakeDevices)("removes what joins a container to the host, and names it", async () => {
    await execa("ip", ["link", "add", device, "type", "veth", "peer", "name", device.replace("mup", "mux")]);
    expect(isThere()).toBe(true);
    expect(await removeNetworkDevices([randomUUID(), container], process.env)).toEqual([device]);
    expect(isThere()).toBe(false);
  });

  it("has nothing to do for containers that have none", async () => {
    expect(await removeNetworkDevices([container], { PATH: "" })).toEqual([]);
  });
});
