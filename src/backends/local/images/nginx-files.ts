// What the nginx image holds beside the distribution's packages: its configuration, its page, and who is who.

/** Path in the image → content. The layout of configuration and site is that of Debian's package. */
export function nginxFiles(version: string): Record<string, string> {
  return {
    "etc/nginx/nginx.conf": configuration,
    "etc/nginx/conf.d/.keep": "",
    "etc/nginx/sites-enabled/default": site,
    "var/www/html/index.html": page(version),
    "etc/passwd": [
      "root:x:0:0:root:/root:/bin/sh",
      "www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin",
      "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin",
      "",
    ].join("\n"),
    "etc/group": ["root:x:0:", "www-data:x:33:", "nogroup:x:65534:", ""].join("\n"),
  };
}

/** Links: path in the image → what it leads to. Logs go to where a container's output is collected. */
export const nginxLinks: Record<string, string> = {
  "var/log/nginx/access.log": "/dev/stdout",
  "var/log/nginx/error.log": "/dev/stderr",
};

/** Folders that nginx writes to, and those that every container expects. */
export const nginxFolders = ["tmp", "run", "root", "proc", "sys", "dev", "var/lib/nginx", "etc/nginx/sites-enabled"];

// One worker: a container has a share of the machine, and would start one for each of its processors. IPv4 alone: a socket for
// IPv6 fails where the kernel has none.
const configuration = `user www-data;
worker_processes 1;
pid /run/nginx.pid;
error_log /dev/stderr notice;

events {
    worker_connections 512;
}

http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log /dev/stdout;
    sendfile on;
    keepalive_timeout 65;
    include /etc/nginx/conf.d/*.conf;
    include /etc/nginx/sites-enabled/*;
}
`;

const site = `server {
    listen 80 default_server;
    root /var/www/html;
    index index.html;
    server_name _;
    location / {
        try_files $uri $uri/ =404;
    }
}
`;

const page = (version: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>nginx runs on Mesos</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 38rem; margin: 4rem auto; padding: 0 1rem; color: #1c2733; }
h1 { font-size: 1.6rem; }
code { background: #eef2f5; padding: 0.1rem 0.3rem; border-radius: 0.2rem; }
</style>
</head>
<body>
<h1>nginx runs on Mesos</h1>
<p>This page is served by nginx ${version} in a container that a Mesos agent started, on an offer that a framework accepted.</p>
<p>Show your own site instead: <code>mesos-up demo --site DIR</code></p>
</body>
</html>
`;
