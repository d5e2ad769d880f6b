import { describe, expect, it } from "vitest";
import { vagrantError } from "../../../src/backends/vagrant/vagrant-errors.ts";
import type { VagrantMessage } from "../../../src/backends/vagrant/machine-readable.ts";
import { CommandError } from "../../../src/errors.ts";

const message = (type: string, ...data: string[]): VagrantMessage => ({ atSecs: 1, machine: "", type, data });
const said = (machine: string, line: string): VagrantMessage => ({
  atSecs: 1,
  machine,
  type: "ui",
  data: ["info", `    ${machine}: ${line}`],
});

function errorFor(messages: VagrantMessage[], stderr = ""): CommandError {
  const error = vagrantError({ args: ["up"], exitCode: 1, messages, stderr });
  if (!(error instanceof CommandError)) throw error;
  return error;
}

function named(name: string, text: string): CommandError {
  return errorFor([message("error-exit", `Vagrant::Errors::${name}`, text)]);
}

describe("an error of Vagrant's", () => {
  it("says which addresses VirtualBox allows", () => {
    const text =
      "The IP address configured for the host-only network is not within the\nallowed ranges.\n\n  Address: 192.168.33.10\n  Ranges: 192.168.56.0/21\n\nValid ranges can be modified";
    const error = named("VirtualBoxInvalidHostSubnet", text);
    expect(error.code).toBe("ADDRESS_NOT_ALLOWED");
    expect(error.message).toBe(
      "VirtualBox does not allow the address 192.168.33.10 for machines, but 192.168.56.0/21 only.",
    );
    expect(error.hint).toContain("/etc/vbox/networks.conf");
  });

  it.each([
    ["NetworkCollision", "The specified host network collides with a non-hostonly network!", "ADDRESS_TAKEN"],
    ["NoDefaultProvider", "No usable default provider could be found for your system.", "PROVIDER_MISSING"],
    ["ProviderNotUsable", "The provider 'libvirt' that was requested is not usable.", "PROVIDER_UNUSABLE"],
    ["BoxAddShortNotFound", "The box 'no/such' could not be found.", "BOX_UNAVAILABLE"],
    ["MachineLocked", "Vagrant can't use the requested machine because it is locked!", "CLUSTER_BUSY"],
    ["PlanError", "The plan plan.json cannot be used: it is not JSON.", "PLAN_UNUSABLE"],
    ["VBoxManageError", "Stderr: VBoxManage: error: VERR_NO_MEMORY", "MEMORY_TOO_LITTLE"],
    ["VBoxManageError", "Stderr: VBoxManage: error: VT-x is not available (VERR_VMX_NO_VMX)", "PROVIDER_UNUSABLE"],
    [
      "ExecuteError",
      "Stderr: Error response from daemon: Pool overlaps with other one on this address space",
      "ADDRESS_TAKEN",
    ],
    ["ExecuteError", "Stderr: Error: No such object: 34bfe2a91c", "CONTAINERS_CHANGED"],
    ["ExecuteError", "Stderr: Error response from daemon: network 95072b5a3004 not found", "CONTAINERS_CHANGED"],
    ["SomethingElse", "It did not go well.\n\nFor several reasons.", "VAGRANT_FAILED"],
  ])("%s is told as one sentence of what happened and one of what to do", (name, text, code) => {
    const error = named(name, text);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/^[A-Zv].*\.$/);
    expect(error.hint).toMatch(/\S/);
  });

  it("leads to the words that say most", () => {
    const unusable =
      "The provider 'virtualbox' that was requested to back the machine\n'mesos-master' is reporting that it isn't usable on this system. The\nreason is shown below:\n\nVagrant could not detect VirtualBox! Make sure VirtualBox is properly installed.\n";
    expect(named("ProviderNotUsable", unusable).message).toBe(
      "Vagrant's provider cannot be used here: Vagrant could not detect VirtualBox.",
    );
    const unknown = "The provider 'libvirt' could not be found, but was requested to\nback the machine 'mesos-master'.";
    expect(named("ProviderNotFound", unknown).message).toBe(
      "Vagrant does not know the provider libvirt, which is a plugin's.",
    );
  });

  it("gives a machine's own words where provisioning failed, with the lines before them as evidence", () => {
    const error = errorFor([
      said("mesos-agent", "fetching http://packages.test/mesos.deb"),
      said("mesos-agent", "MESOS_UP_FAILED: Mesos's package could not be fetched."),
      said("mesos-agent", "MESOS_UP_HINT: Name another address."),
      message(
        "error-exit",
        "Vagrant::Errors::SSHBadExitStatusMuted",
        "The SSH command responded with a non-zero exit status.",
      ),
    ]);
    expect(error.code).toBe("PROVISIONING_FAILED");
    expect(error.message).toBe("Provisioning mesos-agent failed: Mesos's package could not be fetched.");
    expect(error.hint).toBe("Name another address.");
    expect(error.output).toBe("mesos-agent: fetching http://packages.test/mesos.deb");
  });

  // As Vagrant 2.3.4 says it of machines that it makes at the same time.
  const together = (...errors: [machine: string, text: string][]): VagrantMessage =>
    message(
      "error-exit",
      "Vagrant::Errors::BatchMultiError",
      [
        "An error occurred while executing multiple actions in parallel.\nAny errors that occurred are shown below.",
        ...errors.map(
          ([machine, text]) =>
            `An error occurred while executing the action on the '${machine}'\nmachine. Please handle this error then try again:\n\n${text}`,
        ),
      ].join("\n\n"),
    );

  it.each([
    [
      "The box 'no/such' could not be found or\ncould not be accessed in the remote catalog. If this is a private\nbox.\n\nURL: [\"https://boxes.test\"]\nError: Could not resolve host: boxes.test",
      "BOX_UNAVAILABLE",
      "The box of the machines could not be had: The box 'no/such' could not be found or could not be accessed in the remote catalog: Could not resolve host: boxes.test.",
    ],
    [
      "Error while connecting to Libvirt: Failed to connect socket",
      "PROVIDER_UNUSABLE",
      "Vagrant's provider cannot be used here: Error while connecting to Libvirt: Failed to connect socket.",
    ],
    [
      "A Docker command did not complete!\n\nStderr: docker: Error response from daemon: Address already in use.\n",
      "ADDRESS_TAKEN",
      "The addresses of the machines are taken: docker: Error response from daemon: Address already in use.",
    ],
    [
      "The SSH command responded with a non-zero exit status. Vagrant\nassumes",
      "PROVISIONING_FAILED",
      "Provisioning mesos-agent failed: a script ended with an error.",
    ],
    ["It did not go well.\n\nFor several reasons.", "VAGRANT_FAILED", "vagrant up failed: It did not go well."],
  ])("is found where machines were made at the same time: %j", (text, code, words) => {
    const error = errorFor([together(["mesos-agent", text], ["mesos-agent-2", "another one"])]);
    expect(error).toMatchObject({ code, message: words });
  });

  it("keeps what a machine says apart from what another says at the same time", () => {
    const error = errorFor([
      said("mesos-agent", "MESOS_UP_FAILED: One."),
      said("mesos-agent-2", "MESOS_UP_FAILED: Two."),
      said("mesos-agent-2", "MESOS_UP_HINT: Do two."),
      said("mesos-agent", "MESOS_UP_HINT: Do one."),
      together(["mesos-agent", "The SSH command responded with a non-zero exit status."]),
    ]);
    expect(error).toMatchObject({ message: "Provisioning mesos-agent-2 failed: Two.", hint: "Do two." });
  });

  it("tells of a plan that Vagrant could not even begin with", () => {
    const stderr =
      "Vagrant failed to initialize at a very early stage:\n\nThe plan p.json cannot be used: it is not JSON. Write it anew: npx mesos-up plan";
    expect(errorFor([], stderr)).toMatchObject({
      code: "PLAN_UNUSABLE",
      message: "The plan p.json cannot be used: it is not JSON.",
    });
  });

  it("says what there is to say where nothing was said", () => {
    expect(errorFor([], "").message).toBe("vagrant up failed: it does not say why.");
    expect(errorFor([], "bundler could not be loaded").message).toBe("vagrant up failed: bundler could not be loaded.");
  });
});
