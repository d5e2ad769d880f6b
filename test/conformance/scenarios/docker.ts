// Containers on an agent, reached over HTTP: what the project is for.
import type { ContainerInfo, TaskInfo } from "../../../src/mesos/types.ts";
import { serve, tarGz } from "../probe/content-server.ts";
import { launchOne, type Launched, type LaunchOptions } from "../probe/launch.ts";
import type { PlainAnswer } from "../probe/plain-http.ts";
import type { Probe } from "../probe/probe.ts";
import { fieldNames } from "../probe/shape.ts";
import { ranges, scalar, taskInfo } from "../probe/task.ts";
import { scenario } from "./scenario.ts";

type Docker = NonNullable<ContainerInfo["docker"]>;

/** The image's own command. */
const imageCommand = { shell: false };
/** Where Docker's own patience with a process that ignores TERM is over. */
const DOCKER_LIMIT_MS = 60_000;

export const dockerScenarios = [
  scenario("docker-bridge-port", "a mapped port of the container answers on the host", async (probe) => {
    const { framework, id, offer, status } = await runContainer(probe, {
      over: { command: imageCommand, resources: resourcesWithPort(9090) },
      docker: {
        network: "BRIDGE",
        port_mappings: [{ host_port: 9090, container_port: 80, protocol: "tcp" }],
      },
      until: ["TASK_RUNNING", "TASK_FAILED"],
    });
    const { container_status } = status;
    probe.note("container_status", {
      keys: fieldNames(container_status),
      network_infos: (container_status?.network_infos ?? []).map((network) => ({
        keys: fieldNames(network),
        ip_keys: (network.ip_addresses ?? []).map(fieldNames),
      })),
    });
    const answer = await answerOf(probe, "http://127.0.0.1:9090");
    probe.note("GET /", { status: answer.status, server: serverName(answer) });
    await framework.call({ type: "KILL", kill: { task_id: { value: id }, agent_id: offer.agent_id } });
    await framework.follow(id, ["TASK_KILLED", "TASK_FAILED"], DOCKER_LIMIT_MS);
    await framework.teardown();
  }),

  scenario("docker-host-network", "a command runs in the container, with the sandbox mounted", async (probe) => {
    const value = "printf 'hi from the container' > $MESOS_SANDBOX/proof && sleep 30";
    const { framework, id, status } = await runContainer(probe, {
      over: { command: { shell: true, value } },
      until: ["TASK_RUNNING", "TASK_FAILED"],
    });
    probe.note("state", status.state);
    await framework.send({ type: "KILL", kill: { task_id: { value: id } } });
    await framework.follow(id, ["TASK_KILLED", "TASK_FAILED"], DOCKER_LIMIT_MS);
    await framework.teardown();
  }),

  scenario("docker-no-such-image", "an image that cannot be had fails the task", async (probe) => {
    const { framework } = await runContainer(probe, {
      over: { command: imageCommand },
      docker: { image: "no-such-image-anywhere:0" },
      until: ["TASK_FAILED", "TASK_ERROR", "TASK_LOST"],
    });
    await framework.teardown();
  }),

  scenario("docker-command-exits", "the exit status of a container is told", async (probe) => {
    const { framework } = await runContainer(probe, {
      over: { command: { shell: true, value: "exit 3" } },
      until: ["TASK_FAILED", "TASK_FINISHED"],
    });
    await framework.teardown();
  }),

  scenario("docker-sandbox-is-mounted", "fetched files are in the container", async (probe) => {
    const { url } = await serve(probe, { "/content.tar.gz": tarGz("index.html", "<h1>mine</h1>\n") });
    const uris = [{ value: `${url}/content.tar.gz`, extract: true }];
    const { framework } = await runContainer(probe, {
      over: { command: { shell: true, value: 'test -f "$MESOS_SANDBOX/index.html"', uris } },
      until: ["TASK_FINISHED", "TASK_FAILED"],
    });
    await framework.teardown();
  }),

  scenario("docker-http-health-check", "a container's HTTP check makes an update with `healthy`", async (probe) => {
    const { framework, id } = await runContainer(probe, {
      over: {
        command: imageCommand,
        resources: resourcesWithPort(9091),
        health_check: {
          type: "HTTP",
          http: { port: 80, path: "/" },
          delay_seconds: 0,
          interval_seconds: 1,
          timeout_seconds: 5,
          grace_period_seconds: 10,
          consecutive_failures: 3,
        },
      },
      docker: { network: "BRIDGE", port_mappings: [{ host_port: 9091, container_port: 80 }] },
      until: ["TASK_RUNNING", "TASK_FAILED"],
    });
    probe.note("health update", await healthUpdate({ framework, id }));
    await framework.send({ type: "KILL", kill: { task_id: { value: id } } });
    await framework.teardown();
  }),
];

interface ContainerOptions {
  over: Partial<TaskInfo>;
  /** By default the image of the target on the host's network. */
  docker?: Partial<Docker>;
  until: LaunchOptions["until"];
}

async function runContainer(probe: Probe, { over, docker, until }: ContainerOptions): Promise<Launched> {
  const image = { image: probe.target.image, network: "HOST" as const, ...docker };
  const container: ContainerInfo = { type: "DOCKER", docker: image };
  return await launchOne(probe, {
    task: (offer, id) => taskInfo(offer, id, { container, ...over }),
    until,
    limitMs: DOCKER_LIMIT_MS,
  });
}

function resourcesWithPort(port: number) {
  return [scalar("cpus", 0.2), scalar("mem", 100), ranges("ports", port, port)];
}

/** The first answer at all, of whatever status. */
async function answerOf(probe: Probe, url: string): Promise<PlainAnswer> {
  let answer: PlainAnswer | undefined;
  await probe.comesTrue(async () => {
    answer = await probe.http.exchange(url, { method: "GET", path: "/" }).catch(() => undefined);
    return answer !== undefined;
  });
  if (answer === undefined) throw new Error(`nothing answers at ${url}`);
  return answer;
}

async function healthUpdate({ framework, id }: Pick<Launched, "framework" | "id">) {
  const next = async () => {
    for (;;) {
      const status = await framework.nextUpdate(id, 20_000);
      if (status.healthy !== undefined) return status;
    }
  };
  const status = await next().catch(() => undefined);
  return status && { state: status.state, healthy: status.healthy, reason: status.reason, source: status.source };
}

/** Without its version. */
function serverName({ headers }: PlainAnswer): string {
  return String(headers.server ?? "")
    .split("/", 1)
    .join();
}
