import { expect, it } from "vitest";
import { HttpClient } from "../../src/client/http.ts";
import { fitOf } from "../../src/scheduler/fit.ts";
import { parseAppObject } from "../../src/scheduler/parse-app-file.ts";
import { json, ScriptedMaster } from "../client/scripted-master.ts";

const cpus = (value: number, over: object = {}) => ({ name: "cpus", type: "SCALAR", scalar: { value }, ...over });
const mem = { name: "mem", type: "SCALAR", scalar: { value: 1024 } };
const agent = (n: number, over: object = {}) => ({
  agent_info: {
    id: { value: `a${n}` },
    hostname: `host${n}`,
    attributes: [{ name: "rack", type: "TEXT", text: { value: `r${n}` } }],
  },
  active: true,
  pid: `slave(1)@10.0.0.${n}:5051`,
  total_resources: [cpus(4), mem],
  ...over,
});

it("an app file is held against what each agent has left, the nearest miss first", async () => {
  await using master = await ScriptedMaster.start();
  await using http = new HttpClient();
  const agents = [
    agent(1, { allocated_resources: [cpus(3.5, { allocation_info: { role: "x" } })] }),
    agent(2, { total_resources: [cpus(4, { reservations: [{ type: "STATIC", role: "other" }] }), mem] }),
    agent(3),
    agent(4, { active: false }),
  ];
  master.on("/api/v1", json({ type: "GET_AGENTS", get_agents: { agents } }));
  const look = (spec: object) =>
    fitOf(parseAppObject({ name: "web", command: "true", cpus: 1, ...spec }), {
      http,
      master: master.url,
      signal: AbortSignal.timeout(60_000),
    });
  const some = await look({});
  expect(some.summary).toBe("web is not launched here: 1 of 4 agents would do for an instance.");
  const none = await look({ constraints: [["rack", "EQUALS", "r1"]] });
  expect(none.summary).toBe("web is not launched here: none of 4 agents does.");
  expect(none.agents.map(({ agent, reasons }) => [agent, reasons])).toEqual([
    ["host1:5051", ["cpus 0.5 offered, 1 wanted"]],
    ["host3:5051", ["rack is r3, wanted r1"]],
    ["host4:5051", [expect.stringContaining("not active"), "rack is r4, wanted r1"]],
    ["host2:5051", ["rack is r2, wanted r1", "cpus 0 offered, 1 wanted"]],
  ]);
});
