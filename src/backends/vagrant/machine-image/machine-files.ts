// What a machine that is a container has beside its packages: users, a way in for Vagrant, and what starts first.

/** Beginning of users' names, see /etc/passwd; password none, so that only a key lets anybody in. */
export const users = {
  passwd: ["sshd:x:100:65534::/run/sshd:/usr/sbin/nologin", "vagrant:x:1000:1000::/home/vagrant:/bin/bash"],
  group: ["vagrant:x:1000:"],
};

export const services = "/etc/mesos-up/services";

/** Names of the services that a machine may have: a supervisor that knows them beforehand starts them at once. */
const supervised = ["zookeeper", "mesos-master", "mesos-agent"];

const init = `#!/bin/sh
# The first process: lets in who has the cluster's key, and looks after services.
set -eu
mkdir -p /run/sshd /run/lock /tmp
chmod 1777 /tmp
# Containers of tasks get cgroups of their own below this one's, where the daemon allows it.
for mount in /sys/fs/cgroup /sys/fs/cgroup/*; do mount -o remount,bind,rw "$mount" 2>/dev/null || true; done
[ -e /etc/ssh/ssh_host_ed25519_key ] || ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
mkdir -p /home/vagrant/.ssh
printf '%s\\n' "\${MESOS_UP_SSH_KEY:-}" >/home/vagrant/.ssh/authorized_keys
chmod 700 /home/vagrant/.ssh
chown -R vagrant:vagrant /home/vagrant
# Named pipes and locks of a supervisor that was killed are of no use to the next one.
rm -rf ${services}/*/supervise
exec runsvdir -P ${services}
`;

const sshd = `#!/bin/sh
exec 2>&1
exec /usr/sbin/sshd -D -e -o UsePAM=no -o UseDNS=no -o PasswordAuthentication=no -o PermitRootLogin=no
`;

const permit = (kind: string): string => `${kind} required pam_permit.so\n`;

/** Content by path, relative to the root. */
export const files: Record<string, { content: string; mode: number }> = {
  "usr/sbin/machine-init": { content: init, mode: 0o755 },
  [`${services.slice(1)}/sshd/run`]: { content: sshd, mode: 0o755 },
  ...Object.fromEntries(
    supervised.flatMap((name) => [
      [`${services.slice(1)}/${name}/run`, { content: "#!/bin/sh\nexec sleep infinity\n", mode: 0o755 }],
      [`${services.slice(1)}/${name}/down`, { content: "", mode: 0o644 }],
    ]),
  ),
  "etc/sudoers.d/vagrant": { content: "vagrant ALL=(ALL) NOPASSWD: ALL\n", mode: 0o440 },
  "etc/hostname": { content: "machine\n", mode: 0o644 },
  "etc/environment": { content: "", mode: 0o644 },
  // sudo asks these; whoever is on the machine got there with the cluster's key.
  "etc/pam.d/common-auth": { content: permit("auth"), mode: 0o644 },
  "etc/pam.d/common-account": { content: permit("account"), mode: 0o644 },
  "etc/pam.d/common-password": { content: permit("password"), mode: 0o644 },
  "etc/pam.d/common-session": { content: permit("session"), mode: 0o644 },
  "etc/pam.d/common-session-noninteractive": { content: permit("session"), mode: 0o644 },
};
