// The page that people find at `/` of a master: what the cluster has, who is in it, and what runs.
import { type Cell, dateOf, htmlPage, type Section, share } from "../common/html.ts";
import type { HttpAnswer } from "../common/http.ts";
import { summarise } from "../common/summarise.ts";
import type { Task } from "../protocol.ts";
import type { MasterContext } from "./context.ts";
import type { Leadership } from "./leadership.ts";
import { type Agent, type Framework, isActive, isConnected, rolesOf, tasksOf } from "./state.ts";

const MOST_TASKS = 200;
const MOST_COMPLETED = 50;

/** Of a master that leads. */
export function overviewPage(master: MasterContext, leadership: Leadership): HttpAnswer {
  const { info, state, flags } = master;
  const agents = [...state.agents.values()];
  const frameworks = [...state.frameworks.values()];
  const active = frameworks.flatMap(({ tasks }) => [...tasks.values()]);
  const ended = [...frameworks, ...state.completedFrameworks.values()].flatMap((one) => one.completedTasks);
  return htmlPage({
    title: flags.cluster ?? "Mesos master",
    subtitle: `${info.hostname ?? ""}:${info.port}, the embedded engine of mesos-up`,
    sections: [
      { heading: "Cluster", facts: facts(master, leadership) },
      agentsSection(agents),
      frameworksSection(frameworks),
      tasksSection(master, "Active tasks", active.slice(0, MOST_TASKS)),
      tasksSection(master, "Completed tasks, newest first", ended.slice(-MOST_COMPLETED).reverse()),
    ],
  });
}

function facts({ info, state }: MasterContext, { electedMs }: Leadership): [string, Cell][] {
  const agents = [...state.agents.values()];
  const total = summarise(agents.flatMap((agent) => agent.totalResources));
  const used = summarise(agents.flatMap((agent) => [...agent.used.values()].flat()));
  return [
    ["Master", info.id],
    ...(electedMs === undefined ? [] : ([["Leads since", dateOf(electedMs / 1000)]] as [string, Cell][])),
    ["Agents", `${agents.filter(isActive).length} active, ${agents.length} in all`],
    ["Unreachable agents", state.unreachableAgents.size],
    ...["cpus", "gpus", "mem", "disk"].map((name): [string, Cell] => [`${name} used`, share(used[name], total[name])]),
    ["Outstanding offers", state.offers.size],
    ["As JSON", { text: "/state", href: "/state" }],
    ["Metrics", { text: "/metrics/snapshot", href: "/metrics/snapshot" }],
    ["Endpoints", { text: "/help", href: "/help" }],
  ];
}

function agentsSection(agents: readonly Agent[]): Section {
  const rows = agents.map((agent): Cell[] => {
    const total = summarise(agent.totalResources);
    const used = summarise([...agent.used.values()].flat());
    return [
      { text: agent.info.hostname, href: addressOf(agent) },
      agent.id,
      stateOf(agent),
      ...["cpus", "mem", "disk"].map((name) => share(used[name], total[name])),
      tasksOf(agent).length,
    ];
  });
  const columns = ["Agent", "ID", "State", "cpus", "mem (MB)", "disk (MB)", "Tasks"];
  return { heading: "Agents", columns, rows, empty: "No agent has registered." };
}

const addressOf = ({ pid }: Agent): string => `http://${pid.slice(pid.indexOf("@") + 1)}/`;

function stateOf(agent: Agent): string {
  if (agent.drain) return agent.drain.state.toLowerCase();
  if (agent.deactivated) return "deactivated";
  return agent.link ? "active" : "disconnected";
}

function frameworksSection(frameworks: readonly Framework[]): Section {
  const rows = frameworks.map((framework): Cell[] => {
    const { info } = framework;
    const used = summarise([...framework.tasks.values()].flatMap((task) => task.resources));
    return [
      info.webui_url === undefined ? info.name : { text: info.name, href: info.webui_url },
      framework.id,
      info.user,
      rolesOf(info).join(", "),
      isConnected(framework) ? "active" : framework.state,
      ...["cpus", "mem"].map((name) => Number(used[name] ?? 0)),
      framework.tasks.size,
    ];
  });
  const columns = ["Framework", "ID", "User", "Roles", "State", "cpus", "mem (MB)", "Tasks"];
  return { heading: "Frameworks", columns, rows, empty: "No framework has subscribed." };
}

function tasksSection(master: MasterContext, heading: string, tasks: readonly Task[]): Section {
  const rows = tasks.map((task): Cell[] => {
    const agent = master.state.agents.get(task.agent_id.value);
    const started = task.statuses[0]?.timestamp;
    return [
      task.name,
      task.task_id.value,
      task.state.replace("TASK_", ""),
      started === undefined ? "" : dateOf(started),
      agent ? { text: agent.info.hostname, href: addressOf(agent) } : task.agent_id.value,
      task.statuses.at(-1)?.message ?? "",
    ];
  });
  return { heading, columns: ["Task", "ID", "State", "Since", "Agent", "Message"], rows, empty: "There are none." };
}
