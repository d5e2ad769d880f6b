/**
 * The host's end of the pair of network devices that joins a container with a network of its own to the host: "mup" and the
 * beginning of the container's ID. At most 15 characters, the kernel's limit. Who takes a cluster down finds it by this.
 */
export const networkDevice = (containerId: string): string => `mup${containerId.replaceAll("-", "").slice(0, 11)}`;
