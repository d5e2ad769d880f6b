// The image that an app on machines is launched from. Machines that are containers see the image store of this machine. The
// agents' virtual machines are sent what is here, and pull what is not.
import type { ClusterPlan } from "../../cluster/plan-types.ts";
import type { PlanMachine } from "../../cluster/vagrant/vagrant-types.ts";
import { MesosUpError } from "../../errors.ts";
import { nginxReference, type StoredImage } from "../local/images/index.ts";
import { takeImage, type PrepareImageOptions } from "../local/prepare-image.ts";
import { machineShell, type MachineShell } from "./machine-shell.ts";
import { machineOf } from "./machines.ts";
import { imageAtHand, imageTaken, type SendableImage } from "./sendable-image.ts";

type LaunchImage = Pick<StoredImage, "reference" | "description">;

/** What virtual machines pull in place of the nginx that is made here, which they are sent where they cannot. */
const PULLED_NGINX = "nginx:stable";

/** As the Vagrantfile puts it there. */
const PULL_SCRIPT = "/opt/mesos-up/provision/image.sh";

/** @throws MesosUpError IMAGE_UNAVAILABLE, PROVISIONING_FAILED where machines cannot pull it, MACHINE_UNREACHABLE */
export async function imageOnMachines(
  image: string,
  plan: ClusterPlan,
  options: PrepareImageOptions,
): Promise<LaunchImage> {
  if (plan.vagrant?.provider === "docker") return await takeImage(image, options);
  const shell = machineShell(plan.stateDirectory, options.env);
  const machines = plan.nodes.filter(({ kind }) => kind === "agent").map(({ name }) => machineOf(plan, name));
  const made = image === nginxReference;
  const here = made ? undefined : await imageAtHand(image, options);
  if (here !== undefined) return await send(here, { shell, machines }, options);
  try {
    return await pull(made ? PULLED_NGINX : image, { shell, machines }, options);
  } catch (error) {
    if (!(error instanceof MesosUpError) || error.code !== "PROVISIONING_FAILED") throw error;
    const taken = await imageTaken(image, options);
    if (taken === undefined) throw error;
    return await send(taken, { shell, machines }, options);
  }
}

interface Machines {
  shell: MachineShell;
  machines: readonly PlanMachine[];
}

async function pull(reference: string, { shell, machines }: Machines, { context }: PrepareImageOptions) {
  const { signal } = context;
  context.progress(`machines pull ${reference}`);
  await Promise.all(machines.map((machine) => shell.run(machine, ["sh", PULL_SCRIPT, reference], { signal })));
  return { reference, description: `${reference}, which the agents' machines have pulled` };
}

/** Machines that have it already are sent nothing. */
async function send(
  { reference, id, description, withArchive }: SendableImage,
  { shell, machines }: Machines,
  { context }: PrepareImageOptions,
): Promise<LaunchImage> {
  const { signal } = context;
  const lacks = async (machine: PlanMachine): Promise<boolean> => {
    const look = ["docker", "image", "inspect", "--format", "{{.Id}}", reference];
    const has = await shell.run(machine, look, { signal }).catch((error: unknown) => {
      if (error instanceof MesosUpError && error.code === "COMMAND_FAILED") return "";
      throw error;
    });
    return has.trim() !== id;
  };
  const lacking = await Promise.all(machines.map(async (machine) => ((await lacks(machine)) ? [machine] : [])));
  const targets = lacking.flat();
  if (targets.length > 0) {
    await withArchive(async (inputFile) => {
      context.progress(`sending ${reference} to ${targets.map(({ name }) => name).join(", ")}`);
      const load = (machine: PlanMachine) => shell.run(machine, ["docker", "load"], { signal, inputFile });
      // The archive is read until the last of them is done with it.
      const sent = await Promise.allSettled(targets.map(load));
      const failed = sent.find((one) => one.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    });
  }
  return { reference, description };
}
