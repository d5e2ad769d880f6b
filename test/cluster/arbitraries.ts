// What Mesos's text syntaxes can say, for property tests.
import fc from "fast-check";
import { normalise } from "../../src/mesos/ranges.ts";

export const anyName = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,8}$/);

/** Text that no other kind of value looks like. */
export const anyText = fc.stringMatching(/^[a-z][a-z0-9_./,-]{0,12}$/).filter((text) => !/^0x|^inf|^nan/.test(text));

/** Numbers as Mesos keeps them: with three decimals. */
export const anyScalar = fc.nat({ max: 10_000_000 }).map((thousandths) => thousandths / 1000);

export const anyRanges = fc
  .array(fc.tuple(fc.nat({ max: 70_000 }), fc.nat({ max: 500 })), { minLength: 1, maxLength: 6 })
  .map((pairs) => normalise(pairs.map(([begin, length]) => ({ begin, end: begin + length }))));
