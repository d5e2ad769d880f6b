// How a cluster that is not of this folder wants to be spoken to, from the options of a command.
import { resolve } from "node:path";
import type { Command } from "commander";
import type { HttpConnection } from "../src/client/connection.ts";
import { ConfigError } from "../src/errors.ts";
import { readUserFile } from "./options.ts";

export interface ConnectionOptions {
  /** Another cluster than that of this folder. */
  master?: string | undefined;
  principal?: string | undefined;
  secretFile?: string | undefined;
  ca?: string | undefined;
}

const masterHelp = "another cluster: zk://host:port/path, host:port,… or a URL (http:// or https://)";

export function withConnectionOptions(command: Command): Command {
  return command
    .option("--master <where>", masterHelp)
    .option("--principal <name>", "whom masters and agents are to take this for (--authenticate_http_…)")
    .option("--secret-file <file>", "the secret of that principal, and nothing else in the file")
    .option(
      "--ca <file>",
      "certificates that those of masters and agents descend from, PEM; all is spoken over TLS then",
    );
}

/** @throws ConfigError CREDENTIALS_INCOMPLETE, FILE_UNREADABLE */
export async function readConnection({
  master,
  principal,
  secretFile,
  ca,
}: ConnectionOptions): Promise<HttpConnection> {
  if ((principal === undefined) !== (secretFile === undefined)) {
    throw new ConfigError(`${principal === undefined ? "A secret" : "A principal"} alone proves nothing.`, {
      code: "CREDENTIALS_INCOMPLETE",
      hint: "Give --principal and --secret-file, or neither.",
    });
  }
  const secret = secretFile === undefined ? undefined : (await readUserFile(secretFile)).replace(/\r?\n$/, "");
  return {
    ...(principal !== undefined && secret !== undefined && { credentials: { principal, secret } }),
    ...(ca !== undefined && { ca: await readUserFile(ca) }),
    ...((ca !== undefined || master?.startsWith("https://") === true) && { tls: true }),
  };
}

/** The same options for a process that works elsewhere. */
export function movedConnection({ principal, secretFile, ca }: ConnectionOptions): Omit<ConnectionOptions, "master"> {
  return {
    ...(principal !== undefined && { principal }),
    ...(secretFile !== undefined && { secretFile: resolve(secretFile) }),
    ...(ca !== undefined && { ca: resolve(ca) }),
  };
}
