// The runtime kit: what a cluster's processes are started from.
export { type ResolveOptions, resolveRuntime } from "./runtime.ts";
export type { Program, Runtime, RuntimePart, ZooKeeperRuntime } from "./runtime-types.ts";
export { type ZooKeeperCommand, zookeeperCommand } from "./zookeeper-command.ts";
export { defaultCacheDirectory, describeMachine, type Machine } from "./machine.ts";
export type { KitProgress } from "./fetch-packages.ts";
