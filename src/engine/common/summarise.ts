// Resources in the few words of /state and its kin.
import { normalise, printRanges } from "../../mesos/ranges.ts";
import type { Range, Resource } from "../../mesos/types.ts";

/** As in /state: `{"cpus": 4, "gpus": 0, "ports": "[9000-10000]"}`; the sum of many, the four basic scalars always. */
export function summarise(resources: Iterable<Resource>): Record<string, number | string> {
  // In thousandths, so that sums stay exact.
  const scalars: Record<string, number> = { disk: 0, mem: 0, gpus: 0, cpus: 0 };
  let ranges: Record<string, Range[]> | undefined;
  let sets: Record<string, string[]> | undefined;
  for (const { name, type, scalar, ranges: held, set } of resources) {
    if (type === "SCALAR") scalars[name] = (scalars[name] ?? 0) + Math.round((scalar?.value ?? 0) * 1000);
    else if (type === "RANGES") ((ranges ??= {})[name] ??= []).push(...(held?.range ?? []));
    else if (type === "SET") ((sets ??= {})[name] ??= []).push(...(set?.item ?? []));
  }
  const summary: Record<string, number | string> = scalars;
  for (const name in scalars) summary[name] = (scalars[name] ?? 0) / 1000;
  for (const [name, all] of Object.entries(ranges ?? {})) summary[name] = printRanges(normalise(all));
  for (const [name, items] of Object.entries(sets ?? {})) summary[name] = `{${items.sort().join(", ")}}`;
  return summary;
}
