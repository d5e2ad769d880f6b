import { describe, expect, it } from "vitest";
import { cgroupFacts, processorQuota } from "../../src/doctor/gather/cgroups.ts";

const FIRST = [
  "30 25 0:26 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs ro,mode=755",
  "31 30 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct",
  "32 30 0:28 / /sys/fs/cgroup/memory rw,nosuid shared:10 - cgroup cgroup rw,memory",
  "33 30 0:29 / /sys/fs/cgroup/systemd rw,nosuid shared:11 - cgroup cgroup rw,xattr,name=systemd",
  "34 30 0:30 / /sys/fs/cgroup/unified rw,nosuid shared:12 - cgroup2 cgroup2 rw,nsdelegate",
].join("\n");
const SECOND = "30 25 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate";

const files = (contents: Record<string, string>) => (path: string) => contents[path];

describe("control groups are read from the table of mounts", () => {
  it("of version 1, one controller after the other, also where version 2 is mounted beside it", () => {
    const isWritable = (path: string) => path.endsWith("/memory");
    expect(cgroupFacts(FIRST, { read: files({}), isWritable })).toEqual({
      ...{ version: 1, controllers: ["cpu", "cpuacct", "memory"], writable: ["memory"] },
    });
  });

  it("of version 2, all at once", () => {
    const read = files({ "/sys/fs/cgroup/cgroup.controllers": "cpuset cpu io memory\n" });
    const controllers = ["cpuset", "cpu", "io", "memory"];
    expect(cgroupFacts(SECOND, { read, isWritable: () => true })).toEqual({
      ...{ version: 2, controllers, writable: controllers },
    });
  });

  it("of none", () => {
    const none = { version: undefined, controllers: [], writable: [] };
    expect(cgroupFacts("1 0 0:1 / / rw - ext4 /dev/sda rw", { read: files({}), isWritable: () => true })).toEqual(none);
  });
});

describe("processors are held back", () => {
  it("by a group of version 2, or one above it", () => {
    const read = files({
      "/sys/fs/cgroup/a/b/cpu.max": "max 100000\n",
      "/sys/fs/cgroup/a/cpu.max": "50000 100000\n",
    });
    expect(processorQuota(SECOND, { own: "0::/a/b\n", read })).toBe(0.5);
  });

  it("by one of version 1", () => {
    const read = files({
      "/sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_quota_us": "150000\n",
      "/sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_period_us": "100000\n",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
    });
    expect(processorQuota(FIRST, { own: "3:memory:/\n2:cpu,cpuacct:/x\n0::/\n", read })).toBe(1.5);
  });

  it("by nobody", () => {
    expect(processorQuota(SECOND, { own: "0::/\n", read: files({}) })).toBeUndefined();
    expect(processorQuota("", { own: "", read: files({}) })).toBeUndefined();
  });
});
