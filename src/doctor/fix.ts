// Applies remedies one at a time, and looks again after each.
import { LAYERS, REMEDY_KINDS, type Diagnosis, type Finding, type Remedy } from "./finding.ts";
import { isStillThere, keyOfFinding, settled, unwell, type SettleOptions } from "./settle.ts";

export interface FixOptions {
  look: () => Promise<Diagnosis>;
  /** Does what the remedy says. Throws where it cannot. */
  apply: (remedy: Remedy) => Promise<void>;
  /** Also what may end tasks or lose data. */
  yes?: boolean | undefined;
  nowMs: () => number;
  sleep: (durationMs: number) => Promise<void>;
}

export interface Repair {
  /** The finding that it was meant for. */
  finding: string;
  command: string;
  /** `refused`: it may end tasks or lose data, and nobody has said yes to that. */
  outcome: "helped" | "did not help" | "failed" | "refused";
  /** Of `failed` and `refused`: why. */
  said?: string;
}

export interface Fixed {
  diagnosis: Diagnosis;
  repairs: Repair[];
}

/**
 * Goes on until all is well or nothing is left to try. For a finding each remedy is tried once, and once more after another
 * one that helped: what kept it from its work may be mended by then.
 */
export async function fix(options: FixOptions): Promise<Fixed> {
  const repairs: Repair[] = [];
  const tried = new Tried();
  let diagnosis = await options.look();
  for (;;) {
    const next = bySize(diagnosis).find(
      (one) => isOurs(one.remedy) && isAllowed(one.remedy, options) && !tried.has(one, one.remedy),
    );
    if (next?.remedy === undefined) return { diagnosis, repairs: [...repairs, ...refusals(diagnosis, options)] };
    const { remedy } = next;
    const meant = unwell(diagnosis).filter((one) => isOurs(one.remedy) && keyOf(one.remedy) === keyOf(remedy));
    const isUntried = (one: Finding) => isOurs(one.remedy) && !tried.has(one, one.remedy);
    const { repair, ...seen } = await tryOut(next, remedy, { ...options, before: diagnosis, isUntried });
    repairs.push(repair);
    diagnosis = seen.diagnosis;
    if (repair.outcome === "helped") tried.giveAnotherChance();
    for (const one of meant) {
      const isInVain = isStillThere(one, diagnosis) && (repair.outcome === "failed" || !remedy.losesTasks);
      tried.note(one, remedy, isInVain ? "in vain" : "for good");
    }
  }
}

/** Which remedy was tried for which finding. */
class Tried {
  readonly #forGood = new Set<string>();
  readonly #inVain = new Set<string>();

  has(finding: Finding, remedy: Remedy): boolean {
    const key = this.#key(finding, remedy);
    return this.#forGood.has(key) || this.#inVain.has(key);
  }

  /** `for good`: it has helped, or has cost tasks, and is not done twice. */
  note(finding: Finding, remedy: Remedy, how: "for good" | "in vain"): void {
    (how === "for good" ? this.#forGood : this.#inVain).add(this.#key(finding, remedy));
  }

  giveAnotherChance(): void {
    this.#inVain.clear();
  }

  #key(finding: Finding, remedy: Remedy): string {
    return `${keyOf(remedy)} ${keyOfFinding(finding)}`;
  }
}

async function tryOut(
  finding: Finding,
  remedy: Remedy,
  options: FixOptions & SettleOptions,
): Promise<{ repair: Repair; diagnosis: Diagnosis }> {
  const about = { finding: finding.id, command: remedy.command };
  try {
    await options.apply(remedy);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return { repair: { ...about, outcome: "failed", said }, diagnosis: await options.look() };
  }
  const diagnosis = await settled(finding, options);
  return { repair: { ...about, outcome: isStillThere(finding, diagnosis) ? "did not help" : "helped" }, diagnosis };
}

function isAllowed({ losesTasks }: Remedy, { yes }: FixOptions): boolean {
  return yes === true || !losesTasks;
}

/** The smallest remedies first; among equals those of what the others follow from. */
function bySize(diagnosis: Diagnosis): Finding[] {
  const all = unwell(diagnosis);
  const rank = (one: Finding): number =>
    REMEDY_KINDS.indexOf(waitsForRestart(one, all) ?? one.remedy?.kind ?? "by-hand");
  return all.sort(
    (a, b) => rank(a) - rank(b) || Number(a.remedy?.losesTasks ?? false) - Number(b.remedy?.losesTasks ?? false),
  );
}

/** What is started waits for the layers below it: one that hangs there is restarted first. */
function waitsForRestart({ remedy, layer }: Finding, all: Finding[]): Remedy["kind"] | undefined {
  if (remedy?.kind !== "up") return undefined;
  const hangs = all.some(
    (one) =>
      one.level === "failed" && one.remedy?.kind === "restart" && LAYERS.indexOf(one.layer) < LAYERS.indexOf(layer),
  );
  return hangs ? "restart" : undefined;
}

/** What no command of ours can do is the user's. */
function isOurs(remedy: Remedy | undefined): remedy is Remedy {
  return remedy !== undefined && remedy.kind !== "by-hand";
}

/** What was left, though it could be done. */
function refusals(diagnosis: Diagnosis, { yes }: FixOptions): Repair[] {
  if (yes === true) return [];
  const left = new Map<string, Repair>();
  for (const { id, remedy } of bySize(diagnosis)) {
    if (!isOurs(remedy) || !remedy.losesTasks || left.has(keyOf(remedy))) continue;
    const said = "it may end tasks or lose data, which --fix does only with --yes";
    left.set(keyOf(remedy), { finding: id, command: remedy.command, outcome: "refused", said });
  }
  return [...left.values()];
}

function keyOf({ kind, target }: Remedy): string {
  return `${kind} ${target ?? ""}`;
}
