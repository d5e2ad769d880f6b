import { describe, expect, it } from "vitest";
import { networkDevice } from "../../src/cluster/network-device.ts";

describe("networkDevice", () => {
  it("is a name that the kernel takes, with the beginning of the container's ID", () => {
    expect(networkDevice("0a1b2c3d-4e5f-4a6b-8c7d-0a1b2c3d4e5f")).toBe("mup0a1b2c3d4e5");
  });
});
