import { describe, expect, it } from "vitest";
import { reachableHost } from "../../src/mesos/reachable-host.ts";

describe("a master or agent is reached at", () => {
  it.each([
    ["its address, whatever its machine is called", "10.0.0.5", "m1.example", "10.0.0.5"],
    ["the address that it was told to be called, as with published ports", "172.30.0.21", "127.0.0.1", "127.0.0.1"],
    ["its name, where it says nothing else", undefined, "m1.example", "m1.example"],
    ["its address, where it has no name", "10.0.0.5", undefined, "10.0.0.5"],
    ["its address, where its name only begins like one", "10.0.0.5", "10.0.0.6.example", "10.0.0.5"],
    ["nowhere, where it says nothing", undefined, undefined, undefined],
  ])("%s", (_, ip, hostname, host) => {
    expect(reachableHost(ip, hostname)).toBe(host);
  });
});
