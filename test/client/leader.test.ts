import { describe, expect, it } from "vitest";
import { HttpClient } from "../../src/client/http.ts";
import { leaderDetector } from "../../src/client/leader.ts";
import { parseMasterAddress } from "../../src/client/master-address.ts";
import { masterUrl } from "../../src/client/zookeeper-leader.ts";
import { impatientClock } from "./fake-clock.ts";
import { json, ScriptedMaster, status } from "./scripted-master.ts";

describe("the address of a cluster", () => {
  it.each([
    ["zk://a:2181,b:2182/mesos", { kind: "zookeeper", connect: "a:2181,b:2182", path: "/mesos" }],
    ["zk://a/mesos/prod/", { kind: "zookeeper", connect: "a:2181", path: "/mesos/prod" }],
    ["zk://10.0.0.1:2181", { kind: "zookeeper", connect: "10.0.0.1:2181", path: "/" }],
    [
      "zk://user:secret@a:1/m",
      { kind: "zookeeper", connect: "a:1", path: "/m", credentials: { user: "user", password: "secret" } },
    ],
    ["a:5050", { kind: "masters", urls: ["http://a:5050"] }],
    ["a,b:5051", { kind: "masters", urls: ["http://a:5050", "http://b:5051"] }],
    ["http://a:5050/", { kind: "masters", urls: ["http://a:5050"] }],
    ["[::1]:5050", { kind: "masters", urls: ["http://[::1]:5050"] }],
  ])("may be %s", (text, address) => {
    expect(parseMasterAddress(text)).toEqual(address);
  });

  it("may be a list", () => {
    expect(parseMasterAddress(["http://a:1", "b:2"])).toEqual({ kind: "masters", urls: ["http://a:1", "http://b:2"] });
  });

  it.each(["", "zk://", "zk://a:0/mesos", "zk://a:99999/m", "a b", "a:x", "ftp://a"])("is not %j", (text) => {
    expect(() => parseMasterAddress(text)).toThrow("does not name a Mesos cluster");
  });
});

describe("the leading master", () => {
  it("is the only one that is given, without asking it", async () => {
    await using http = new HttpClient();
    const detector = leaderDetector("127.0.0.1:1", { http });
    expect(await detector.find(AbortSignal.abort())).toBe("http://127.0.0.1:1");
  });

  it("is found among several: it answers, others redirect or are gone", async () => {
    await using http = new HttpClient();
    await using leader = await ScriptedMaster.start();
    await using follower = await ScriptedMaster.start();
    leader.on("/api/v1", json({ type: "GET_MASTER" }));
    follower.on("/api/v1", status(307, "", { Location: `//10.255.255.1:5050/master/api/v1` }));
    const detector = leaderDetector(["127.0.0.1:1", follower.url, leader.url], { http, clock: impatientClock });
    expect(await detector.find(new AbortController().signal)).toBe(leader.url);
  });

  it("may be one outside the list that those in it redirect to", async () => {
    await using http = new HttpClient();
    await using follower = await ScriptedMaster.start();
    follower.on("/api/v1", status(307, "", { Location: "//10.255.255.1:5050/master/api/v1" }));
    const detector = leaderDetector(["127.0.0.1:1", follower.url], { http, clock: impatientClock });
    expect(await detector.find(new AbortController().signal)).toBe("http://10.255.255.1:5050");
  });

  it("is waited for while there is none", async () => {
    await using http = new HttpClient();
    await using one = await ScriptedMaster.start();
    let asked = 0;
    one.on("/api/v1", (response, request) =>
      ++asked < 4 ? status(503, "No leader elected")(response, request) : json({})(response, request),
    );
    const reasons: string[] = [];
    const detector = leaderDetector([one.url, "127.0.0.1:1"], { http, clock: impatientClock });
    const leader = await detector.find(new AbortController().signal, (reason) => reasons.push(reason));
    expect(leader).toBe(one.url);
    expect(reasons).toHaveLength(3);
    expect(reasons[0]).toContain("leads");
  });

  it("is given up when the signal is aborted", async () => {
    await using http = new HttpClient();
    const detector = leaderDetector(["127.0.0.1:1", "127.0.0.1:2"], { http, clock: impatientClock });
    const abort = new AbortController();
    const found = detector.find(abort.signal, () => abort.abort(new Error("enough")));
    await expect(found).rejects.toThrow("enough");
  });
});

describe("a master's entry in ZooKeeper", () => {
  it("gives its URL, by its IP address where it has one", () => {
    const address = { hostname: "m1.example", ip: "10.0.0.1", port: 5060 };
    expect(masterUrl(JSON.stringify({ address, hostname: "m1.example", port: 5060, ip: 16777226 }))).toBe(
      "http://10.0.0.1:5060",
    );
    expect(masterUrl(JSON.stringify({ hostname: "m1", port: 5050 }))).toBe("http://m1:5050");
  });

  it("is disregarded when it cannot be read", () => {
    expect(masterUrl("\u0000\u0001protobuf")).toBeUndefined();
    expect(masterUrl("{}")).toBeUndefined();
  });
});
