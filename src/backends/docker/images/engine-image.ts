// The image of the embedded engine: its programs under the names of Mesos's, node to run them, and the docker program for
// the agent. Made of what this machine has, so it fits daemons on machines of the same kind.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { MesosUpError } from "../../../errors.ts";
import { findEngine } from "../../local/engine-programs.ts";
import { findProgram } from "../../find-program.ts";
import type { ImageRecipe } from "./made-image.ts";

/** Counts changes of the recipe: images made by another revision are made anew. */
const revision = 1;

/** Its tag tells what it was made of. */
export const engineRepository = "mesos-up/engine";
const programs = ["mesos-master", "mesos-agent", "mesos-executor"];
const home = "opt/mesos-up";

/** @throws MesosUpError ENGINE_MISSING, DOCKER_PROGRAM_MISSING, ENGINE_IMAGE_LINUX_ONLY */
export function engineImage(env: NodeJS.ProcessEnv): ImageRecipe {
  if (process.platform !== "linux") throw linuxOnly();
  const docker = findProgram("docker", env);
  if (docker === undefined) throw dockerMissing();
  const { master } = findEngine("embedded", env);
  const folder = join(master.args[0] ?? "", "..");
  const files = engineFiles(folder);
  const digest = createHash("sha256").update(`${revision} ${process.version} ${process.arch} ${identityOf(docker)}`);
  for (const file of files) digest.update(file).update(readFileSync(join(folder, file)));
  return {
    reference: `${engineRepository}:${digest.digest("hex").slice(0, 12)}`,
    title: "the embedded engine",
    changes: [
      "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "EXPOSE 5050",
      "EXPOSE 5051",
      'CMD ["mesos-master", "--version"]',
    ],
    async fill(root) {
      await root.addProgram(process.execPath, "usr/local/bin/node");
      await root.addProgram(docker, "usr/local/bin/docker");
      await root.write(`${home}/package.json`, '{ "type": "module" }\n');
      for (const file of files) await root.addTree(join(folder, file), `${home}/${file}`);
      for (const name of programs)
        await root.write(`usr/local/bin/${name}`, `#!/bin/sh\nexec node /${home}/${name}.js "$@"\n`, 0o755);
    },
  };
}

/** The three programs and every chunk that one of them loads. */
function engineFiles(folder: string): string[] {
  const found = new Set<string>();
  const follow = (file: string): void => {
    if (found.has(file)) return;
    found.add(file);
    const text = readFileSync(join(folder, file), "utf8");
    for (const [, name = ""] of text.matchAll(/["']\.{1,2}\/(?:chunks\/)?([\w.-]+-[A-Z0-9]{8}\.js)["']/g))
      follow(`chunks/${name}`);
  };
  for (const program of programs) follow(`${program}.js`);
  const chunks = new Set(readdirSync(join(folder, "chunks")).map((name) => `chunks/${name}`));
  return [...found].filter((file) => !file.startsWith("chunks/") || chunks.has(file)).sort();
}

function identityOf(file: string): string {
  const { size, mtimeMs } = statSync(file);
  return `${size} ${mtimeMs}`;
}

const ownImage = "Name an image of Mesos in the cluster file (images: mesos: …)";

function linuxOnly(): MesosUpError {
  return new MesosUpError("The embedded engine's image is made of a Linux machine's programs, and this is none.", {
    code: "ENGINE_IMAGE_LINUX_ONLY",
    hint: `${ownImage}, or say \`engine: mesos\` to have one built from a package.`,
  });
}

function dockerMissing(): MesosUpError {
  return new MesosUpError("The embedded engine's image needs the docker program, which is not on PATH.", {
    code: "DOCKER_PROGRAM_MISSING",
    hint: `Install it (Debian, Ubuntu: sudo apt-get install docker.io). ${ownImage} to do without.`,
  });
}
