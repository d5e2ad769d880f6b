import { describe, expect, it } from "vitest";
import { offerImage } from "../../../src/backends/local/prepare-image.ts";
import type { ClusterPlan, PlanNode } from "../../../src/cluster/plan-types.ts";

describe("an image for a cluster whose agents have nothing that runs containers", () => {
  const offer = (args: string[]) => {
    const agent = { kind: "agent", args } as Partial<PlanNode> as PlanNode;
    const plan = { name: "demo", nodes: [agent] } as Partial<ClusterPlan> as ClusterPlan;
    const image = { reference: "nginx:1", description: "nginx" } as Parameters<typeof offerImage>[0];
    return offerImage(image, plan, { env: {}, context: {} as Parameters<typeof offerImage>[2]["context"] });
  };

  it("is refused before anything is launched", async () => {
    await expect(offer(["--containerizers=mesos"])).rejects.toMatchObject({ code: "CONTAINER_RUNTIME_MISSING" });
  });

  it("is not where the Mesos containerizer runs images", async () => {
    await expect(offer(["--containerizers=mesos", "--image_providers=docker"])).resolves.toBeUndefined();
  });
});
