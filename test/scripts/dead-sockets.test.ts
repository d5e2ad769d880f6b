import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { removeDeadSockets } from "../../scripts/dead-sockets.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "sockets-"))));
afterEach(() => rmSync(folder, { recursive: true }));

it("sockets of killed schedulers are removed, but none that is listened at or that may be about to be", async () => {
  const listening = createServer().listen(join(folder, "live.sock"));
  await once(listening, "listening");
  const listen = `require("net").createServer().listen(process.argv[1], () => console.log("there"))`;
  const killed = spawn(process.execPath, ["-e", listen, join(folder, "dead.sock")]);
  await once(killed.stdout, "data");
  killed.kill("SIGKILL");
  await once(killed, "exit");

  await removeDeadSockets(folder);
  expect(readdirSync(folder).sort()).toEqual(["dead.sock", "live.sock"]);
  await removeDeadSockets(folder, Date.now() + 3_600_000);
  expect(readdirSync(folder)).toEqual(["live.sock"]);
  listening.close();
});
