// An assignment and a task with ordinary values, for tests that look at one of them.
import type { ExecutorAssignment, RuncRuntime } from "../../../src/engine/containerizer/assignment.ts";
import { rangesResource, scalarResource } from "../../../src/mesos/resources.ts";
import type { TaskInfo } from "../../../src/mesos/types.ts";

export function assignment(): ExecutorAssignment {
  return {
    agent: { ip: "127.0.0.1", port: 5051, hostname: "a1", path: "/slave(1)/api/v1/executor" },
    frameworkId: "f1",
    executorId: "t1",
    containerId: "c1",
    sandbox: "/agent/sandbox",
    sandboxDirectory: "/sandbox",
    environment: { PATH: "/bin", HOME: "/root", MESOS_EXECUTOR_ID: "t1", MESOS_SANDBOX: "/agent/sandbox" },
    checkpoint: false,
    recoveryTimeoutMs: 900_000,
    shutdownGracePeriodMs: 5_000,
    enableCfs: false,
    runtime: { kind: "posix" },
  };
}

export function runcAssignment(over: Partial<RuncRuntime> = {}): ExecutorAssignment & { runtime: RuncRuntime } {
  const runtime: RuncRuntime = {
    kind: "runc",
    containerType: "DOCKER",
    program: "/usr/sbin/runc",
    root: "/run/runc",
    directory: "/run/containers/c1",
    imageRootfs: "/store/rootfs",
    image: { Cmd: ["serve"] },
    cgroupParent: "mesos",
    owner: "mesos",
    asRoot: true,
    ...over,
  };
  return { ...assignment(), runtime };
}

export function task(over: Partial<TaskInfo> = {}): TaskInfo {
  return {
    name: "t1",
    task_id: { value: "t1" },
    agent_id: { value: "a1" },
    resources: [
      scalarResource("cpus", 0.5),
      scalarResource("mem", 64),
      rangesResource("ports", [{ begin: 9000, end: 9000 }]),
    ],
    container: { type: "DOCKER", docker: { image: "nginx:debian", network: "BRIDGE" } },
    ...over,
  };
}
