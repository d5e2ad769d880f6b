// The image that an app is launched from, made one that the agents of a plan can launch.
import type { StoredImage } from "../src/backends/local/images/index.ts";
import type { PrepareImageOptions } from "../src/backends/local/prepare-image.ts";
import type { ClusterPlan } from "../src/cluster/plan-types.ts";

export type LaunchImage = Pick<StoredImage, "reference" | "description">;

/** @throws MesosUpError IMAGE_UNAVAILABLE */
export async function launchImage(
  image: string,
  plan: ClusterPlan,
  options: PrepareImageOptions,
): Promise<LaunchImage> {
  if (plan.vagrant !== undefined) {
    const { imageOnMachines } = await import("../src/backends/vagrant/image-on-machines.ts");
    return await imageOnMachines(image, plan, options);
  }
  const { offerImage, takeImage } = await import("../src/backends/local/prepare-image.ts");
  const taken = await takeImage(image, options);
  await offerImage(taken, plan, options);
  return taken;
}
