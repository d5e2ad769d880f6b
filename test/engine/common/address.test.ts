import { describe, expect, it } from "vitest";
import { addressOf, littleEndianIp } from "../../../src/engine/common/address.ts";
import { joinNode, parseZooKeeperUrl } from "../../../src/engine/common/zookeeper-url.ts";

const none = { ip: undefined, port: 5050, hostname: undefined, advertise_ip: undefined, advertise_port: undefined };

describe("addressOf", () => {
  it("is known by the address it listens on", () => {
    expect(addressOf({ ...none, ip: "127.0.0.1" })).toEqual({
      ...{ listen: { ip: "127.0.0.1", port: 5050 }, ip: "127.0.0.1", port: 5050, hostname: "127.0.0.1" },
    });
  });

  it("listens everywhere and is known by what is advertised", () => {
    expect(addressOf({ ...none, hostname: "m1", advertise_ip: "10.0.0.1", advertise_port: "80" })).toEqual({
      ...{ listen: { ip: "0.0.0.0", port: 5050 }, ip: "10.0.0.1", port: 80, hostname: "m1" },
    });
  });

  it("refuses what is no address", () => {
    expect(() => addressOf({ ...none, ip: "nowhere" })).toThrow("Failed to parse IP address 'nowhere'");
  });
});

describe("littleEndianIp", () => {
  it("is the number that Mesos shows for 127.0.0.1", () => {
    expect(littleEndianIp("127.0.0.1")).toBe(16777343);
    expect(littleEndianIp("10.0.0.255")).toBe(4278190090);
  });
});

describe("parseZooKeeperUrl", () => {
  it.each([
    ["zk://a:1/mesos", { servers: "a:1", path: "/mesos" }],
    ["zk://a:1,b:2/", { servers: "a:1,b:2", path: "/" }],
    ["zk://a:1", { servers: "a:1", path: "/" }],
    ["zk://me:secret@a:1,b:2/x/y", { servers: "a:1,b:2", path: "/x/y", credentials: "me:secret" }],
  ])("reads %s", (url, parsed) => {
    expect(parseZooKeeperUrl(url)).toEqual(parsed);
  });

  it("refuses another scheme in Mesos's words", () => {
    expect(() => parseZooKeeperUrl("http://a:1/")).toThrow("Expecting 'zk://' at the beginning of the URL");
  });

  it("joins paths below the root and below others", () => {
    expect([joinNode("/", "a"), joinNode("/x", "a")]).toEqual(["/a", "/x/a"]);
  });
});
