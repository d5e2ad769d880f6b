import { describe, expect, it } from "vitest";
import type { OperationRecord, ResourceOperation } from "../../../src/mesos/operations.ts";
import { scalarResource } from "../../../src/mesos/resources.ts";
import type { Operation, Resource } from "../../../src/mesos/types.ts";
import { settle } from "../support/fake-clock.ts";
import { ask, aTask, startMaster, TestAgent, TestFramework, type TestMaster } from "../support/master-harness.ts";

const UUID = "c3RhdHVzIHV1aWRBQkNEAQ==";
const CAPABILITIES = [{ type: "MULTI_ROLE" }, { type: "RESERVATION_REFINEMENT" }];
const OPS = { roles: ["ops"], principal: "me", capabilities: CAPABILITIES };
const reservations = [{ type: "DYNAMIC", role: "ops", principal: "me" }];
const cpus = (value: number, over: Partial<Resource> = {}): Resource => ({
  ...{ ...scalarResource("cpus", value), reservations, ...over },
});
const disk = (value: number, over: Partial<Resource> = {}): Resource => ({
  ...{ ...scalarResource("disk", value), reservations, ...over },
});
const volume = (value = 64, id = "v1"): Resource =>
  disk(value, { disk: { persistence: { id, principal: "me" }, volume: { container_path: "data", mode: "RW" } } });

const reserve = (...resources: Resource[]): ResourceOperation => ({ type: "RESERVE", reserve: { resources } });
const create = (...volumes: Resource[]): ResourceOperation => ({ type: "CREATE", create: { volumes } });

async function start(info: object = OPS) {
  const test = await startMaster();
  const agent = await new TestAgent(test).register();
  const framework = new TestFramework(test, info);
  await settle();
  const accept = async (...operations: Operation[]): Promise<void> => {
    const offer_ids = framework.offers.slice(-1).map(({ id }) => id);
    framework.call({ type: "ACCEPT", accept: { offer_ids, operations, filters: { refuse_seconds: 0 } } });
    await test.clock.advance(1000);
  };
  return { test, agent, framework, accept };
}

/** The agent does what it was told, and says so. */
async function obey(agent: TestAgent): Promise<OperationRecord[]> {
  const told = agent.heard("APPLY_OPERATION").map(({ apply_operation: one }) => one);
  const records: OperationRecord[] = [];
  for (const { framework_id, operation_info: info, operation_uuid: uuid } of told) {
    const agent_id = { value: agent.id };
    const id = info.id ? { operation_id: info.id, uuid: { value: UUID } } : {};
    const status = { state: "OPERATION_FINISHED" as const, agent_id, ...id };
    const owner = framework_id ? { framework_id } : {};
    await agent.send({ type: "OPERATION_UPDATE", operation_update: { ...owner, operation_uuid: uuid, status } });
    records.push({ ...owner, agent_id, info, latest_status: status, statuses: [status], uuid });
  }
  return records;
}

const amounts = (framework: TestFramework): string[] =>
  (framework.offers.at(-1)?.resources ?? []).flatMap(({ name, scalar, reservations: held, disk: of }) =>
    scalar ? [`${name}${held ? "!" : ""}${of ? "#" : ""}:${scalar.value}`] : [],
  );

const asOperator = (test: TestMaster, type: string, part: object) =>
  ask(test, "POST", "/api/v1", {
    headers: { "content-type": "application/json" },
    body: Buffer.from(JSON.stringify({ type, [type.toLowerCase()]: part })),
  });

describe("operations on offered resources", () => {
  it("reserve, make volumes and launch on both in one ACCEPT", async () => {
    const { agent, framework, accept } = await start();
    const [offer] = framework.offers;
    const launch = aTask(offer!, { resources: [cpus(1), scalarResource("mem", 64), volume()] });
    await accept(reserve(cpus(1), disk(64)), create(volume()), {
      ...{ type: "LAUNCH", launch: { task_infos: [launch] } },
    });
    expect(framework.updates).toEqual([]);
    expect(agent.told.map(({ type }) => type).filter((type) => /APPLY|RUN/.test(type))).toEqual([
      ...["APPLY_OPERATION", "APPLY_OPERATION", "RUN_TASK"],
    ]);
    expect(amounts(framework)).toEqual(["cpus:3", "mem:4032", "disk:9936"]);
  });

  it("are offered to their role alone afterwards", async () => {
    const { test, framework, accept } = await start();
    await accept(reserve(cpus(1), disk(64)), create(volume()));
    expect(amounts(framework)).toEqual(["cpus!:1", "disk!#:64", "cpus:3", "mem:4096", "disk:9936"]);
    framework.disconnect();
    const other = new TestFramework(test, { roles: ["dev"], capabilities: CAPABILITIES });
    await settle();
    expect(amounts(other)).toEqual(["cpus:3", "mem:4096", "disk:9936"]);
  });

  it("are undone in the other order", async () => {
    const { framework, accept } = await start();
    await accept(reserve(disk(64)), create(volume()));
    await accept(
      { type: "DESTROY", destroy: { volumes: [volume()] } },
      { type: "UNRESERVE", unreserve: { resources: [disk(64)] } },
    );
    expect(amounts(framework)).toEqual(["cpus:4", "mem:4096", "disk:10000"]);
  });

  it("are written in the older form by frameworks that know no other", async () => {
    const { framework, accept } = await start({ role: "ops", principal: "me" });
    await accept(reserve({ ...scalarResource("cpus", 1), role: "ops", reservation: { principal: "me" } }));
    const [, reserved] = framework.offers.at(-1)?.resources ?? [];
    expect(reserved).toEqual({ ...scalarResource("cpus", 1), role: "ops", reservation: { principal: "me" } });
  });

  it("resize volumes for a later offer", async () => {
    const { framework, accept } = await start();
    await accept(reserve(disk(100)), create(volume(64)), {
      ...{ type: "GROW_VOLUME", grow_volume: { volume: volume(64), addition: disk(36) } },
    });
    expect(amounts(framework)).toContain("disk!#:100");
    await accept({ type: "SHRINK_VOLUME", shrink_volume: { volume: volume(100), subtract: { value: 90 } } });
    expect(amounts(framework)).toEqual(expect.arrayContaining(["disk!#:10", "disk!:90"]));
  });

  it.each([
    [
      reserve(cpus(100)),
      "ports(allocated: ops):[9000-9010]; cpus(allocated: ops):4; mem(allocated: ops):4096; disk(allocated: ops):10000 does not contain cpus(allocated: ops):100",
    ],
    [
      reserve(),
      /^Invalid resources: The resources have multiple resource providers: ; on agent .*-S0 at slave\(1\)@127.0.0.1:5051 \(a1\)$/,
    ],
    [reserve(scalarResource("cpus", 1)), /^Resource cpus\(allocated: ops\):1 is not dynamically reserved; on agent/],
    [reserve(cpus(0)), /^Invalid resources: .*value <= 0; on agent/],
    [
      reserve(cpus(-1)),
      "Operation attempted with invalid resources: Resource 'cpus(reservations: [(DYNAMIC,ops,me)]):-1' is invalid: Invalid scalar resource: value <= 0",
    ],
    [
      reserve(cpus(1, { reservations: [{ type: "DYNAMIC", role: "dev", principal: "me" }] })),
      /with role 'dev', but the resource was allocated to role 'ops'; on agent/,
    ],
    [
      reserve(cpus(1, { reservations: [{ type: "DYNAMIC", role: "ops" }] })),
      /by principal 'me', but there is a reserved resource in the request with no principal set/,
    ],
    [create(volume()), /does not contain disk\(allocated: ops\)\(reservations: \[\(DYNAMIC,ops,me\)\]\):64$/],
    [create(volume(), volume()), /^Persistence ID 'v1' is not unique; on agent/],
    [create(volume(64, "a/b")), /Invalid persistence ID for persistent volume: 'a\/b' contains invalid characters/],
    [create({ ...volume(), shared: {} }), /with no SHARED_RESOURCES capability; on agent/],
    [{ type: "DESTROY", destroy: { volumes: [volume()] } }, /^Persistent volumes not found; on agent/],
    [
      { type: "CREATE_DISK", create_disk: { source: disk(1), target_type: "MOUNT" } },
      /^'source' is not managed by a resource provider; on agent/,
    ],
    [
      { type: "RESERVE" },
      "Operation attempted with invalid resources: A RESERVE offer operation must have the Offer.Operation.reserve field set.",
    ],
  ] as [Operation, string | RegExp][])("are refused in Mesos's words: %j", async (operation, words) => {
    const { agent, framework, accept } = await start();
    await accept({ ...operation, id: { value: "o" } });
    expect(framework.operations).toEqual([
      {
        operation_id: { value: "o" },
        state: "OPERATION_ERROR",
        message: expect.stringMatching(words instanceof RegExp ? words : "") as string,
      },
    ]);
    if (typeof words === "string") expect(framework.operations[0]?.message).toBe(words);
    expect(agent.heard("APPLY_OPERATION")).toEqual([]);
    expect(amounts(framework)).toEqual(["cpus:4", "mem:4096", "disk:10000"]);
  });

  it("tell of an offer that is not valid", async () => {
    const { framework } = await start();
    const operations = [{ ...reserve(cpus(1)), id: { value: "o" } }];
    framework.call({ type: "ACCEPT", accept: { offer_ids: [{ value: "nope" }], operations } });
    expect(framework.operations).toMatchObject([
      { message: "Operation attempted with invalid offers: Offer nope is no longer valid" },
    ]);
  });
});

describe("the outcome of operations", () => {
  const named = { ...reserve(cpus(1)), id: { value: "o" } };

  it("is told until it is acknowledged", async () => {
    const { test, agent, framework, accept } = await start();
    await accept(named);
    await obey(agent);
    const told = { operation_id: { value: "o" }, state: "OPERATION_FINISHED", uuid: { value: UUID } };
    expect(framework.operations).toMatchObject([told]);
    const listed = async () => (await ask(test, "POST", "/api/v1", operatorAsks("GET_OPERATIONS"))).json;
    expect(await listed()).toMatchObject({ get_operations: { operations: [{ latest_status: told }] } });
    const acknowledged = { agent_id: { value: agent.id }, operation_id: { value: "o" }, uuid: UUID };
    framework.call({ type: "ACKNOWLEDGE_OPERATION_STATUS", acknowledge_operation_status: acknowledged });
    expect(await listed()).toEqual({ type: "GET_OPERATIONS", get_operations: {} });
    expect(agent.heard("ACKNOWLEDGE_OPERATION")).toMatchObject([
      { acknowledge_operation: { status_uuid: { value: UUID } } },
    ]);
  });

  it("is told when asked for", async () => {
    const { agent, framework, accept } = await start();
    await accept(named);
    await obey(agent);
    framework.operations.length = 0;
    framework.call({ type: "RECONCILE_OPERATIONS", reconcile_operations: {} });
    const asked = [{ agent_id: undefined }, { agent_id: { value: agent.id } }, { agent_id: { value: "nope" } }];
    const operations = asked.map(({ agent_id }) => ({
      operation_id: { value: "x" },
      ...(agent_id ? { agent_id } : {}),
    }));
    framework.call({ type: "RECONCILE_OPERATIONS", reconcile_operations: { operations } });
    expect(framework.operations.map(({ state, message }) => [state, message])).toEqual([
      ["OPERATION_FINISHED", undefined],
      ["OPERATION_UNKNOWN", "Reconciliation: Operation is unknown and no 'agent_id' was provided"],
      ["OPERATION_UNKNOWN", "Reconciliation: Operation is unknown"],
      ["OPERATION_UNKNOWN", "Reconciliation: Both operation and agent are unknown"],
    ]);
    expect(framework.operations[0]).not.toHaveProperty("uuid");
  });

  it("is acknowledged by the master where the framework is gone", async () => {
    const { agent, framework, accept } = await start();
    await accept(named);
    framework.call({ type: "TEARDOWN" });
    await obey(agent);
    expect(agent.heard("ACKNOWLEDGE_OPERATION")).toHaveLength(1);
  });

  it("is that it was dropped, where the agent never heard of it", async () => {
    const { agent, framework, accept } = await start();
    await accept(named);
    await agent.reregister();
    expect(framework.operations).toMatchObject([{ operation_id: { value: "o" }, state: "OPERATION_DROPPED" }]);
  });

  it("comes with the agent to another master", async () => {
    const { agent, accept } = await start();
    await accept(named);
    const operations = await obey(agent);
    const next = await startMaster();
    const framework = new TestFramework(next, { ...OPS, id: operations[0]!.framework_id! });
    const back = new TestAgent(next, { id: agent.id });
    const total_resources = [cpus(1), scalarResource("cpus", 3), ...back.resources.slice(1)];
    const report = { ...back.description, total_resources, tasks: [], executors: [], frameworks: [], operations };
    await back.send({ type: "REREGISTER", reregister: report });
    expect(amounts(framework)).toEqual(["cpus!:1", "cpus:3", "mem:4096", "disk:10000"]);
    framework.call({ type: "RECONCILE_OPERATIONS", reconcile_operations: {} });
    expect(framework.operations).toMatchObject([{ operation_id: { value: "o" }, state: "OPERATION_FINISHED" }]);
  });

  it("is that an operator has given the agent up", async () => {
    const { test, agent, framework, accept } = await start();
    await accept(named);
    await asOperator(test, "MARK_AGENT_GONE", { agent_id: { value: agent.id } });
    await settle();
    const gone = { state: "OPERATION_GONE_BY_OPERATOR", message: "Agent has been marked gone" };
    expect(framework.operations).toMatchObject([gone]);
  });
});

const operatorAsks = (type: string) => ({
  headers: { "content-type": "application/json" },
  body: Buffer.from(JSON.stringify({ type })),
});

describe("operators' requests for reservations and volumes", () => {
  const form = (path: string, id: string, name: string, resources: Resource[], test: TestMaster) =>
    ask(test, "POST", path, {
      body: Buffer.from(new URLSearchParams({ slaveId: id, [name]: JSON.stringify(resources) }).toString()),
    });

  it("take back offers as far as they need to", async () => {
    const { test, agent, framework } = await start();
    const agent_id = { value: agent.id };
    expect((await asOperator(test, "RESERVE_RESOURCES", { agent_id, resources: [disk(64)] })).status).toBe(202);
    await settle();
    expect(framework.types).toContain("RESCIND");
    expect(amounts(framework)).toContain("disk!:64");
    expect((await asOperator(test, "CREATE_VOLUMES", { agent_id, volumes: [volume()] })).status).toBe(202);
    await settle();
    expect(amounts(framework)).toContain("disk!#:64");
    expect(await obey(agent)).toHaveLength(2);
    const { json } = await ask(test, "GET", "/slaves");
    expect(json).toMatchObject({ slaves: [{ reserved_resources: { ops: { disk: 64 } } }] });
  });

  it("are forms too", async () => {
    const { test, agent, framework } = await start();
    expect((await form("/reserve", agent.id, "resources", [disk(64)], test)).status).toBe(202);
    expect((await form("/create-volumes", agent.id, "volumes", [volume()], test)).status).toBe(202);
    expect((await form("/destroy-volumes", agent.id, "volumes", [volume()], test)).status).toBe(202);
    expect((await form("/unreserve", agent.id, "resources", [disk(64)], test)).status).toBe(202);
    await settle();
    expect(amounts(framework)).toEqual(["cpus:4", "mem:4096", "disk:10000"]);
  });

  it("do not take what is used", async () => {
    const { test, agent, framework, accept } = await start();
    const task = aTask(framework.offers[0]!, { resources: [scalarResource("mem", 64), volume()] });
    await accept(reserve(disk(64)), create(volume()), { type: "LAUNCH", launch: { task_infos: [task] } });
    const answer = await form("/destroy-volumes", agent.id, "volumes", [volume()], test);
    expect(answer).toMatchObject({ status: 400, body: "Invalid DESTROY operation: Persistent volumes in use" });
  });

  it.each([
    [
      "/reserve",
      "resources",
      [scalarResource("cpus", 1)],
      400,
      /^Invalid RESERVE operation on agent .* \(a1\): Resource cpus:1 is not dynamically reserved$/,
    ],
    [
      "/reserve",
      "resources",
      [cpus(100)],
      409,
      /^cpus:4; mem:4096; disk:10000; ports:\[9000-9010\] does not contain cpus:100$/,
    ],
    [
      "/reserve",
      "resources",
      [{ name: "cpus", type: "SCALAR" }],
      400,
      /^Resource 'cpus:0' is invalid: Invalid scalar resource$/,
    ],
    [
      "/reserve",
      "resources",
      [{ name: "cpus" } as Resource],
      400,
      /^Error parsing 'resources' query parameter in the request body: Missing required fields: type$/,
    ],
    [
      "/unreserve",
      "resources",
      [scalarResource("cpus", 1)],
      400,
      /^Invalid UNRESERVE operation: Resource cpus:1 is not dynamically reserved$/,
    ],
    [
      "/create-volumes",
      "volumes",
      [disk(64)],
      400,
      /^Invalid CREATE operation on agent .*: Not a persistent volume: Resource disk\(.*\):64 does not have DiskInfo$/,
    ],
    ["/destroy-volumes", "volumes", [volume()], 400, /^Invalid DESTROY operation: Persistent volumes not found$/],
  ] as [string, string, Resource[], number, RegExp][])(
    "are refused in Mesos's words: %s %s %j",
    async (path, name, resources, status, words) => {
      const { test, agent } = await start();
      const answer = await form(path, agent.id, name, resources, test);
      expect(answer.status).toBe(status);
      expect(answer.body).toMatch(words);
    },
  );
});
