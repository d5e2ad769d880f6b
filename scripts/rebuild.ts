// `mesos-up rebuild`: down to nothing, proof of that, up again from the same description, nginx launched and verified on it.
import type { Backend, UpResult } from "../src/backends/backend.ts";
import { clusterFolder } from "../src/backends/state/cluster-folder.ts";
import { readClusterRecord, requireReadable } from "../src/backends/state/cluster-record.ts";
import type { PlacedImages } from "../src/cluster/docker/docker-types.ts";
import { MesosUpError } from "../src/errors.ts";
import { createSteps, type Steps } from "../src/progress/steps.ts";
import { backendFor } from "./backends.ts";
import { contentAddressOf } from "./content-address.ts";
import { takeDown } from "./down.ts";
import { runAtTheEdge } from "./edge.ts";
import { launchImage } from "./launch-image.ts";
import { backendThere, LAUNCH_GRACE_MS, readClusterSpec, type CommonOptions } from "./options.ts";

export interface RebuildOptions extends CommonOptions {
  containers: string;
  /** Images that mesos-up made for the cluster are not made anew. */
  keepImages?: boolean;
}

const IMAGE = "mesos-up/nginx:local";

export function rebuild(options: RebuildOptions): Promise<never> {
  return runAtTheEdge(options, async (edge) => {
    const spec = await readClusterSpec(options);
    const folder = clusterFolder(process.cwd(), spec.name);
    const state = readClusterRecord(folder);
    // Nobody can say any more what it was, unless a file does.
    const before = options.cluster === undefined ? requireReadable(state, spec.name) : undefined;
    const backend = await backendFor(spec, options);
    const former = await backendFor({
      backend: backendThere(spec, state.kind === "present" ? undefined : options.backend),
    });
    const steps = createSteps({ sink: edge.progress, signal: edge.signal, timeoutMs: edge.timeoutMs });
    const timing: Record<string, number> = {};
    const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
      const startedMs = performance.now();
      const result = await work();
      timing[`${what}Ms`] = Math.round(performance.now() - startedMs);
      return result;
    };
    const look = await former.traces(spec.name);
    const { removed } = await timed("down", () => takeDown(spec.name, former, edge));
    const { lookedFor } = await timed("proof", () => prove(look, steps));
    const images = state.kind === "present" ? state.record.plan.docker?.images : undefined;
    if (images !== undefined && options.keepImages !== true)
      removed.push(...(await timed("images", () => forgetImages(images, steps))));
    const up = await timed("up", () => backend.up(before?.spec ?? spec, edge));
    const url = await timed("demo", () => verifyDemo(up, steps, edge.timeoutMs));
    timing["totalMs"] = Math.round(edge.sinceStartMs());
    return {
      json: { ok: true, removed, lookedFor, started: up.started, ...up.endpoints, verified: url, timing },
      text: [
        `Cluster ${spec.name} was built anew, and nginx answered on it.`,
        ...Object.entries(timing).map(
          ([what, ms]) => `  ${what.replace(/Ms$/, "").padEnd(7)} ${(ms / 1000).toFixed(2)} s`,
        ),
      ].join("\n"),
    };
  });
}

/** @throws MesosUpError REBUILD_LEFTOVERS */
async function prove(look: Awaited<ReturnType<Backend["traces"]>>, steps: Steps) {
  return await steps.step({ id: "proof", title: "Nothing is left of it" }, async (context) => {
    const { lookedFor, found } = await look();
    if (found.length > 0) {
      throw new MesosUpError(`Of the cluster there is still: ${found.join(", ")}.`, {
        code: "REBUILD_LEFTOVERS",
        hint: "Remove that, then run `mesos-up rebuild` again; it was not brought up on top of it.",
      });
    }
    context.detail(`no ${lookedFor.join(", ")}`);
    return { lookedFor };
  });
}

async function forgetImages(images: PlacedImages, steps: Steps): Promise<string[]> {
  const [{ forgetImages: forget }, { daemonAddress }, { Daemon }] = await Promise.all([
    import("../src/backends/docker/images/forget-images.ts"),
    import("../src/backends/docker/daemon/daemon-address.ts"),
    import("../src/backends/docker/daemon/daemon.ts"),
  ]);
  const references = [images.zookeeper, images.mesos, images.mirror].flatMap((image) => image?.reference ?? []);
  return await steps.step({ id: "images", title: "Its images are removed" }, async (context) => {
    const { removed, kept } = await forget(references, new Daemon(daemonAddress(process.env)));
    if (removed.length + kept.length === 0) context.skip("none of them was made here");
    else context.detail(kept.length === 0 ? `${removed.length}` : `${removed.length}, ${kept.length} in use elsewhere`);
    return removed.map((reference) => `image ${reference}`);
  });
}

/** nginx launched on an offer, asked over HTTP, and ended; gives the URL that answered. */
async function verifyDemo({ plan }: UpResult, steps: Steps, timeoutMs: number): Promise<string> {
  const step = { id: "demo", title: "nginx is launched and answers over HTTP", graceMs: LAUNCH_GRACE_MS };
  return await steps.step(step, async (context) => {
    const [{ runApp }, { nginxApp }, image] = await Promise.all([
      import("../src/scheduler/run-app.ts"),
      import("../src/scheduler/nginx-app.ts"),
      launchImage(IMAGE, plan, { env: process.env, context }),
    ]);
    const app = await runApp({
      master: plan.zookeeper.url,
      app: nginxApp({ image: image.reference }),
      contentAddress: await contentAddressOf(plan),
      timeoutMs,
      signal: context.signal,
    });
    try {
      const { url, status } = await app.verify({ signal: context.signal });
      context.detail(`${url} → ${status}`);
      return url;
    } finally {
      await app.kill({ timeoutMs: 15_000 }).finally(() => app.teardown(AbortSignal.timeout(5_000)));
    }
  });
}
