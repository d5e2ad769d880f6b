// The library.
export { runApp, type RunAppOptions } from "./scheduler/run-app.ts";
