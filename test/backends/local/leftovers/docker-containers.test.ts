import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { removeContainersOf } from "../../../../src/backends/local/leftovers/docker-containers.ts";

const folder = "/work/.mesos-up/demo";

let home: string;
let server: Server | undefined;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), "mesos-up-docker-"))));
afterEach(async () => {
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
  rmSync(home, { recursive: true });
});

describe("removeContainersOf", () => {
  it("removes containers whose sandbox lies in the cluster's folder, and no others", async () => {
    const removed: string[] = [];
    const env = await daemon((method, path) => {
      if (method === "GET") return [200, JSON.stringify(containers)];
      removed.push(path);
      return [204, ""];
    });
    expect(await removeContainersOf(folder, "docker", env)).toEqual(["mesos-1", "mesos-2"]);
    expect(removed.sort()).toEqual(["/containers/mesos-1?force=1&v=1", "/containers/mesos-2?force=1&v=1"]);
  });

  it("takes a container that vanishes meanwhile for removed", async () => {
    const env = await daemon((method) => (method === "GET" ? [200, JSON.stringify(containers)] : [404, "no such"]));
    expect(await removeContainersOf(folder, "docker", env)).toEqual(["mesos-1", "mesos-2"]);
  });

  it("says that Docker fails, and that it is not there", async () => {
    const env = await daemon(() => [500, "broken"]);
    await expect(removeContainersOf(folder, "docker", env)).rejects.toMatchObject({
      code: "DOCKER_FAILED",
      message: expect.stringContaining("500") as string,
    });
    const gone = { DOCKER_HOST: `unix://${join(home, "none.sock")}` };
    await expect(removeContainersOf(folder, "docker", gone)).rejects.toMatchObject({ code: "DOCKER_FAILED" });
  });
});

const containers = [
  container("/mesos-1", `${folder}/nodes/agent-1/work/slaves/S0`),
  container("/mesos-2", "/etc/hosts", `${folder}/nodes/agent-2/work/slaves/S1`),
  container("/mesos-of-another-cluster", `${folder}-2/nodes/agent-1/work/slaves/S0`),
  container("/somebody-else", `${folder}/nodes/agent-1/work/slaves/S0`),
  container("/mesos-without-mounts"),
];

function container(name: string, ...sources: string[]) {
  return { Names: [name], Mounts: sources.map((Source) => ({ Source })) };
}

/** Something that answers on a Unix socket as Docker's daemon would. */
async function daemon(answer: (method: string, path: string) => [number, string]): Promise<NodeJS.ProcessEnv> {
  const socket = join(home, "docker.sock");
  server = createServer((request, response) => {
    const [status, body] = answer(request.method ?? "", request.url ?? "");
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server!.listen(socket, resolve));
  return { DOCKER_HOST: `unix://${socket}` };
}
