// Several things are waited for at once, and there is one line to say why: it stays with the first of them that is not there.

/** Functions that take why each of the things is waited for (undefined: it is there); `tell` hears of changes alone. */
export function oneReason(count: number, tell: (reason: string) => void): ((reason: string | undefined) => void)[] {
  const reasons: (string | undefined)[] = Array.from({ length: count });
  let told: string | undefined;
  return reasons.map((_, index) => (reason) => {
    reasons[index] = reason;
    const first = reasons.find((one) => one !== undefined);
    if (first !== undefined && first !== told) tell(first);
    told = first;
  });
}
