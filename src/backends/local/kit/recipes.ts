// What each kit is made of: the packages it starts from, and which of their dependencies come along.

export type ProgramName = "runc" | "skopeo" | "umoci" | "slirp4netns" | "ip" | "busybox";
export type KitName = "java" | "zookeeper" | ProgramName;

export interface Recipe {
  /** Counts changes of the recipe: kits made by another revision are not used. */
  revision: number;
  /** `newest-java`: the Java that `chooseJava` picks from what the lists offer. */
  packages: string[] | "newest-java";
  /** Dependencies that come along; those that the system has are left out where `sharesSystemLibraries`. */
  follow: RegExp;
  sharesSystemLibraries: boolean;
  /** The program that the kit is for, if it is to be found in `bin/` of the kit. */
  program?: string;
}

// By Debian's policy a shared library is in a package lib<soname>. glibc must be the system's: its loader and its libraries
// only fit one another.
const sharedLibraries = /^lib(?!c6$|gcc-s1$)/;
const none = /^(?!)/;

const programKit = (name: string, packageName = name): Recipe => ({
  revision: 1,
  packages: [packageName],
  follow: sharedLibraries,
  sharesSystemLibraries: true,
  program: name,
});

export const recipes: Record<KitName, Recipe> = {
  // Its libraries for sound, fonts and printing are not needed for a server; libz and libstdc++ are wherever apt is.
  java: { revision: 1, packages: "newest-java", follow: none, sharesSystemLibraries: true },
  // ZooKeeper without its admin server needs neither Jetty nor what comes with it.
  zookeeper: {
    revision: 1,
    packages: ["libzookeeper-java"],
    follow: /^lib(netty|slf4j|commons-(cli|io)|dropwizard-metrics|snappy|jackson2-\w+)-java$/,
    sharesSystemLibraries: false,
  },
  runc: programKit("runc"),
  skopeo: programKit("skopeo"),
  umoci: programKit("umoci"),
  slirp4netns: programKit("slirp4netns"),
  ip: programKit("ip", "iproute2"),
  // For images that are made here: a shell and its tools in one file.
  busybox: programKit("busybox", "busybox-static"),
};

/** What people call it. */
export const titles: Record<KitName, string> = {
  java: "Java 11 or newer",
  zookeeper: "ZooKeeper",
  runc: "runc",
  skopeo: "skopeo",
  umoci: "umoci",
  slirp4netns: "slirp4netns",
  ip: "ip",
  busybox: "busybox",
};
