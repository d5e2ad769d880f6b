import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ContainerMount, NodeContainer, PlacedImage } from "../../src/cluster/docker/docker-types.ts";
import { anyCluster, anyPlacement, containersOf, inDocker } from "../cluster/docker/in-docker.ts";
import { synthesized, valueOf, type Resource, type Synthesized } from "./synthesized.ts";

/** What a resource says of its container, in the plan's words. */
function containerOf(resource: Resource, all: Synthesized): NodeContainer {
  const value = <T>(attribute: string, otherwise?: T): T => (valueOf(resource[attribute], all) ?? otherwise) as T;
  const blocks = (name: string): Resource[] => (resource[name] ?? []) as Resource[];
  const [network] = blocks("networks_advanced");
  const healthcheck = resource["healthcheck"] as Resource | undefined;
  const capabilities = resource["capabilities"] as { add: string[] } | undefined;
  const container: NodeContainer = {
    name: value("name"),
    image: value("image"),
    network: value("network_mode") === "host" ? "host" : "cluster",
    ip: network?.["ipv4_address"] as string | undefined,
    published: blocks("ports").map(({ ip, internal, external }) => {
      expect(internal).toBe(external);
      return { bind: ip as string, port: internal as number };
    }),
    entrypoint: value("entrypoint"),
    command: value("command", []),
    environment: Object.fromEntries(
      value<string[]>("env", []).map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
    ),
    mounts: blocks("volumes").map((block) => mountOf(block, all)),
    capabilities: capabilities?.add ?? [],
    privileged: value("privileged", false),
    hostPids: value("pid_mode") === "host",
    hostCgroups: value("cgroupns_mode") === "host",
    healthcheck: healthcheck && {
      test: valueOf(healthcheck["test"], all) as string[],
      interval: healthcheck["interval"] as string,
      timeout: healthcheck["timeout"] as string,
      startPeriod: healthcheck["start_period"] as string,
      retries: healthcheck["retries"] as number,
    },
    waitUntilHealthy: value("wait"),
    stopTimeoutSecs: value("stop_timeout"),
    labels: labelsOf(resource, all),
  };
  if (network !== undefined) expect(valueOf(network["name"], all)).toBe(networkOf(all)["name"]);
  return container;
}

function mountOf(block: Resource, all: Synthesized): ContainerMount {
  const path = valueOf(block["container_path"], all) as string;
  if (block["host_path"] === undefined) {
    return { kind: "volume", volume: valueOf(block["volume_name"], all) as string, path };
  }
  return { kind: "bind", source: valueOf(block["host_path"], all) as string, path };
}

function labelsOf(resource: Resource, all: Synthesized): Record<string, string> {
  const labels = resource["labels"] as { label: string; value: string }[];
  return Object.fromEntries(labels.map(({ label, value }) => [label, valueOf(value, all) as string]));
}

function networkOf({ resource }: Synthesized): Resource {
  return resource["docker_network"]!["cluster"]!;
}

describe("plan and stack", () => {
  it("agree: what the plan says of a container is found in its resource, and nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(anyCluster, anyPlacement, async (written, placement) => {
        const stateDirectory = "/home/${luke}/.mesos-up/demo";
        const plan = inDocker(written, placement, { stateDirectory });
        const stack = await synthesized(plan);
        const found = Object.values(stack.resource["docker_container"]!).map((one) => containerOf(one, stack));
        const byName = (a: NodeContainer, b: NodeContainer): number => (a.name < b.name ? -1 : 1);
        expect(found.sort(byName)).toEqual(containersOf(plan).sort(byName));

        const { network, volumes, images } = plan.docker;
        const { name, ipam_config: ipam } = networkOf(stack);
        expect({ name, ...(ipam as object[])[0], labels: labelsOf(networkOf(stack), stack) }).toEqual(network);
        const made = Object.values(stack.resource["docker_volume"] ?? {}).map((volume) => {
          return { name: volume["name"], labels: labelsOf(volume, stack) };
        });
        expect(new Set(made)).toEqual(new Set(volumes));
        expect(
          Object.fromEntries(Object.entries(stack.resource["docker_image"]!).map(([k, v]) => [k, v["name"]])),
        ).toEqual(
          Object.fromEntries(
            Object.entries(images).map(([key, { reference }]: [string, PlacedImage]) => [key, reference]),
          ),
        );
        expect(stack.output).toEqual({
          zookeeper: { value: plan.zookeeper.url },
          masters: { value: plan.masters },
          agents: { value: plan.agents },
        });
      }),
      { numRuns: 12 },
    );
  });
});
