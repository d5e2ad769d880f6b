// What `vagrant --machine-readable` prints (developer.hashicorp.com/vagrant/docs/cli/machine-readable): a line a message,
// `timestamp,target,type,data,…`, in which commas of the data are written as words and line ends as \n.

export interface VagrantMessage {
  /** Seconds since 1970. */
  atSecs: number;
  /** Name of the machine; empty where the message is about none. */
  machine: string;
  /** `state`, `ui`, `error-exit`, `provider-name`, … */
  type: string;
  data: string[];
}

/** Undefined for a line that is none of Vagrant's: what a program that it runs prints gets in between. */
export function parseMessage(line: string): VagrantMessage | undefined {
  const [timestamp = "", machine = "", type = "", ...data] = line.split(",");
  if (!/^\d+$/.test(timestamp) || type === "") return undefined;
  return { atSecs: Number(timestamp), machine, type, data: data.map(unescape) };
}

/** The state of each machine, as in `running`, `poweroff`, `stopped`, `not_created`. */
export function machineStates(messages: readonly VagrantMessage[]): Map<string, string> {
  const states = messages.filter(({ type }) => type === "state");
  return new Map(states.map(({ machine, data }) => [machine, data[0] ?? ""]));
}

/** The error that ended the command: the name of its class in Vagrant, and what it says. */
export function errorOf(messages: readonly VagrantMessage[]): { name: string; text: string } | undefined {
  const error = messages.findLast(({ type }) => type === "error-exit");
  return error && { name: (error.data[0] ?? "").split("::").at(-1) ?? "", text: error.data[1] ?? "" };
}

/** What it said to people, machine by machine in the order in which it was said, without what only decorates. */
export function spokenLines(messages: readonly VagrantMessage[]): { machine: string; line: string }[] {
  return messages
    .filter(({ type }) => type === "ui")
    .flatMap(({ machine, data }) =>
      (data[1] ?? "").split("\n").map((line) => {
        const said = /^(?:==>|   ) ([\w-]+): ?(.*)$/.exec(line);
        return { machine: machine === "" ? (said?.[1] ?? "") : machine, line: (said?.[2] ?? line).trimEnd() };
      }),
    )
    .filter(({ line }) => line.trim() !== "");
}

function unescape(text: string): string {
  return text.replaceAll("%!(VAGRANT_COMMA)", ",").replaceAll("\\n", "\n").replaceAll("\\r", "\r");
}
