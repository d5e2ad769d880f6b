// Seeds that found something, and what it was.

const plainSeeds = [
  { seed: 1, found: "what was undefined within a stored value came back as null" },
  { seed: 84, found: "an offer whose DECLINE was lost was held for ever" },
  { seed: 11, found: "a task that came back before another had its place was killed all the same" },
  { seed: 314, found: "an agent that asks twice to be admitted was taken for two" },
  ...[1196, 2457, 4072, 4654, 6647, 6686, 6708, 6758].map((seed) => ({
    seed,
    found: "a refusal for a week that was lost and said again came in after the REVIVE that was to undo it",
  })),
  { seed: 7338, found: "an update waited for instances that had no place beside those of the old version" },
  {
    seed: 363,
    found: "a task was replaced after a restart before the master was asked whether it had come back",
  },
];

export const keptSeeds: { seed: number; found: string; plain: boolean; shared?: boolean }[] = [
  ...plainSeeds.map((kept) => ({ ...kept, plain: true })),
  ...[
    { seed: 2, found: "nothing was moved for maintenance, since no offer had told that other agents are back" },
    { seed: 30857, found: "a task that was back on a master that had not seen it go was out of sight for ten minutes" },
    { seed: 345, found: "a task that was replaced came back unnoticed with its agent, to a master that led anew" },
    { seed: 118, found: "a task of a machine that was taken down was waited for, for ever" },
    { seed: 6, found: "an instance waited for others to leave an agent, and they for it to be placed" },
    ...[6003647, 6003969].map((seed) => ({
      seed,
      found: "an operator took a machine down before an app had heard what became of its task there",
    })),
  ].map((kept) => ({ ...kept, plain: false })),
  {
    seed: 1473,
    found: "a second write began while one was under way, and what was stored was lost",
    plain: false,
    shared: true,
  },
];
