// Registration, the event stream, failover and teardown of a framework.
import { STREAM_ID_HEADER } from "../../../src/mesos/scheduler-api.ts";
import { subscribe, type Framework } from "../probe/framework.ts";
import { JSON_HEADERS, type Probe } from "../probe/probe.ts";
import { shapeOf } from "../probe/shape.ts";
import { scenario } from "./scenario.ts";

const failover = { failover_timeout: 60 };
const multiRole = { capabilities: [{ type: "MULTI_ROLE" }] };

export const subscribeScenarios = [
  scenario(
    "subscribe-headers-and-first-events",
    "a subscription begins with SUBSCRIBED and HEARTBEAT",
    async (probe) => {
      const { stream, first } = await subscribe(probe);
      probe.note("subscription headers", {
        status: stream.status,
        content_type: stream.headers["content-type"],
        transfer_encoding: stream.headers["transfer-encoding"] ?? null,
        has_stream_id: /^[0-9a-f-]{36}$/.test(stream.streamId),
      });
      probe.note("first event", shapeOf(first));
      probe.note(
        "heartbeat_interval_seconds",
        first.type === "SUBSCRIBED" ? first.subscribed.heartbeat_interval_seconds : undefined,
      );
      const heartbeat = await stream.waitOrNone(({ type }) => type === "HEARTBEAT", { limitMs: 60_000 });
      const subscribed = stream.arrivals.find(({ event }) => event === first);
      // Half of the interval: without a first one, the next would be taken for it.
      probe.note("a HEARTBEAT follows at once", heartbeat && subscribed && heartbeat.atMs - subscribed.atMs < 7_500);
      const next = await stream.waitOrNone((event) => event.type === "HEARTBEAT" && event !== heartbeat?.event);
      probe.note("next HEARTBEAT after about (s)", heartbeat && next && toFives((next.atMs - heartbeat.atMs) / 1000));
    },
  ),

  scenario("subscribe-framework-id-format", "framework IDs count up behind the master's UUID", async (probe) => {
    const [first, second] = [await subscribe(probe), await subscribe(probe)].map(({ id }) => idParts(id));
    probe.note(
      "IDs are <master UUID>-NNNN, same master UUID, counting up by one",
      first !== undefined && second?.master === first.master && second.number === first.number + 1,
    );
  }),

  scenario("message-and-keys", "SUBSCRIBED tells of the master, and REQUEST is taken", async (probe) => {
    const framework = await subscribe(probe);
    probe.note("subscribed keys", shapeOf(framework.first.type === "SUBSCRIBED" ? framework.first.subscribed : null));
    await framework.call({ type: "REQUEST", request: { requests: [] } });
    await framework.teardown();
  }),

  scenario("subscribe-failover-same-id", "a framework comes back under its ID and is offered again", async (probe) => {
    const before = await subscribe(probe, failover);
    await before.offers();
    await disconnect(probe, before);
    const after = await subscribe(probe, failover, before.id);
    probe.note("same ID kept", after.id === before.id);
    probe.note("first event", after.first.type);
    probe.note("new stream ID", after.stream.streamId !== before.stream.streamId);
    await after.offers();
    probe.note("offers come again", true);
    await after.teardown();
  }),

  scenario("subscribe-takes-over-a-live-stream", "a second subscription ends the first", async (probe) => {
    const first = await subscribe(probe, failover);
    const second = await subscribe(probe, failover, first.id);
    probe.note("second subscription", second.first.type);
    const last = await first.stream.waitOrNone(({ type }) => type === "ERROR", { limitMs: 60_000 });
    probe.note("first stream gets", last?.event.type === "ERROR" ? last.event.error : null);
    probe.note("first stream is closed", await first.stream.waitClosed());
    await second.teardown();
  }),

  scenario("subscribe-after-teardown", "a framework that was torn down cannot come back", async (probe) => {
    const framework = await subscribe(probe, failover);
    await framework.call({ type: "TEARDOWN" });
    probe.note("stream closed by the master", await framework.stream.waitClosed());
    const again = await subscribe(probe, failover, framework.id);
    probe.note("answer to a torn-down ID", again.answer());
    probe.note("stream closed", await again.stream.waitClosed());
    await revive(probe, framework, "REVIVE for a torn-down framework");
  }),

  scenario("subscribe-disconnected-framework", "a disconnected framework is kept, and cannot call", async (probe) => {
    const framework = await subscribe(probe, failover);
    await disconnect(probe, framework);
    await revive(probe, framework, "REVIVE while disconnected");
    await probe.get("master", "/state", { show: false });
    const { active, connected, recovered } = (await inState(probe, framework)) ?? {};
    probe.note("in /state", { active, connected, recovered });
  }),

  scenario(
    "subscribe-no-failover-timeout",
    "without a failover timeout a framework ends with its stream",
    async (probe) => {
      const framework = await subscribe(probe);
      framework.stream.close();
      await probe.comesTrue(async () => (await inState(probe, framework)) === undefined);
      await probe.get("master", "/state", { show: false });
      const { frameworks, completed_frameworks } = await probe.masterState();
      const isIt = ({ id }: { id: string }) => id === framework.id;
      probe.note("gone from frameworks", !frameworks.some(isIt));
      probe.note("in completed_frameworks", completed_frameworks.some(isIt));
      const again = await subscribe(probe, {}, framework.id);
      probe.note("subscribing again", again.answer());
    },
  ),

  scenario("subscribe-roles", "offers name the role they are for, and roles are checked", async (probe) => {
    const framework = await subscribe(probe, { roles: ["dev"], ...multiRole });
    const offer = await framework.offer();
    probe.note("allocation_info on the offer", offer.allocation_info);
    probe.note(
      "allocation_info on its resources",
      offer.resources?.map(({ name, role, allocation_info }) => ({ name, role, allocation_info })),
    );
    await framework.teardown();
    const refused = {
      "bad role name": { roles: ["a b"], ...multiRole },
      "roles without MULTI_ROLE": { roles: ["dev"] },
      "role and roles": { role: "dev", roles: ["dev"], ...multiRole },
    };
    for (const [what, info] of Object.entries(refused)) probe.note(what, (await subscribe(probe, info)).answer());
  }),

  scenario("subscribe-unknown-framework-id", "a framework may bring an ID of its own", async (probe) => {
    const framework = await subscribe(probe, failover, "made-up-by-the-framework");
    probe.note("answer", framework.answer({ type: framework.first.type, id: framework.id }));
    await framework.teardown();
  }),
];

function toFives(seconds: number): number {
  return Math.round(seconds / 5) * 5;
}

function idParts(id: string): { master: string; number: number } | undefined {
  const parts = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-(\d{4,})$/.exec(id);
  return parts?.[1] === undefined ? undefined : { master: parts[1], number: Number(parts[2]) };
}

/** Closes the framework's stream and waits until the master has seen that. */
async function disconnect(probe: Probe, framework: Framework): Promise<void> {
  framework.stream.close();
  await probe.comesTrue(async () => (await inState(probe, framework))?.connected === false);
}

async function inState(probe: Probe, framework: Framework) {
  return (await probe.masterState()).frameworks.find(({ id }) => id === framework.id);
}

async function revive(probe: Probe, framework: Framework, label: string): Promise<void> {
  const headers = { ...JSON_HEADERS, [STREAM_ID_HEADER]: framework.stream.streamId };
  await probe.schedulerCall({ type: "REVIVE", framework_id: { value: framework.id } }, { headers, label });
}
