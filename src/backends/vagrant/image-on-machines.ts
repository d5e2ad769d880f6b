// The image that an app on machines is launched from. Machines that are containers see the host's image store; on virtual
// ones Docker pulls.
import type { ClusterPlan } from "../../cluster/plan-types.ts";
import { nginxReference, type StoredImage } from "../local/images/image-store.ts";
import { takeImage, type PrepareImageOptions } from "../local/prepare-image.ts";

/** What virtual machines pull in place of the nginx that is made here. */
const PULLED_NGINX = "nginx:stable";

/** @throws MesosUpError IMAGE_UNAVAILABLE */
export async function imageOnMachines(
  image: string,
  { vagrant }: ClusterPlan,
  options: PrepareImageOptions,
): Promise<Pick<StoredImage, "reference" | "description">> {
  if (vagrant?.provider === "docker") return await takeImage(image, options);
  const reference = image === nginxReference ? PULLED_NGINX : image;
  return { reference, description: `${reference}, which the agents' machines pull` };
}
