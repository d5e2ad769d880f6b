// The schema of those parts of a cluster file that only containers are concerned with.
import { z } from "zod";
import { ConfigError } from "../../errors.ts";
import { DEFAULT_MIRROR_REMOTE } from "../spec.ts";
import type { DockerSpec, ImagesSpec } from "../spec.ts";
import { gatewayOf } from "./docker-addresses.ts";

/** Docker's grammar of references, short of their lengths: [host[:port]/]path[:tag][@digest]. */
const REFERENCE =
  /^([a-z0-9.-]+(:\d+)?\/)?[a-z0-9]+((\.|_{1,2}|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_{1,2}|-+)[a-z0-9]+)*)*(:[\w][\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/i;

const reference = z
  .string()
  .regex(REFERENCE, { error: "must be an image's name with its tag or digest, as in zookeeper:3.9" });

const mesosPackage = z.strictObject({
  package: z
    .url({ protocol: /^https?$/, error: "must be the http(s) address of a .deb file" })
    .optional()
    .describe("Address of a .deb file; {version} and {arch} (amd64, arm64) in it stand for what they say."),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { error: "must be 64 hexadecimal digits" })
    .optional()
    .describe("SHA-256 of that file. Default: not checked."),
  version: z
    .string()
    .regex(/^[\w.+~:-]+$/, { error: "must be a version" })
    .optional(),
  base: reference.optional().describe("The image that the package is installed in."),
});

export const imagesSchema: z.ZodType<ImagesSpec> = z
  .strictObject({
    zookeeper: reference.optional().describe("Default: zookeeper:3.9."),
    mesos: z
      .union([reference, mesosPackage])
      .optional()
      .describe("An image with mesos-master and mesos-agent on its PATH, or the package to build one from."),
    mirror: reference.optional().describe("Image of the registry mirror. Default: registry:2."),
  })
  .describe("What the programs come in, where they run in containers.");

export const dockerSchema: z.ZodType<DockerSpec> = z
  .strictObject({
    subnet: z
      .string()
      .superRefine((subnet, context) => {
        try {
          gatewayOf(subnet);
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          const message = "must be an IPv4 network of 256 addresses or more, as in 172.30.0.0/24";
          context.addIssue({ code: "custom", message, input: subnet });
        }
      })
      .optional()
      .describe("Of the cluster's network, as in 172.30.0.0/24. Default: one that is free."),
    privileged: z
      .boolean()
      .default(false)
      .describe("Agents have every privilege, instead of SYS_ADMIN, SYS_PTRACE and NET_ADMIN."),
    registry_mirror: z
      .union([z.boolean(), z.strictObject({ remote: z.url({ protocol: /^https?$/ }).optional(), port: port() })])
      .transform((wanted) => {
        if (wanted === false) return undefined;
        const { remote = DEFAULT_MIRROR_REMOTE, port: own } = wanted === true ? {} : wanted;
        return { remote, ...(own !== undefined && { port: own }) };
      })
      .optional()
      .describe(
        "A registry beside the cluster that keeps what is pulled through it; true, or whose and on which port.",
      ),
  })
  .describe("Of the Docker backend.");

function port() {
  return z.int().min(1).max(65_535).optional();
}
