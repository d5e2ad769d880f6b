import { expect, it } from "vitest";
import { answeringZooKeeper } from "../../scripts/answering-zookeeper.ts";

const zookeeper = {
  connect: "10.0.0.1:2181,10.0.0.2:2181,10.0.0.3:2181",
  path: "/mesos",
  url: "zk://10.0.0.1:2181,10.0.0.2:2181,10.0.0.3:2181/mesos",
};
const server = (number: number, version?: string) => ({
  address: `10.0.0.${number}`,
  port: 2181,
  ...(version !== undefined && { version }),
});

it("is every server that has said its version", () => {
  const nodes = [server(1), server(2, "ZooKeeper 3.8.0"), server(3, "ZooKeeper 3.8.0")];
  expect(answeringZooKeeper(zookeeper, nodes)).toBe("zk://10.0.0.2:2181,10.0.0.3:2181/mesos");
});

it("is all of them where none has, or nodes are reached at other addresses than by each other", () => {
  expect(answeringZooKeeper(zookeeper, [server(1), server(2), server(3)])).toBe(zookeeper.url);
  expect(answeringZooKeeper(zookeeper, [{ address: "127.0.0.1", port: 2181, version: "ZooKeeper 3.8.0" }])).toBe(
    zookeeper.url,
  );
});
