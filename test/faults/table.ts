// What became of each fault of the catalogue, as a table in the output of the test run.
import Table from "cli-table3";

export interface Row {
  fault: string;
  /** The root cause as the doctor named it; undefined of a fault that was mended before there was anything to name. */
  named: string | undefined;
  /** From the injection until it was named, or mended. */
  seconds: number;
  repaired: string;
  lost: number;
}

export function printTable(title: string, rows: Row[]): void {
  const table = new Table({
    head: ["fault", "named as root cause", "seconds to it", "repaired by --fix", "tasks lost"],
    style: { head: [], border: [] },
  });
  for (const { fault, named, seconds, repaired, lost } of rows)
    table.push([fault, named === undefined ? "not needed" : `yes: ${named}`, seconds.toFixed(1), repaired, lost]);
  console.log(`${title}\n${table.toString()}`);
}
