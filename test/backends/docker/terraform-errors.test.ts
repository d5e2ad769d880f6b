import { describe, expect, it } from "vitest";
import { terraformFailed } from "../../../src/backends/docker/terraform/terraform-errors.ts";

const fail = (output: string, command = "apply") =>
  terraformFailed({ command, line: `terraform ${command}`, exitCode: 1, output });

describe("what Terraform and the daemon behind it say", () => {
  it.each([
    ["DISK_FULL", "Error: write /var/lib/docker/tmp/x: no space left on device"],
    [
      "PORT_TAKEN",
      "Error: Unable to start container: driver failed programming external connectivity on endpoint e: Bind for 127.0.0.1:5050 failed: port is already allocated",
    ],
    ["PORT_TAKEN", "Error: listen tcp4 127.0.0.1:5050: bind: address already in use"],
    ["DOCKER_FORBIDDEN", "Error: dial unix /var/run/docker.sock: connect: permission denied"],
    [
      "DOCKER_UNREACHABLE",
      "Error: Cannot connect to the Docker daemon at unix:///x.sock. Is the docker daemon running?",
    ],
    ["NETWORK_TAKEN", "Error: Unable to create network: Pool overlaps with other one on this address space"],
    ["STATE_DAMAGED", "Error: Error refreshing state: 2 problems"],
    ["CLUSTER_BUSY", "Error: Error acquiring the state lock"],
    ["NAME_TAKEN", 'Conflict. The container name "/up-one" is already in use by container "ab12".'],
    ["IMAGE_UNAVAILABLE", "Error: pull access denied for absent, repository does not exist"],
    ["IMAGE_UNAVAILABLE", 'Get "http://localhost:1/v2/": dial tcp [::1]:1: connect: connection refused'],
    ["TERRAFORM_FAILED", "Error: Invalid resource name"],
  ])("becomes %s with a sentence of what to do", (code, output) => {
    expect(fail(output)).toMatchObject({ code, hint: expect.stringMatching(/\.$/) as string });
  });

  it("names the provider that cannot be had, without Terraform's frame and its advice to authors", () => {
    const output = [
      "╷",
      "│ Error: Failed to query available provider packages",
      "│ ",
      "│ Could not retrieve the list of available versions for provider",
      "│ kreuzwerker/docker: could not connect to registry.terraform.io: no such host",
      "│ ",
      "│ To see which modules are currently depending on kreuzwerker/docker and what",
      "│ versions are specified, run the following command:",
      "╵",
    ].join("\n");
    const error = fail(output, "init");
    expect(error.code).toBe("PROVIDER_UNAVAILABLE");
    expect(error.message).toBe(
      "Terraform cannot have its Docker provider: Could not retrieve the list of available versions for provider " +
        "kreuzwerker/docker: could not connect to registry.terraform.io: no such host.",
    );
  });
});
