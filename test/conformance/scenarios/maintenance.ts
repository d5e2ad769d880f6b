// Maintenance: machines are scheduled for it, and frameworks are asked to leave them.
import type { SchedulerEvent } from "../../../src/mesos/scheduler-api.ts";
import { subscribe, type Framework } from "../probe/framework.ts";
import { JSON_HEADERS, type Probe } from "../probe/probe.ts";
import { shapeOf } from "../probe/shape.ts";
import { scenario } from "./scenario.ts";

interface MachineId {
  hostname?: string;
  ip?: string;
}

const HOUR_NS = 3600e9;
const ELSEWHERE: MachineId = { hostname: "Elsewhere" };

export const maintenanceScenarios = [
  scenario("maintenance-refusals", "schedules and machines that cannot be are refused", async (probe) => {
    const window = (machines: MachineId[], over: object = {}) => ({ windows: [windowOf(machines, over)] });
    const negative = { start: { nanoseconds: 1 }, duration: { nanoseconds: -5 } };
    const bad: [label: string, body: unknown][] = [
      ["cut short", "{"],
      ["an array", []],
      ["a window of nothing", { windows: [{}] }],
      ["no machines", window([])],
      ["no name", window([{}])],
      ["no address", window([{ ip: "nope" }])],
      ["negative duration", window([ELSEWHERE], { unavailability: negative })],
      ["twice in a window", window([ELSEWHERE, { hostname: "elsewhere" }])],
      ["in two windows", { windows: [windowOf([ELSEWHERE]), windowOf([ELSEWHERE])] }],
    ];
    for (const [label, body] of bad) await post(probe, "/maintenance/schedule", body, label);
    await probe.exchange("master", { method: "PUT", path: "/maintenance/schedule" });
    await probe.operatorCall("master", { type: "UPDATE_MAINTENANCE_SCHEDULE" }, { label: "no schedule" });
    const machines: [label: string, body: unknown][] = [
      ["cut short", "["],
      ["an object", {}],
      ["none", []],
      ["no name", [{}]],
      ["not scheduled", [{ hostname: "nobody" }]],
    ];
    for (const path of ["/machine/down", "/machine/up"])
      for (const [label, body] of machines) await post(probe, path, body, label);
    await probe.get("master", "/machine/down");
  }),

  scenario("maintenance-of-a-machine", "a machine is scheduled, goes down, and comes up again", async (probe) => {
    await withSchedule(probe, [ELSEWHERE, { ip: "10.9.8.7" }]);
    const look = async () => {
      for (const path of ["/maintenance/schedule", "/maintenance/status"]) await probe.get("master", path);
      for (const type of ["GET_MAINTENANCE_SCHEDULE", "GET_MAINTENANCE_STATUS"])
        await probe.operatorCall("master", { type }, { label: type });
    };
    const byIp = [{ ip: "10.9.8.7" }];
    await post(probe, "/machine/up", byIp, "not down yet");
    await post(probe, "/machine/down", byIp, "down");
    await post(probe, "/machine/down", byIp, "down twice");
    await look();
    await post(
      probe,
      "/maintenance/schedule",
      { windows: [windowOf([ELSEWHERE])] },
      "without the machine that is down",
    );
    await probe.operatorCall("master", { type: "STOP_MAINTENANCE", stop_maintenance: { machines: byIp } });
    await look();
    const other = { machines: [{ hostname: "elsewhere" }] };
    await probe.operatorCall("master", { type: "START_MAINTENANCE", start_maintenance: other });
    await probe.operatorCall("master", { type: "STOP_MAINTENANCE", stop_maintenance: other });
    await look();
    await post(probe, "/machine/down", byIp, "down when it is not scheduled any more");
  }),

  scenario("maintenance-inverse-offers", "who holds something on the machine is asked for it back", async (probe) => {
    const framework = await subscribe(probe);
    await framework.offers();
    const machine = await agentsMachine(probe);
    const seen = (body: unknown): unknown =>
      JSON.parse(JSON.stringify(body, (_, value: unknown) => (isSame(value, machine) ? "<MACHINE>" : value)));
    const status = async () => {
      await probe.get("master", "/maintenance/status", { show: seen });
    };
    const scheduled = framework.stream.mark();
    await withSchedule(probe, [machine]);
    const first = await inverseOffer(framework, scheduled);
    probe.note("events", typesSince(framework, scheduled));
    probe.note("inverse offer", shapeOf(first));
    const offer = await framework.offer({ since: scheduled });
    probe.note("offer", shapeOf(offer));
    await status();
    await listed(probe, framework);
    const declined = framework.stream.mark();
    await framework.call({
      type: "DECLINE_INVERSE_OFFERS",
      decline_inverse_offers: { inverse_offer_ids: [first.id], filters: { refuse_seconds: 1 } },
    });
    await answered(probe, "DECLINE");
    await status();
    const second = await inverseOffer(framework, declined);
    await framework.call({
      type: "ACCEPT_INVERSE_OFFERS",
      accept_inverse_offers: { inverse_offer_ids: [second.id], filters: { refuse_seconds: 3600 } },
    });
    await framework.call({
      type: "ACCEPT_INVERSE_OFFERS",
      accept_inverse_offers: { inverse_offer_ids: [{ value: "no-such-offer" }] },
    });
    await answered(probe, "ACCEPT");
    await status();
    await listed(probe, framework);
    const again = framework.stream.mark();
    await post(probe, "/maintenance/schedule", { windows: [windowOf([machine])] }, "scheduled anew");
    await inverseOffer(framework, again);
    probe.note("events after it was scheduled anew", typesSince(framework, again));
    await status();
    const over = framework.stream.mark();
    await post(probe, "/maintenance/schedule", {}, "no schedule");
    const { unavailability } = await framework.offer({ since: over });
    probe.note("events after that", typesSince(framework, over));
    probe.note("unavailability", unavailability);
    await framework.teardown();
  }),
];

/** In an hour, for an hour. */
function windowOf(machines: MachineId[], over: object = {}) {
  const startNs = (Date.now() + 3600_000) * 1e6;
  return {
    machine_ids: machines,
    unavailability: { start: { nanoseconds: startNs }, duration: { nanoseconds: HOUR_NS } },
    ...over,
  };
}

async function post(probe: Probe, path: string, body: unknown, label: string): Promise<void> {
  await probe.exchange("master", { method: "POST", path, headers: JSON_HEADERS, body, label: `${path}: ${label}` });
}

/** However the scenario ends, there is no schedule afterwards. */
async function withSchedule(probe: Probe, machines: MachineId[]): Promise<void> {
  probe.atEnd(async () => {
    const request = { method: "POST", headers: JSON_HEADERS };
    for (const machine of machines) await probe.quietly("master", { ...request, path: "/machine/up", body: [machine] });
    await probe.quietly("master", { ...request, path: "/maintenance/schedule", body: {} });
  });
  await post(probe, "/maintenance/schedule", { windows: [windowOf(machines)] }, "scheduled");
}

async function agentsMachine(probe: Probe): Promise<Required<MachineId>> {
  const [agent] = (await probe.masterState()).slaves;
  const pid = String(agent?.["pid"]);
  return { hostname: String(agent?.["hostname"]), ip: pid.slice(pid.indexOf("@") + 1, pid.lastIndexOf(":")) };
}

function isSame(value: unknown, { hostname, ip }: MachineId): boolean {
  const { hostname: itsName, ip: itsIp } = (value ?? {}) as MachineId;
  return itsName === hostname && itsIp === ip;
}

async function inverseOffer(framework: Framework, since: number) {
  const { event } = await framework.stream.wait(({ type }) => type === "INVERSE_OFFERS", { since });
  const [offer] = event.type === "INVERSE_OFFERS" ? event.inverse_offers.inverse_offers : [];
  if (offer === undefined) throw new Error("an INVERSE_OFFERS event without an offer");
  return offer;
}

const typesSince = ({ stream }: Framework, mark: number): SchedulerEvent["type"][] =>
  stream.events
    .slice(mark)
    .map(({ type }) => type)
    .filter((type) => type !== "HEARTBEAT");

/** Answers are taken in later than they are acknowledged. */
async function answered(probe: Probe, status: string): Promise<void> {
  await probe.comesTrue(async () => {
    const answer = await probe.quietly("master", { method: "GET", path: "/maintenance/status" });
    return JSON.stringify(answer.json).includes(`"${status}"`);
  });
}

async function listed(probe: Probe, framework: Framework): Promise<void> {
  const body = { type: "GET_FRAMEWORKS" };
  const answer = await probe.quietly("master", { method: "POST", path: "/api/v1", headers: JSON_HEADERS, body });
  const { frameworks } = (answer.json as { get_frameworks: { frameworks: ListedFramework[] } }).get_frameworks;
  const its = frameworks.find(({ framework_info: { id } }) => id.value === framework.id);
  probe.note("inverse offers of the framework", shapeOf(its?.inverse_offers));
}

interface ListedFramework {
  framework_info: { id: { value: string } };
  inverse_offers?: unknown[];
}
