// The app of the demo: nginx in a container, on any port that is offered.
import { APP_DEFAULTS, DEFAULT_VERIFY } from "./app-spec.ts";
import type { AppSpec } from "./app-spec.ts";

export const DEFAULT_NGINX_IMAGE = "mesos-up/nginx:local";

export interface NginxOptions {
  image?: string | undefined;
  /** A folder to serve instead of the image's own page. */
  site?: string | undefined;
  containerizer?: AppSpec["containerizer"];
  /** Default: bridge where docker runs it, else host. */
  network?: AppSpec["network"];
}

/** nginx as most people want it. */
export function nginxApp(options: NginxOptions = {}): AppSpec {
  const { image = DEFAULT_NGINX_IMAGE, site, containerizer = "docker" } = options;
  const network = options.network ?? (containerizer === "docker" ? "bridge" : "host");
  const app: AppSpec = {
    ...APP_DEFAULTS,
    name: "nginx",
    image,
    containerizer,
    cpus: 0.2,
    mem: 64,
    ports: [{ container: 80, host: "any", protocol: "tcp", name: "http" }],
    network,
    site,
    verify: DEFAULT_VERIFY,
  };
  return network === "bridge" && site === undefined ? app : { ...app, command: nginxCommand(app) };
}

/** A site, and an nginx on the host's network, need a command; what is given is left as it is. */
export function servedByNginx(app: AppSpec): AppSpec {
  return app.site === undefined || app.command !== undefined ? app : { ...app, command: nginxCommand(app) };
}

/**
 * What starts nginx where the image's own command will not do: to serve a site out of the sandbox, or on the host's
 * network, where it must listen on the port that it was given. For every image with a shell and nginx in it.
 *
 * The configuration is written into the sandbox, since images differ in where theirs is and what it includes. nginx stays
 * root in there: other users may not look into a sandbox, and in a user namespace with a single user there are none.
 */
export function nginxCommand(app: Pick<AppSpec, "network" | "ports" | "site">): string {
  const listen = app.network === "bridge" ? String(app.ports[0]?.container ?? 80) : "$PORT0";
  const root = app.site === undefined ? "$root" : "$MESOS_SANDBOX/site";
  const configuration = [
    "user root root;",
    "error_log stderr;",
    'pid \\"$MESOS_SANDBOX/nginx.pid\\";',
    "events {}",
    "http {",
    "include /etc/nginx/mime.types;",
    'access_log \\"$MESOS_SANDBOX/access.log\\";',
    "server {",
    `listen ${listen};`,
    `root \\"${root}\\";`,
    "index index.html index.htm index.nginx-debian.html;",
    "}",
    "}",
  ].join(" ");
  return [
    // Debian's nginx serves the one, nginx's own images serve the other.
    ...(app.site === undefined ? ["root=/usr/share/nginx/html; [ -d /var/www/html ] && root=/var/www/html"] : []),
    `printf '%s\\n' "${configuration}" > "$MESOS_SANDBOX/nginx.conf"`,
    `exec nginx -c "$MESOS_SANDBOX/nginx.conf" -g 'daemon off;'`,
  ].join("; ");
}
