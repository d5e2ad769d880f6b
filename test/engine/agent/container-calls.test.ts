// What agents answer about commands in containers is held to recordings (test/e2e/conformance.test.ts); here is what becomes
// of a command whose client does not wait.
import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { containerCall } from "../../../src/engine/agent/container-calls.ts";
import type { MediaTypes } from "../../../src/engine/agent/media-types.ts";
import { formatFor } from "../../../src/engine/common/api-request.ts";
import { startTestAgent } from "../support/agent-harness.ts";
import { sessionsOf } from "../support/test-sessions.ts";

it.each(["before", "after"])("ends a command whose client leaves %s its answer begins", async (when) => {
  const agent = startTestAgent();
  agent.containers.notes.set("task", {
    ...{ containerId: "task", frameworkId: "f", executorId: "e", sandbox: agent.workDir, runtime: { kind: "posix" } },
  });
  const sessions = sessionsOf(agent);
  const id = { value: "session", parent: { value: "task" } };
  const call = {
    type: "LAUNCH_NESTED_CONTAINER_SESSION",
    launch_nested_container_session: { container_id: id, command: { value: "exec sleep 1000" } },
  };
  const format = (await formatFor("application/json"))!;
  const media: MediaTypes = { streams: false, messages: "application/json", format, wantsStream: true };
  const server = createServer((_request, response) => {
    void (async () => {
      const answered = await containerCall(sessions, call, media);
      if (when === "before") {
        client.destroy();
        await once(response, "close");
      }
      response.flushHeaders();
      answered!.stream!(response);
      if (when === "after") client.destroy();
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = request({ host: "127.0.0.1", port, method: "POST" }).on("error", () => {});
  client.end();
  await expect.poll(() => sessions.wait(id)).toBe(9);
  sessions.close();
  server.close();
});
