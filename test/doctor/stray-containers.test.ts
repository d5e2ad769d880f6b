import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HttpClient } from "../../src/client/http.ts";
import { strayContainers } from "../../src/doctor/gather/stray-containers.ts";
import { plan } from "../../src/cluster/plan.ts";
import { defaultClusterSpec } from "../../src/cluster/spec.ts";
import { fakeAgent, fakeExecutor, type FakeAgent, type Said } from "./support-agent.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "strays-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function straysBeside(...agents: FakeAgent[]): Promise<string[] | undefined> {
  await using http = new HttpClient();
  const placement = { stateDirectory: folder, slot: 0, containerProgram: undefined, imageStore: folder };
  const target = {
    plan: plan(defaultClusterSpec(), placement),
    agents: agents.map(({ url }, index) => ({ name: `agent-${index + 1}`, url })),
  };
  const options = { signal: new AbortController().signal, limitMs: 60_000, nowMs: () => performance.now() };
  return await strayContainers(target, { http, options, env: process.env });
}

describe("an executor that runs", () => {
  const cases: [string, [Said, ...Said[]], string[] | undefined][] = [
    ["is stray where its agent never knows it", [{ containers: ["other"] }], ["c1"]],
    ["is not where its agent knows it", [{ containers: ["c1"] }], []],
    ["is not where its agent knows it only later", [{ containers: [] }, { containers: ["c1"] }], []],
    ["may be either where its agent says nothing", [{ containers: undefined }], undefined],
    ["may be either where its agent says nothing any more", [{ containers: [] }, { containers: undefined }], undefined],
    ["may be either where its agent has not recovered", [{ containers: [], hasRecovered: false }], undefined],
    ["may be either where its agent is not registered", [{ containers: [], isRegistered: false }], undefined],
  ];
  it.each(cases)("%s", async (_, said, strays) => {
    await using executor = await fakeExecutor(folder, "c1");
    await using agent = await fakeAgent(...said);
    expect(await straysBeside(agent)).toEqual(strays);
    expect(executor.isAlive()).toBe(true);
  });

  it("may be either where another agent than the one that answers has not recovered", async () => {
    await using executor = await fakeExecutor(folder, "c1");
    await using well = await fakeAgent({ containers: [] });
    await using starting = await fakeAgent({ containers: [], hasRecovered: false });
    expect(await straysBeside(well, starting)).toBeUndefined();
    expect(executor.isAlive()).toBe(true);
  });
});

it("finds none where nothing runs, whatever the agents say", async () => {
  await using agent = await fakeAgent({ containers: undefined });
  expect(await straysBeside(agent)).toEqual([]);
});
