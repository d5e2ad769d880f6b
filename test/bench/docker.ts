// A cluster in Docker, timed as a user sees it: `mesos-up up` and `down` as whole processes, images being there, by phase.
// The synthesis of a large cluster is timed in this process, beside the second that CDK for Terraform takes to load.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs, promisify } from "node:util";
import { defaultDockerPlacement } from "../../src/cluster/docker/default-placement.ts";
import { parseClusterFile } from "../../src/cluster/parse-cluster-file.ts";
import { plan } from "../../src/cluster/plan.ts";
import { terraformProvider } from "../support/terraform-provider.ts";
import { figureTable, median, summary } from "./statistics.ts";

const run = promisify(execFile);
const program = resolve("dist/mesos-up.js");

const clusters = {
  "1+1+1": "engine: embedded\n",
  "3+3+3": "engine: embedded\nzookeeper: { servers: 3 }\nmasters: { count: 3 }\nagents: 3\n",
};

/** What `up` says of its steps, and how the table calls them. */
const phases = {
  "Daemon, images and network are chosen": "prepare",
  "Stacks are synthesized": "synth",
  "Terraform is initialised": "init",
  "Changes are planned": "plan",
  "Changes are applied": "apply",
  "ZooKeeper answers": "ready: ZooKeeper",
  "A master leads and accepts frameworks": "ready: master",
  "Agents are active": "ready: agents",
};

interface Sample {
  upMs: number;
  downMs: number;
  /** Milliseconds by the step's title. */
  steps: Map<string, number>;
}

/** `--runs N` (3). */
export async function benchDocker(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { runs: { type: "string", default: "3" } } });
  const runs = Number(values.runs);
  const provider = terraformProvider();
  const folder = await mkdtemp(join(tmpdir(), "mesos-up-bench-"));
  const env = { ...process.env, ...provider.env };
  try {
    const samples = new Map<string, Sample[]>();
    for (const [name, text] of Object.entries(clusters)) {
      const file = join(folder, "cluster.yaml");
      await writeFile(file, `name: bench\nbackend: docker\n${text}`);
      // Makes the images; not counted.
      await sample(folder, file, env);
      const list: Sample[] = [];
      for (let index = 0; index < runs; index++) list.push(await sample(folder, file, env));
      samples.set(name, list);
    }
    const which = provider.isStandIn ? "the stand-in provider" : "the real provider";
    console.log(`median (min–max) of ${runs} runs in ms, ${availableParallelism()} cores, ${which}\n`);
    console.log(table(samples));
    console.log(`\nsynthesis of 3+3+100 (plan, stacks, files): ${Math.round(await synthesisMs(folder))} ms`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function sample(folder: string, file: string, env: NodeJS.ProcessEnv): Promise<Sample> {
  const command = async (name: string): Promise<{ wallMs: number; stderr: string }> => {
    const startedMs = performance.now();
    const { stderr } = await run(process.execPath, [program, name, "--cluster", file], { cwd: folder, env });
    return { wallMs: performance.now() - startedMs, stderr };
  };
  const up = await command("up");
  const down = await command("down");
  const steps = new Map<string, number>();
  for (const [, title = "", number, unit] of up.stderr.matchAll(/^✓ (.*?)(?: · .*)? ([\d.]+) (ms|s)$/gm))
    steps.set(title, Number(number) * (unit === "s" ? 1000 : 1));
  return { upMs: up.wallMs, downMs: down.wallMs, steps };
}

function table(samples: Map<string, Sample[]>): string {
  const row = (name: string, pick: (one: Sample) => number | undefined): [string, ...string[]] => [
    name,
    ...[...samples.values()].map((list) => summary(list.map(pick).filter((value) => value !== undefined))),
  ];
  return figureTable(
    [...samples.keys()],
    [
      ...Object.entries(phases).map(([title, name]) => row(name, ({ steps }) => steps.get(title))),
      row("up, whole process", ({ upMs }) => upMs),
      row("down, whole process", ({ downMs }) => downMs),
    ],
  );
}

async function synthesisMs(folder: string): Promise<number> {
  const text = "name: large\nbackend: docker\nzookeeper: { servers: 3 }\nmasters: { count: 3 }\nagents: 100\n";
  const { synthesize } = await import("../../stacks/synthesize.ts");
  const times: number[] = [];
  for (let index = 0; index < 3; index++) {
    const startedMs = performance.now();
    const spec = parseClusterFile(text, "large.yaml");
    const recipe = { context: folder, dockerfile: "", architecture: "amd64" } as const;
    const placement = defaultDockerPlacement(spec, { stateDirectory: join(folder, "large"), desktop: false, recipe });
    await synthesize(plan(spec, placement), { directory: join(folder, `synthesized-${index}`) });
    times.push(performance.now() - startedMs);
  }
  return median(times);
}
