import { describe, expect, it } from "vitest";
import { APP_DEFAULTS } from "../../src/scheduler/app-spec.ts";
import type { AppSpec } from "../../src/scheduler/app-spec.ts";
import { nginxApp } from "../../src/scheduler/nginx-app.ts";
import { taskInfo } from "../../src/scheduler/task-info.ts";
import { offer } from "./offers.ts";

const base: AppSpec = { ...APP_DEFAULTS, name: "web", network: "host" };
const match = (hostPorts: number[] = []) => ({ offer: offer(), resources: [], hostPorts });
const info = (app: AppSpec, hostPorts: number[] = [], siteUri?: string) =>
  taskInfo(app, match(hostPorts), { taskId: "web.1", siteUri });

describe("the TaskInfo of an app", () => {
  it("runs text in a shell and a list without one", () => {
    expect(info({ ...base, command: "echo $HOME" }).command).toEqual({ shell: true, value: "echo $HOME" });
    expect(info({ ...base, command: ["sleep", "1"] }).command).toEqual({
      shell: false,
      value: "sleep",
      arguments: ["sleep", "1"],
    });
    expect(info({ ...base, command: "true" }).container).toBeUndefined();
  });

  it("has its volumes without an image too, from the mesos containerizer", () => {
    const volumes: AppSpec["volumes"] = [{ container_path: "data", host_path: "/srv/data", mode: "RO" }];
    expect(info({ ...base, command: "true", volumes }).container).toEqual({ type: "MESOS", volumes });
  });

  it("names the program once for docker, which adds the arguments to it", () => {
    const command = info({ ...base, image: "nginx", command: ["nginx", "-g", "daemon off;"] }).command;
    expect(command).toEqual({ shell: false, value: "nginx", arguments: ["-g", "daemon off;"] });
  });

  it("of the demo is a container on a bridge whose port 80 is a host port", () => {
    const task = info(nginxApp(), [9042]);
    expect(task.container).toEqual({
      type: "DOCKER",
      docker: {
        image: "mesos-up/nginx:local",
        network: "BRIDGE",
        port_mappings: [{ host_port: 9042, container_port: 80, protocol: "tcp" }],
      },
    });
    expect(task.command).toEqual({
      shell: false,
      environment: {
        variables: [
          { name: "PORT", value: "9042" },
          { name: "PORTS", value: "9042" },
          { name: "PORT0", value: "9042" },
          { name: "PORT_HTTP", value: "9042" },
        ],
      },
    });
    expect(task.discovery).toEqual({
      visibility: "CLUSTER",
      name: "nginx",
      ports: { ports: [{ number: 9042, protocol: "tcp", name: "http" }] },
    });
  });

  it("leaves the host's network to whom it is given", () => {
    const task = info({ ...base, image: "web", ports: [{ host: "any", protocol: "tcp" }] }, [9001]);
    expect(task.container?.docker).toEqual({ image: "web", network: "HOST" });
  });

  it("may be one of the Mesos containerizer", () => {
    const task = info({ ...base, image: "web", containerizer: "mesos" });
    expect(task.container).toEqual({ type: "MESOS", mesos: { image: { type: "DOCKER", docker: { name: "web" } } } });
  });

  it("carries all else that the app says", () => {
    const task = info(
      {
        ...base,
        image: "web",
        user: "www",
        env: { MODE: "test", PORT0: "mine" },
        labels: { team: "a" },
        kill_grace_period: "5secs",
        uris: [{ value: "http://x/a.bin", extract: false, executable: true, cache: true, output_file: "a" }],
        volumes: [{ container_path: "/data", host_path: "/srv", mode: "RO" }],
        docker: { privileged: true, force_pull: true, parameters: [{ key: "dns", value: "10.0.0.1" }] },
        ports: [{ host: 9000, container: 53, protocol: "udp" }],
        network: "bridge",
      },
      [9000],
      "http://127.0.0.1:1/site.tar.gz",
    );
    expect(task).toMatchObject({
      task_id: { value: "web.1" },
      agent_id: { value: "a1" },
      kill_policy: { grace_period: { nanoseconds: 5e9 } },
      labels: { labels: [{ key: "team", value: "a" }] },
    });
    expect(task.command?.user).toBe("www");
    expect(task.command?.uris).toEqual([
      { value: "http://127.0.0.1:1/site.tar.gz", extract: true },
      { value: "http://x/a.bin", extract: false, executable: true, cache: true, output_file: "a" },
    ]);
    expect(task.command?.environment?.variables).toContainEqual({ name: "PORT0", value: "mine" });
    expect(task.container).toEqual({
      type: "DOCKER",
      docker: {
        image: "web",
        network: "BRIDGE",
        port_mappings: [{ host_port: 9000, container_port: 53, protocol: "udp" }],
        privileged: true,
        force_pull_image: true,
        parameters: [{ key: "dns", value: "10.0.0.1" }],
      },
      volumes: [{ container_path: "/data", host_path: "/srv", mode: "RO" }],
    });
  });
});
