// The schema of that part of a cluster file that only machines are concerned with.
import { z } from "zod";
import {
  DEFAULT_AGENT_SIZE,
  DEFAULT_BOX,
  DEFAULT_MASTER_SIZE,
  DEFAULT_NETWORK,
  type MachineSize,
  type VagrantSpec,
} from "./vagrant-spec.ts";
import { VAGRANT_PROVIDERS } from "./vagrant-types.ts";

/** 10.*, 172.16-31.* and 192.168.*: others may be somebody's on the internet. */
const PRIVATE_NETWORK = /^(10\.\d{1,3}|172\.(1[6-9]|2\d|3[01])|192\.168)\.\d{1,3}$/;

function size({ memory, cpus }: MachineSize) {
  return z.strictObject({
    memory: z.int().min(512).default(memory).describe("Megabytes."),
    cpus: z.int().min(1).default(cpus),
  });
}

export const vagrantSchema: z.ZodType<VagrantSpec> = z
  .strictObject({
    provider: z.enum(VAGRANT_PROVIDERS).optional().describe("Default: one that this machine has."),
    box: z
      .string()
      .regex(/^[\w.-]+(\/[\w.-]+)?$/, { error: "must be a box's name, as in bento/ubuntu-24.04" })
      .default(DEFAULT_BOX)
      .describe("Of Debian or Ubuntu. Machines that are containers have none."),
    box_version: z
      .string()
      .regex(/^[\w.<>=~ ,-]+$/, { error: "must be a version" })
      .optional()
      .describe("Default: the newest."),
    network: z
      .string()
      .refine((text) => PRIVATE_NETWORK.test(text) && text.split(".").every((part) => Number(part) <= 255), {
        error: "must be the first three numbers of a private network, as in 192.168.33",
      })
      .default(DEFAULT_NETWORK)
      .describe("The first three numbers of every address: masters from .10 down, agents from .11 up."),
    masters: size(DEFAULT_MASTER_SIZE).prefault({}),
    agents: size(DEFAULT_AGENT_SIZE).prefault({}),
  })
  .describe("Of the Vagrant backend.");
