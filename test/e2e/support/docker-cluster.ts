// What a test looks at of a cluster in Docker: by the labels that it has, which no other's things have.
import { execaSync } from "execa";
import type { Workplace } from "./workplace.ts";

/** Containers, volumes and networks of the workplace's cluster of that name, tasks among them. */
export function thingsInDocker(place: Workplace, cluster: string): string[] {
  const folder = place.path(".mesos-up", cluster);
  const label = `label=mesos-up.state=${folder}`;
  const list = (...args: string[]): string[] =>
    execaSync("docker", args)
      .stdout.split("\n")
      .filter((line) => line !== "");
  return [
    ...list("ps", "--all", "--filter", label, "--format", "container {{.Names}}"),
    ...list("volume", "ls", "--filter", label, "--format", "volume {{.Name}}"),
    ...list("network", "ls", "--filter", label, "--format", "network {{.Name}}"),
    ...list(
      "ps",
      "--all",
      "--no-trunc",
      "--filter",
      "name=^/?mesos-",
      "--format",
      "container {{.Names}} {{.Mounts}}",
    ).filter((line) => line.includes(folder)),
  ];
}

/** The container of a node. */
export function containerOf(place: Workplace, cluster: string, node: string): string {
  const filters = [`label=mesos-up.state=${place.path(".mesos-up", cluster)}`, `label=mesos-up.node=${node}`];
  return execaSync("docker", ["ps", "--all", "--quiet", ...filters.flatMap((filter) => ["--filter", filter])]).stdout;
}

export function docker(...args: string[]): string {
  return execaSync("docker", args).stdout;
}
