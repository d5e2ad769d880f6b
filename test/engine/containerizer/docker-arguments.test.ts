import { describe, expect, it } from "vitest";
import { dockerRunArguments, limitsOf } from "../../../src/engine/containerizer/docker-arguments.ts";
import { scalarResource } from "../../../src/mesos/resources.ts";
import { assignment, task } from "./fixtures.ts";

const run = (over: Parameters<typeof task>[0] = {}): string =>
  dockerRunArguments({ task: task(over), assignment: assignment(), cidFile: "/c/cid" }).join(" ");

describe("docker run for a task", () => {
  it("names, limits, mounts and labels the container as Mesos does", () => {
    expect(run({ command: { shell: false } })).toBe(
      "run --cidfile /c/cid --cpu-shares 512 --memory 67108864 -e MESOS_SANDBOX=/sandbox -e MESOS_CONTAINER_NAME=mesos-c1 " +
        "-v /agent/sandbox:/sandbox --net bridge --label MESOS_TASK_ID=t1 --name mesos-c1 nginx:debian",
    );
  });

  it("runs a shell command by the image's shell", () => {
    expect(run({ command: { shell: true, value: "exit 3" } })).toMatch(
      / --entrypoint \/bin\/sh .* nginx:debian -c exit 3$/,
    );
  });

  it("publishes ports, mounts volumes and passes parameters on", () => {
    const container = {
      type: "DOCKER" as const,
      docker: {
        image: "nginx:debian",
        network: "BRIDGE" as const,
        privileged: true,
        port_mappings: [{ host_port: 9000, container_port: 80, protocol: "TCP" }],
        parameters: [{ key: "cap-add", value: "NET_ADMIN" }],
      },
      volumes: [
        { mode: "RO" as const, container_path: "/data", host_path: "/srv/data" },
        { mode: "RW" as const, container_path: "/own", host_path: "own" },
      ],
    };
    const text = run({ container });
    expect(text).toContain("--privileged");
    expect(text).toContain("-v /srv/data:/data:ro -v /agent/sandbox/own:/own:rw -v /agent/sandbox:/sandbox");
    expect(text).toContain("-p 127.0.0.1:9000:80/tcp --cap-add=NET_ADMIN");
  });

  it("takes the host's network where none is named", () => {
    expect(run({ container: { type: "DOCKER", docker: { image: "i" } } })).toContain("--net host");
  });
});

describe("limits", () => {
  it("never go below what the kernel and Docker take", () => {
    const resources = [scalarResource("cpus", 0.001), scalarResource("mem", 1)];
    expect(limitsOf({ resources }, false)).toEqual({ cpuShares: 2, memoryBytes: 32 * 2 ** 20 });
  });

  it("are absent for what a task does not ask for", () => {
    expect(limitsOf({ resources: [] }, true)).toEqual({});
  });

  it("include a quota only where CFS is enabled", () => {
    expect(limitsOf({ resources: [scalarResource("cpus", 1.5)] }, true)).toEqual({
      cpuShares: 1536,
      cpuQuotaUs: 150_000,
    });
  });
});
