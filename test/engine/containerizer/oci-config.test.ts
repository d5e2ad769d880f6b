import { describe, expect, it } from "vitest";
import type { RuncRuntime } from "../../../src/engine/containerizer/assignment.ts";
import { capabilitiesFrom } from "../../../src/engine/containerizer/capabilities.ts";
import { ociConfig, type OciConfigOptions } from "../../../src/engine/containerizer/oci-config.ts";
import { runcAssignment, task } from "./fixtures.ts";

interface Config {
  process: { capabilities: { bounding: string[]; effective: string[] }; noNewPrivileges: boolean };
  mounts: { destination: string; type: string; source: string; options: string[] }[];
  linux: Record<string, unknown>;
}

function config(runtime: Partial<RuncRuntime> = {}, over: Partial<OciConfigOptions> = {}): Config {
  return ociConfig({
    task: task(),
    assignment: runcAssignment(runtime),
    user: { uid: 0, gid: 0 },
    files: { resolvConf: "/c/resolv.conf", hosts: "/c/hosts", hostname: "/c/hostname" },
    hostname: "h1",
    hostNetwork: false,
    available: new Set(["CAP_CHOWN", "CAP_KILL", "CAP_SYS_ADMIN"]),
    command: { args: ["serve"], cwd: "/", env: { A: "1" } },
    ...over,
  }) as unknown as Config;
}

describe("the OCI configuration of a container", () => {
  it("gives Docker's capabilities as far as there are any to give, and none to ordinary users", () => {
    expect(config().process.capabilities.effective).toEqual(["CAP_CHOWN", "CAP_KILL"]);
    expect(config({}, { user: { uid: 33, gid: 33 } }).process.capabilities.effective).toEqual([]);
  });

  it("gives a privileged container all there are, and hides nothing from it", () => {
    const docker = { image: "i", privileged: true };
    const { process, linux } = config({}, { task: task({ container: { type: "DOCKER", docker } }) });
    expect(process.capabilities.bounding).toContain("CAP_SYS_ADMIN");
    expect(process.noNewPrivileges).toBe(false);
    expect(linux).not.toHaveProperty("maskedPaths");
  });

  it("limits memory and processor in a cgroup of the container's own", () => {
    expect(config().linux).toMatchObject({
      cgroupsPath: "/mesos/c1",
      resources: { cpu: { shares: 512 }, memory: { limit: 64 * 2 ** 20 } },
    });
  });

  it("asks for no cgroup where it may have none", () => {
    const { linux } = config({ cgroupParent: undefined });
    expect(linux).not.toHaveProperty("cgroupsPath");
    expect(linux).not.toHaveProperty("resources");
  });

  it("mounts the sandbox, the container's own files and the task's volumes", () => {
    const volumes = [{ mode: "RO" as const, container_path: "/data", host_path: "/srv" }];
    const { mounts } = config({}, { task: task({ container: { type: "DOCKER", volumes } }) });
    const bound = mounts.filter(({ type }) => type === "bind").map(({ source, destination }) => [source, destination]);
    expect(bound).toEqual([
      ["/c/resolv.conf", "/etc/resolv.conf"],
      ["/c/hosts", "/etc/hosts"],
      ["/c/hostname", "/etc/hostname"],
      ["/agent/sandbox", "/sandbox"],
      ["/srv", "/data"],
    ]);
    expect(mounts.at(-1)?.options).toContain("ro");
  });

  it("lets an ordinary user's container believe in other users", () => {
    const seccomp = config({ asRoot: false }).linux["seccomp"] as { syscalls: { names: string[]; errnoRet: number }[] };
    expect(seccomp.syscalls[0]?.errnoRet).toBe(0);
    expect(seccomp.syscalls[0]?.names).toContain("setuid");
    expect(config().linux).not.toHaveProperty("seccomp");
  });

  it("binds the host's /sys where a new one may not be mounted", () => {
    const sys = config({ asRoot: false }, { hostNetwork: true }).mounts.find(
      ({ destination }) => destination === "/sys",
    );
    expect(sys).toMatchObject({ type: "none", source: "/sys" });
    expect(sys?.options).toContain("ro");
  });
});

describe("capabilitiesFrom", () => {
  const status = "CapInh:\t0000000000000000\nCapEff:\t0000000000000021\nCapBnd:\t000001fffeffffff\n";

  it("reads what a process has", () => {
    expect([...capabilitiesFrom(status, true)]).toEqual(["CAP_CHOWN", "CAP_KILL"]);
  });

  it("reads what an ordinary user may get in a namespace of its own", () => {
    const names = capabilitiesFrom(status, false);
    expect(names.has("CAP_CHECKPOINT_RESTORE")).toBe(true);
    expect(names.has("CAP_SYS_RESOURCE")).toBe(false);
  });
});
