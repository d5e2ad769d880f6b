// The packages of a machine that is a container, and which of their dependencies come along.
import type { PackageRequest } from "../../local/kit/fetch-packages.ts";
import { chooseJava } from "../../local/kit/dependencies.ts";

/** A shell and its tools, a supervisor, a way in, and what runs containers. */
const packages = [
  ...[
    "base-files",
    "base-passwd",
    "bash",
    "coreutils",
    "dash",
    "debianutils",
    "diffutils",
    "dpkg",
    "findutils",
    "grep",
  ],
  ...["gzip", "hostname", "libc-bin", "login", "mount", "ncurses-base", "ncurses-bin", "passwd", "sed", "tar"],
  ...["util-linux", "util-linux-extra", "runit", "openssh-server", "sudo", "procps", "iproute2", "runc", "wget"],
  ...["ca-certificates", "libstdc++6"],
];

/** The server's classes. Its admin server, and what that needs, stays away. */
const zookeeper = ["libzookeeper-java", "libsnappy-java"];

// A dependency is followed by its name. Left out is what only scripts of the installation need, and what shows or sounds.
const unneeded = [
  "perl|python3|systemd|debconf|cdebconf|ucf|fontconfig|java-common|ca-certificates-java|default-jre|adduser",
  "usrmerge|usr-is-merged|lsb-base|install-info|runit-helper|sysuser-helper|sysvinit-utils|init-system-helpers|junit4",
  "lib(perl|python|font|asound|cups|avahi|pcsc|harf|freetype|lcms|jpeg|nss3|graphite|glib|file-find-rule|number-compare)",
  "lib(text-glob|jetty|servlet|jline|spring|geronimo|jspeci|tomcat|eclipse|jaxp|guava|findbugs|log4j|hamcrest|atinject)",
  "lib(error-prone|jsr305|commons-parent|jctools|netty-tcnative|apr)",
];

/** Tells one recipe from another. */
export const recipeText = JSON.stringify([packages, zookeeper, unneeded]);

export const machinePackages: PackageRequest = {
  choose: async (apt) => {
    const java = chooseJava(await apt.names("openjdk-")) ?? "openjdk-17-jre-headless";
    return [...packages, ...zookeeper, java];
  },
  follow: new RegExp(`^(?!${unneeded.join("|")})`),
  omit: new Set<string>(),
};
