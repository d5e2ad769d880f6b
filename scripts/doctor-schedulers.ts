// What schedulers that were left behind say of their apps, and whether those are what they say.
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { findImage } from "../src/backends/local/images/layout.ts";
import type { ClusterPlan } from "../src/cluster/plan-types.ts";
import { ask, type AskOptions } from "../src/doctor/ask.ts";
import type { AppFacts, InstanceFacts, SchedulerFacts } from "../src/doctor/facts.ts";
import type { VerifySpec } from "../src/scheduler/app-spec.ts";
import { ControlClient } from "../src/scheduler/control/client.ts";
import type { AppView, InstanceView } from "../src/scheduler/core/view.ts";
import { schedulerRecords } from "./schedulers.ts";

interface Asking {
  env: NodeJS.ProcessEnv;
  options: AskOptions;
}

/** Every scheduler of the cluster's folder, be it there or not. */
export async function askSchedulers(plan: ClusterPlan, asking: Asking): Promise<SchedulerFacts[]> {
  return await Promise.all(
    schedulerRecords(plan.stateDirectory).map(async ({ app, socket }): Promise<SchedulerFacts> => {
      const client = new ControlClient(socket);
      const status = await ask(() => client.status(), asking.options);
      if (status.kind !== "answered") return { app, view: status };
      const { over, subscription, obstacle, apps } = status.value;
      const facts = await Promise.all(apps.map((view) => appFacts(view, client, { plan, ...asking })));
      return { app, view: { ...status, value: { over, subscription, obstacle, apps: facts } } };
    }),
  );
}

async function appFacts(
  view: AppView,
  client: ControlClient,
  { plan, env, options }: Asking & { plan: ClusterPlan },
): Promise<AppFacts> {
  const { name, wanted, running, instances } = view;
  const [spec, why] = await Promise.all([
    ask(() => client.spec(name), options),
    running < wanted ? ask(() => client.why(name), options) : undefined,
  ]);
  const { image, verify } = (spec.kind === "answered" ? spec.value : {}) as { image?: string; verify?: VerifySpec };
  const [isThere, ...checked] = await Promise.all([
    image === undefined ? undefined : imageIsThere(image, plan, { env, options }),
    ...instances.map((one) => instanceFacts(one, verify, options)),
  ]);
  return {
    ...{ name, wanted, running },
    ...(why?.kind === "answered" && { why: { summary: why.value.summary, help: why.value.help } }),
    image: image === undefined || isThere === undefined ? undefined : { reference: image, isThere },
    instances: checked,
  };
}

async function instanceFacts(
  { id, state, taskId, restarts, lastFailure, address = "", hostPorts }: InstanceView,
  verify: VerifySpec | undefined,
  options: AskOptions,
): Promise<InstanceFacts> {
  const failure = [lastFailure?.state, lastFailure?.reason, lastFailure?.message].filter((part) => part).join(": ");
  const facts = { id, state, taskId, restarts, lastFailure: failure === "" ? undefined : failure };
  const port = verify === undefined ? undefined : hostPorts[verify.port];
  if (verify === undefined || port === undefined || state !== "running") return { ...facts, http: undefined };
  const { checkHttp } = await import("../src/scheduler/http-check.ts");
  const url = `http://${address.includes(":") ? `[${address}]` : address}:${port}${verify.path}`;
  const expect = { status: verify.status, headers: verify.headers, bodyContains: verify.body_contains };
  // One that is asked again and again until it does would be found well only when it is.
  const timeoutMs = Math.min(HTTP_LIMIT_MS, options.limitMs - 100);
  const answer = await ask(async () => (await checkHttp({ url, expect, timeoutMs })).status, options);
  return { ...facts, http: { url, answer } };
}

const HTTP_LIMIT_MS = 1_000;

/** Where agents of this plan take images from; undefined where that is not to be seen from here. */
async function imageIsThere(
  reference: string,
  plan: ClusterPlan,
  { env, options }: Asking,
): Promise<boolean | undefined> {
  const program = plan.containerProgram === undefined ? undefined : basename(plan.containerProgram);
  if (program === "docker" && plan.vagrant === undefined) {
    const [{ Daemon }, { daemonAddress }] = await Promise.all([
      import("../src/backends/docker/daemon/daemon.ts"),
      import("../src/backends/docker/daemon/daemon-address.ts"),
    ]);
    const path = `/images/${encodeURIComponent(reference)}/json`;
    const found = await ask((signal) => new Daemon(daemonAddress(env)).find(path, { signal }), options);
    return found.kind === "answered" ? found.value !== undefined : undefined;
  }
  const store = plan.nodes.flatMap(({ args }) => args).find((arg) => arg.startsWith("--docker_registry="));
  if (program !== "runc" || store === undefined) return undefined;
  const folder = store.slice("--docker_registry=".length);
  const image = findImage(join(folder, "oci"), reference);
  return image !== undefined && existsSync(join(folder, "unpacked", image.digest.replace(/^sha256:/, "")));
}
