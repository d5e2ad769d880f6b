// Who may import whom. README's architecture page shows the same arrows; the lists here are what CI holds the code to.
const mayImport = {
  mesos: ["errors"],
  config: ["errors"],
  cluster: ["errors", "mesos", "config"],
  progress: ["errors"],
  zookeeper: [],
  client: ["errors", "mesos", "zookeeper"],
  scheduler: ["errors", "mesos", "config", "client"],
  engine: ["errors", "mesos", "cluster", "zookeeper"],
  backends: ["errors", "mesos", "cluster", "progress", "client", "zookeeper"],
  report: ["errors"],
  logs: ["errors", "mesos", "cluster", "client", "backends"],
  export: ["errors", "client", "doctor", "logs"],
  doctor: ["errors", "mesos", "cluster", "client", "backends"],
};

const stacks = {
  name: "stacks-import-only-cluster",
  severity: "error",
  from: { path: "^stacks/" },
  to: { path: "^(src|scripts|test)/", pathNot: "^src/cluster/" },
};

const layers = Object.entries(mayImport).map(([layer, others]) => ({
  name: `${layer}-imports-only-its-lower-layers`,
  severity: "error",
  from: { path: `^src/${layer}/` },
  to: {
    path: "^(src|scripts|stacks|test)/",
    pathNot: [
      `^src/${layer}/`,
      ...others.map((other) => (other === "errors" ? "^src/errors\\.ts$" : `^src/${other}/`)),
    ],
  },
}));

module.exports = {
  forbidden: [
    ...layers,
    stacks,
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "errors-import-nothing", severity: "error", from: { path: "^src/errors\\.ts$" }, to: { path: "." } },
    {
      name: "conformance-shares-only-the-protocol",
      severity: "error",
      from: { path: "^test/conformance/(scenarios|probe|compare)/" },
      to: { path: "^(src|scripts)/", pathNot: "^src/(mesos/|errors\\.ts$)" },
    },
    { name: "nothing-imports-tests", severity: "error", from: { pathNot: "^test/" }, to: { path: "^test/" } },
    {
      name: "resolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: ["^bun:", "^dist/"] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|coverage)/" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
  },
};
