// The embedded engine answers as a real Mesos did, recording by recording (docs/conformance.md).
import { afterAll, beforeAll, describe, it } from "vitest";
import { silentSink } from "../../src/progress/recording-sink.ts";
import { startCluster, type StartedCluster } from "../conformance/cluster.ts";
import { playScenario } from "../conformance/play.ts";
import { differenceText } from "../conformance/report.ts";
import { scenarios } from "../conformance/scenarios/index.ts";
import { dockerAnswers } from "./support/docker.ts";

describe.sequential("the embedded engine answers as recorded", () => {
  let cluster: StartedCluster;

  beforeAll(async () => {
    cluster = await startCluster({
      env: process.env,
      progress: silentSink,
      signal: new AbortController().signal,
      engine: "embedded",
      containers: "auto",
    });
  });
  afterAll(() => cluster.stop());

  // Under runc nobody runs `docker pull`, and the engine does not say that somebody did.
  const playable = scenarios.filter(({ name }) => dockerAnswers || name !== "docker-no-such-image");
  for (const scenario of playable) {
    it(`${scenario.name}: ${scenario.behaviour}`, async () => {
      const outcome = await playScenario(scenario, cluster.target);
      if (outcome.difference !== undefined) throw new Error(differenceText(outcome, { colour: false, columns: 120 }));
    });
  }
});
