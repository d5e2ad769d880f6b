// The simulation as a program of its own: a real master process of the engine, and in this process agents whose executors
// are functions, with frameworks that launch on them. Its last line of output is its figures as JSON.
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { simulate } from "./simulation/simulate.ts";
import { startMaster } from "./simulation/measured-master.ts";

const { values } = parseArgs({
  options: {
    agents: { type: "string", default: "10000" },
    frameworks: { type: "string", default: "100" },
    tasks: { type: "string", default: "100000" },
    program: { type: "string", default: "dist/mesos-master.js" },
    port: { type: "string" },
    folder: { type: "string" },
    "node-arg": { type: "string", multiple: true },
  },
});

const folder = values.folder ?? (await mkdtemp(join(tmpdir(), "mesos-up-simulation-")));
try {
  const master = await startMaster({
    ...{ program: resolve(values.program), folder, nodeArgs: values["node-arg"] ?? [] },
    port: values.port === undefined ? await freePort() : Number(values.port),
  });
  try {
    const size = { agents: Number(values.agents), frameworks: Number(values.frameworks), tasks: Number(values.tasks) };
    const figures = await simulate(master, size, (line) => console.error(line));
    console.log(JSON.stringify(figures));
  } finally {
    await master.stop();
  }
} finally {
  if (values.folder === undefined) await rm(folder, { recursive: true, force: true });
}
process.exit();

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}
