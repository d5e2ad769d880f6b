// The page that people find at `/` of an agent: what runs here, and what it has written.
import { type Cell, htmlPage, type Section, share } from "../common/html.ts";
import type { HttpAnswer } from "../common/http.ts";
import { summarise } from "../common/summarise.ts";
import type { Agent } from "./agent.ts";
import { type Executor, resourcesInUse } from "./book.ts";

const MOST_COMPLETED = 50;

export function overviewPage(agent: Agent, master: string): HttpAnswer {
  const { book, info, options } = agent;
  const living = book.executors();
  const ended = [...book.frameworks.values(), ...book.completedFrameworks].flatMap((one) => one.completedExecutors);
  const total = summarise(agent.resources.total);
  const used = summarise(living.flatMap(resourcesInUse));
  const { ip, port } = options.address;
  return htmlPage({
    title: "Mesos agent",
    subtitle: `${ip}:${port}, the embedded engine of mesos-up`,
    sections: [
      {
        heading: "Agent",
        facts: [
          ["ID", agent.id],
          ["Host", info.hostname],
          ["Master", master === "" ? "none" : master],
          ...["cpus", "gpus", "mem", "disk"].map((name): [string, Cell] => [
            `${name} used`,
            share(used[name], total[name]),
          ]),
          ["As JSON", { text: "/state", href: "/state" }],
          ["Metrics", { text: "/metrics/snapshot", href: "/metrics/snapshot" }],
          ["Endpoints", { text: "/help", href: "/help" }],
        ],
      },
      executorsSection("Executors", living),
      executorsSection("Completed executors, newest first", ended.slice(-MOST_COMPLETED).reverse()),
    ],
  });
}

function executorsSection(heading: string, executors: readonly Executor[]): Section {
  const rows = executors.map((executor): Cell[] => {
    const tasks = [...executor.launched.values(), ...executor.terminated.values(), ...executor.completed];
    const file = (name: string): Cell => ({
      text: name,
      href: `/files/download?path=${encodeURIComponent(`${executor.directory}/${name}`)}`,
    });
    return [
      executor.info.executor_id.value,
      executor.frameworkId,
      executor.state.toLowerCase(),
      tasks.map((task) => `${task.name}: ${task.state.replace("TASK_", "")}`).join(", "),
      file("stdout"),
      file("stderr"),
    ];
  });
  return { heading, columns: ["Executor", "Framework", "State", "Tasks", "", ""], rows, empty: "There are none." };
}
