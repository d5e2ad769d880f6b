// What the Vagrant backend is told about the world it runs in.
import type { VagrantProvider } from "../../cluster/vagrant/vagrant-types.ts";

export interface VagrantBackendOptions {
  /** Absolute; clusters lie in `.mesos-up/` below it. */
  root: string;
  /** The user's environment: PATH, HOME, XDG_*, DOCKER_HOST, VAGRANT_*. */
  env: NodeJS.ProcessEnv;
  /** What the user asked for; it goes before the cluster file's. */
  provider?: VagrantProvider | undefined;
}
