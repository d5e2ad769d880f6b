import { describe, expect, it } from "vitest";
import { DaemonRefusal } from "../../../src/backends/docker/daemon/daemon-errors.ts";
import { removeAgentFolders } from "../../../src/backends/docker/remove-folder.ts";
import { ScriptedDaemon } from "./scripted-daemon.ts";

const folder = "/home/me/project/.mesos-up/demo";

/** A daemon elsewhere, which answers so when a container is made, or has ended. */
function daemonElsewhere(answers: { created?: DaemonRefusal; exitCode?: number } = {}) {
  const { created = { Id: "c" }, exitCode = 0 } = answers;
  const bodies: unknown[] = [];
  const daemon = new ScriptedDaemon("tcp://192.0.2.1:2375", (call, _, body) => {
    if (body !== undefined) bodies.push(body);
    return call === "POST /containers/create" ? created : { StatusCode: exitCode };
  });
  return { daemon, bodies };
}

describe("agents' folders on another machine", () => {
  it("are removed by a container that is gone afterwards and makes no folder of its own", async () => {
    const { daemon, bodies } = daemonElsewhere();
    await removeAgentFolders(folder, daemon, "mesos:1");
    expect(daemon.calls).toEqual([
      ...["POST /containers/create", "POST /containers/c/start", "POST /containers/c/wait", "DELETE /containers/c"],
    ]);
    expect(bodies[0]).toMatchObject({
      Image: "mesos:1",
      Entrypoint: expect.arrayContaining(["/project/.mesos-up/demo"]) as string[],
      Labels: { "mesos-up.state": folder },
      HostConfig: { Mounts: [{ Type: "bind", Source: "/home/me/project" }] },
    });
  });

  it.each([
    ["no folder", 400, 'invalid mount config for type "bind": bind source path does not exist: /home/me/project'],
    ["no image", 404, "No such image: mesos:1"],
  ])("are not there where there is %s", async (_, status, reason) => {
    const created = new DaemonRefusal(status, reason, "POST /containers/create");
    await expect(removeAgentFolders(folder, daemonElsewhere({ created }).daemon, "mesos:1")).resolves.toBeUndefined();
  });

  it("are said to be left where they cannot be removed", async () => {
    const { daemon } = daemonElsewhere({ exitCode: 1 });
    await expect(removeAgentFolders(folder, daemon, "mesos:1")).rejects.toMatchObject({ code: "FOLDER_NOT_REMOVED" });
    expect(daemon.calls.at(-1)).toBe("DELETE /containers/c");
  });
});
