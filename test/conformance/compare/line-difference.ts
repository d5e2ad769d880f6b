// Two texts line by line: what only one of them has, with a little of what they share around it.

const CONTEXT_LINES = 3;

interface Line {
  mark: " " | "-" | "+";
  text: string;
}

/** Lines with "-" before what only the first text has, "+" before what only the second has; none for equal texts. */
export function lineDifference(first: string, second: string): string[] {
  const lines = align(first.split("\n"), second.split("\n"));
  const isNear = lines.map((_, index) =>
    lines.slice(Math.max(0, index - CONTEXT_LINES), index + CONTEXT_LINES + 1).some(({ mark }) => mark !== " "),
  );
  return lines.flatMap(({ mark, text }, index) => {
    if (isNear[index] === true) return [`${mark} ${text}`];
    return isNear[index - 1] === true && isNear.slice(index).includes(true) ? ["  …"] : [];
  });
}

/** By the longest common subsequence: transcripts have a few hundred lines. */
function align(first: string[], second: string[]): Line[] {
  const common = commonLengths(first, second);
  const lengthAt = (i: number, j: number) => common[i]?.[j] ?? 0;
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < first.length || j < second.length) {
    const [one, other] = [first[i], second[j]];
    if (one !== undefined && one === other) {
      lines.push({ mark: " ", text: one });
      i++;
      j++;
    } else if (one !== undefined && (other === undefined || lengthAt(i + 1, j) >= lengthAt(i, j + 1))) {
      lines.push({ mark: "-", text: one });
      i++;
    } else {
      lines.push({ mark: "+", text: other ?? "" });
      j++;
    }
  }
  return lines;
}

/** At [i][j]: how many lines the texts have in common from there on. */
function commonLengths(first: string[], second: string[]): Uint32Array[] {
  const lengths = Array.from({ length: first.length + 1 }, () => new Uint32Array(second.length + 1));
  for (let i = first.length - 1; i >= 0; i--) {
    const [row, below] = [lengths[i], lengths[i + 1]];
    if (row === undefined || below === undefined) continue;
    for (let j = second.length - 1; j >= 0; j--) {
      row[j] = first[i] === second[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return lengths;
}
