// What machines are made with here: what is asked for, else what this machine has.
import { VAGRANT_PROVIDERS, type VagrantProvider } from "../../cluster/vagrant/vagrant-types.ts";
import { MesosUpError } from "../../errors.ts";
import { findProgram } from "../find-program.ts";
import { chooseContainerRuntime } from "../local/container-runtime.ts";

/** The program that tells that a provider is there. Docker is asked, since its program may be there without a daemon. */
const programOf: Record<Exclude<VagrantProvider, "docker">, string> = {
  virtualbox: "VBoxManage",
  libvirt: "virsh",
  parallels: "prlctl",
  vmware_desktop: "vmrun",
};

/**
 * What is asked for is taken as it is, VAGRANT_DEFAULT_PROVIDER too: Vagrant says what it lacks. Else virtual machines go
 * before containers.
 * @throws MesosUpError PROVIDER_MISSING, PROVIDER_UNKNOWN, PROVIDER_UNUSABLE
 */
export async function chooseProvider(
  wanted: VagrantProvider | undefined,
  env: NodeJS.ProcessEnv,
): Promise<VagrantProvider> {
  const chosen = wanted ?? providerNamed(env["VAGRANT_DEFAULT_PROVIDER"]) ?? virtualMachines(env);
  if (chosen !== undefined && chosen !== "docker") return chosen;
  if (await dockerWorks(env)) return "docker";
  throw chosen === "docker" ? dockerUnusable() : providerMissing();
}

function virtualMachines(env: NodeJS.ProcessEnv): VagrantProvider | undefined {
  const all = Object.entries(programOf) as [VagrantProvider, string][];
  return all.find(([, program]) => findProgram(program, env) !== undefined)?.[0];
}

async function dockerWorks(env: NodeJS.ProcessEnv): Promise<boolean> {
  if (process.platform !== "linux") return false;
  return await chooseContainerRuntime("docker", env).then(
    () => true,
    () => false,
  );
}

function providerNamed(name: string | undefined): VagrantProvider | undefined {
  if (name === undefined || name === "") return undefined;
  const known = VAGRANT_PROVIDERS.find((provider) => provider === name);
  if (known !== undefined) return known;
  throw new MesosUpError(`VAGRANT_DEFAULT_PROVIDER names ${name}, with which no machines are made here.`, {
    code: "PROVIDER_UNKNOWN",
    hint: `Name one of ${VAGRANT_PROVIDERS.join(", ")}.`,
  });
}

function providerMissing(): MesosUpError {
  return new MesosUpError("There is nothing on this machine that Vagrant could make machines with.", {
    code: "PROVIDER_MISSING",
    hint: "Install VirtualBox or libvirt (with vagrant-libvirt), or start Docker, whose containers can be machines too.",
  });
}

function dockerUnusable(): MesosUpError {
  return new MesosUpError("Machines cannot be made with Docker: none answers here, or this is not Linux.", {
    code: "PROVIDER_UNUSABLE",
    hint: "Start Docker, or choose another provider (--provider virtualbox).",
  });
}
