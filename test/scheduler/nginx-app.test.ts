import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nginxApp } from "../../src/scheduler/nginx-app.ts";
import { parseAppObject } from "../../src/scheduler/parse-app-file.ts";

let sandbox = "";
beforeEach(async () => {
  sandbox = await mkdtemp(join(tmpdir(), "sand box-"));
  await writeFile(join(sandbox, "nginx"), '#!/bin/sh\nprintf "%s\\n" "$@"\n');
  await chmod(join(sandbox, "nginx"), 0o755);
});
afterEach(async () => {
  await rm(sandbox, { recursive: true });
});

/** Runs a command as an executor does, with something that is not nginx; gives its arguments and configuration. */
async function run(command: string) {
  const env = { PATH: `${sandbox}:/usr/bin:/bin`, MESOS_SANDBOX: sandbox, PORT0: "9042" };
  const { stdout } = await promisify(execFile)("/bin/sh", ["-c", command], { env });
  return {
    arguments: stdout.trimEnd().split("\n"),
    configuration: await readFile(join(sandbox, "nginx.conf"), "utf8"),
  };
}

describe("the demo's nginx", () => {
  it("is left to its image where that will do", () => {
    expect(nginxApp()).toMatchObject({
      image: "mesos-up/nginx:local",
      network: "bridge",
      ports: [{ container: 80, host: "any" }],
    });
    expect(nginxApp().command).toBeUndefined();
  });

  it.each([{}, { site: "/srv/site" }, { image: "nginx:alpine", containerizer: "mesos" as const }])(
    "is an app like those in files (%j)",
    (options) => {
      expect(parseAppObject(nginxApp(options))).toEqual(nginxApp(options));
    },
  );

  it("serves a site out of its sandbox", async () => {
    const { arguments: given, configuration } = await run(nginxApp({ site: "/srv/site" }).command as string);
    expect(given).toEqual(["-c", `${sandbox}/nginx.conf`, "-g", "daemon off;"]);
    expect(configuration).toContain(`root "${sandbox}/site";`);
    expect(configuration).toContain("listen 80;");
  });

  it("listens on its host port on the host's network", async () => {
    const { configuration } = await run(nginxApp({ network: "host" }).command as string);
    expect(configuration).toContain("listen 9042;");
    expect(configuration).toMatch(/root "\/(var\/www|usr\/share\/nginx)\/html";/);
  });
});
