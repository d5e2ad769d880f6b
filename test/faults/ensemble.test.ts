// The catalogue of faults on three ZooKeeper servers and three masters: what one of them may lack, and what all of them need.
import { describe } from "vitest";
import { catalogue, PATIENT_AGENT } from "./catalogue.ts";
import { ensembleFaults } from "./ensemble/faults.ts";

describe("three ZooKeeper servers and three masters", () => {
  catalogue({
    title: "Faults of an ensemble",
    file: `${PATIENT_AGENT}zookeeper: { servers: 3 }
masters:
  count: 3
  flags: { zk_session_timeout: 4secs, agent_ping_timeout: 1secs, max_agent_ping_timeouts: 3 }
`,
    options: ["--containers", "runc"],
    faults: ensembleFaults,
  });
});
