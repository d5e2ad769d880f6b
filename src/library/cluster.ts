// A cluster that runs, as its user holds it.
import { rmdir } from "node:fs/promises";
import type { ClusterEndpoints, UpOptions } from "../backends/backend.ts";
import type { LocalBackend } from "../backends/local/local-backend.ts";
import { offerImage, takeImage } from "../backends/local/prepare-image.ts";
import { HttpClient } from "../client/http.ts";
import { OperatorClient } from "../client/operator.ts";
import type { ClusterPlan } from "../cluster/plan-types.ts";
import { createSteps } from "../progress/steps.ts";
import type { AppSpec } from "../scheduler/app-spec.ts";
import { nginxApp } from "../scheduler/nginx-app.ts";
import { runApp, type RunAppOptions } from "../scheduler/run-app.ts";
import type { RunningApp } from "../scheduler/running-app.ts";
import type { AppDescription } from "../scheduler/define-app.ts";

interface Parts {
  plan: ClusterPlan;
  endpoints: ClusterEndpoints;
  backend: LocalBackend;
  env: NodeJS.ProcessEnv;
  /** A folder of the cluster's own, to be removed with it. */
  temporaryFolder: string | undefined;
  limits: UpOptions;
}

/** Disposing of it stops it. */
export class Cluster implements AsyncDisposable, ClusterEndpoints {
  readonly name: string;
  readonly zookeeper: string;
  readonly zkUrl: string;
  readonly masters: string[];
  readonly agents: ClusterEndpoints["agents"];
  /** Every process with its address, folders and command line. */
  readonly plan: ClusterPlan;
  readonly #parts: Parts;
  readonly #http = new HttpClient();
  readonly #apps: RunningApp[] = [];
  #stopped: Promise<{ removed: string[] }> | undefined;

  /** Made by startCluster. */
  constructor(parts: Parts) {
    const { name, zookeeper, zkUrl, masters, agents } = parts.endpoints;
    this.name = name;
    this.zookeeper = zookeeper;
    this.zkUrl = zkUrl;
    this.masters = masters;
    this.agents = agents;
    this.plan = parts.plan;
    this.#parts = parts;
  }

  /** Asks a master or an agent what operators ask. Default: the first master, which passes questions on to the leader. */
  operator(url: string = this.masters[0] ?? ""): OperatorClient {
    return new OperatorClient(this.#http, url);
  }

  /**
   * Launches an app and waits until its task runs. Default: nginx. Its image is taken from the image store, from Docker
   * or from a registry, as `mesos-up run` does.
   * @throws ConfigError APP_FILE_INVALID for a wrong description; whatever the scheduler's runApp throws.
   */
  async runApp(description?: AppDescription, options: Omit<RunAppOptions, "master" | "app"> = {}): Promise<RunningApp> {
    const app = await this.#prepare(await appOf(description));
    const running = await runApp({ ...options, master: this.zkUrl, app });
    this.#apps.push(running);
    return running;
  }

  /** The last lines of a node's log, newest last. Nodes are named in the plan: "master-1". */
  log(node: string, lines = 50): Promise<string> {
    return this.#parts.backend.logTail(this.name, node, lines);
  }

  /** Removes everything that the cluster made, apps included. Resolves with what that was; may be called again. */
  stop(): Promise<{ removed: string[] }> {
    this.#stopped ??= this.#stop().catch((error: unknown) => {
      // What could not be removed now may be removed the next time.
      this.#stopped = undefined;
      throw error;
    });
    return this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #prepare(app: AppSpec): Promise<AppSpec> {
    const { image } = app;
    if (image === undefined) return app;
    const { env, limits } = this.#parts;
    const steps = createSteps({ sink: limits.progress, signal: limits.signal });
    return await steps.step({ id: "image", title: "Agents have the image" }, async (context) => {
      const taken = await takeImage(image, { env, context });
      await offerImage(taken, this.plan, { env, context });
      context.detail(taken.description);
      return { ...app, image: taken.reference };
    });
  }

  async #stop(): Promise<{ removed: string[] }> {
    const { backend, limits, temporaryFolder } = this.#parts;
    // Their tasks go with the cluster; what is left here are connections that would be tried again and again.
    await Promise.allSettled(this.#apps.map((app) => app.detach()));
    await this.#http.close();
    const result = await backend.down(this.name, { ...limits, signal: new AbortController().signal });
    if (temporaryFolder !== undefined) await rmdir(temporaryFolder);
    return result;
  }
}

async function appOf(description: AppDescription | undefined): Promise<AppSpec> {
  if (description === undefined) return nginxApp();
  const { parseAppObject } = await import("../scheduler/parse-app-file.ts");
  return parseAppObject(description);
}
