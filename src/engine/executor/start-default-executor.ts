// Puts the default executor together: how it launches containers and fetches files is what the agent's flags say.
import { join } from "node:path";
import { createLog } from "../common/log.ts";
import { systemClock } from "../common/clock.ts";
import type { ExecutorAssignment, GroupAssignment } from "../containerizer/assignment.ts";
import { Runtimes } from "../containerizer/runtimes.ts";
import { FetcherCache } from "../fetcher/cache.ts";
import { Fetcher } from "../fetcher/fetcher.ts";
import { DefaultExecutor } from "./default-executor.ts";
import { NestedContainers } from "./nested-containers.ts";
import type { SandboxOutput } from "./sandbox-output.ts";

export interface StartDefaultExecutorOptions {
  assignment: ExecutorAssignment & { groups: GroupAssignment };
  output: SandboxOutput;
  env: NodeJS.ProcessEnv;
  ownProgram: string[];
  onDone: (exitCode: number) => void;
}

export function startDefaultExecutor(options: StartDefaultExecutorOptions): void {
  const { assignment, env, ownProgram, onDone } = options;
  const { flags } = assignment.groups;
  const log = createLog(
    {
      program: "mesos-default-executor",
      level: "INFO",
      stderr: (line) => options.output.complain(line.trimEnd()),
      pid: process.pid,
      hostname: assignment.agent.hostname,
      user: assignment.groups.user,
      now: () => new Date(),
    },
    "default_executor.cpp",
  );
  // As in Mesos, where this executor writes its log to stderr and nothing to stdout.
  const output = { ...options.output, say: (line: string) => log.info(line) };
  const containers = new NestedContainers({
    ...{ assignment, output, env, ownProgram },
    runtimes: new Runtimes({ flags, env, clock: systemClock, uid: process.getuid?.() ?? 0 }),
    fetcher: new Fetcher({
      cache: new FetcherCache({
        directory: join(flags.fetcher_cache_dir, "mesos-up"),
        limitBytes: flags.fetcher_cache_size,
      }),
      stallTimeoutMs: flags.fetcher_stall_timeout,
      home: flags.frameworks_home,
      env,
    }),
  });
  new DefaultExecutor({ assignment, containers, say: (line) => log.info(line), clock: systemClock, onDone });
}
