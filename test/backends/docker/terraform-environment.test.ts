import { describe, expect, it } from "vitest";
import { terraformEnvironment } from "../../../src/backends/docker/terraform/terraform.ts";

const user = { PATH: "/bin", TF_PLUGIN_CACHE_DIR: "/cache", DOCKER_CONTEXT: "far", DOCKER_CERT_PATH: "/others" };

describe("the environment of Terraform and its provider", () => {
  it("names the daemon that was found, and its certificates, instead of what that was found by", () => {
    const daemon = { host: "tcp://10.0.0.7:2376", from: "the context far", certificates: "/contexts/tls/far/docker" };
    expect(terraformEnvironment({ env: user, folder: "/cluster", daemon })).toMatchObject({
      PATH: "/bin",
      TF_PLUGIN_CACHE_DIR: "/cache",
      TF_DATA_DIR: "/cluster/terraform/data",
      DOCKER_HOST: "tcp://10.0.0.7:2376",
      DOCKER_CERT_PATH: "/contexts/tls/far/docker",
      DOCKER_TLS_VERIFY: "1",
      DOCKER_CONTEXT: undefined,
    });
  });

  it("has no certificates for a daemon that wants none, and no arguments that were meant for another Terraform", () => {
    const daemon = { host: "unix:///run/docker.sock", from: "the default socket" };
    const env = { ...user, DOCKER_TLS_VERIFY: "1", TF_CLI_ARGS_apply: "-target=x", TF_WORKSPACE: "mine" };
    expect(terraformEnvironment({ env, folder: "/cluster", daemon })).toMatchObject({
      DOCKER_HOST: "unix:///run/docker.sock",
      DOCKER_CERT_PATH: undefined,
      DOCKER_TLS_VERIFY: undefined,
      TF_CLI_ARGS_apply: undefined,
      TF_WORKSPACE: undefined,
    });
  });
});
