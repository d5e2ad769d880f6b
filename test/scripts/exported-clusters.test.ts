import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { damagedRecord } from "../../scripts/damaged-cluster.ts";
import { foreignExport } from "../../scripts/exported-clusters.ts";
import { foreignStateDirectory } from "../../scripts/schedulers.ts";
import { frameworkFile } from "../../src/backends/state/cluster-folder.ts";
import { HttpClient } from "../../src/client/http.ts";

const slaves = [{ id: "S0", hostname: "h", port: 5051, pid: "slave(1)@127.0.0.1:5051" }];

let server: Server | undefined;
afterEach(() => server?.close());

/** A master by its answers to paths, and what it was asked for. */
async function masterWith(answers: Record<string, unknown>): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const master = (server = createServer(({ url = "" }, response) => {
    asked.push(url);
    response.writeHead(url in answers ? 200 : 503).end(JSON.stringify(answers[url] ?? {}));
  }));
  await new Promise<void>((resolve) => master.listen(0, "127.0.0.1", resolve));
  return { url: `127.0.0.1:${(master.address() as AddressInfo).port}`, asked };
}

describe("an export of a cluster by its address", () => {
  const signal = AbortSignal.timeout(60_000);
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), "export-"))));
  afterEach(() => rmSync(root, { recursive: true }));

  it("asks once for its agents, whoever wants to know", async () => {
    const { url, asked } = await masterWith({ "/slaves": { slaves } });
    await using http = new HttpClient({});
    const cluster = await foreignExport(url, { http, connection: {}, root });
    const [programs, parts, agents] = await Promise.all([
      cluster.programs(signal),
      cluster.logged.parts(signal),
      cluster.logged.agents(signal),
    ]);
    expect(programs).toEqual([
      { kind: "master", name: url, url: `http://${url}` },
      { kind: "agent", name: "h:5051", url: "http://127.0.0.1:5051" },
    ]);
    expect(parts.map(({ name }) => name)).toEqual([`master ${url}`, "agent h:5051"]);
    expect(agents).toHaveLength(1);
    expect(asked).toEqual(["/slaves"]);
  });

  it("knows the secrets of apps that were run from here, by whatever address", async () => {
    const file = frameworkFile(foreignStateDirectory(root, "zk://elsewhere:2181/mesos"), "web");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `{"version":1}\n{"env":{"DB_PASSWORD":"of-the-app"}}\n`);
    await using http = new HttpClient({});
    const { secrets } = await foreignExport("127.0.0.1:5050", { http, connection: {}, root });
    expect(secrets).toContain(`{"env":{"DB_PASSWORD":"of-the-app"}}`);
  });

  it("says why there are no agents in it", async () => {
    const { url } = await masterWith({});
    await using http = new HttpClient({});
    const cluster = await foreignExport(url, { http, connection: {}, root });
    expect(await cluster.programs(signal)).toEqual([
      expect.objectContaining({ kind: "master" }),
      { file: "agents", what: "agents", why: expect.stringContaining("503") as string },
    ]);
  });
});

describe("the damaged record of a cluster", () => {
  let folder: string;
  const recordOf = (text?: string): ReturnType<typeof damagedRecord> => {
    folder = mkdtempSync(join(tmpdir(), "damaged-record-"));
    if (text !== undefined) writeFileSync(join(folder, "cluster.json"), text);
    return damagedRecord(folder);
  };
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is a document where it is one, as that of another version, and a text where it is none", () => {
    const about = { what: "the damaged record of the cluster" };
    const document = { version: 7, spec: { password: "x" } };
    expect(recordOf(JSON.stringify(document))).toEqual([
      { ...about, file: "cluster.json", content: { kind: "json", value: document } },
    ]);
    rmSync(folder, { recursive: true });
    expect(recordOf('{"version": 1, "own')).toEqual([
      { ...about, file: "cluster.json.txt", content: { kind: "text", text: '{"version": 1, "own' } },
    ]);
  });

  it("is told to be missing where it cannot be read, and is not there where there is none", () => {
    expect(recordOf()).toEqual([]);
    mkdirSync(join(folder, "cluster.json"));
    expect(damagedRecord(folder)).toEqual([
      expect.objectContaining({ why: expect.stringContaining("EISDIR") as string }),
    ]);
  });
});
