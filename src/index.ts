// The library: a cluster as an object, the scheduler that launches apps on it or on any other, a scheduler for frameworks of
// one's own, and the check over HTTP.
// Its declarations name types of Node, which TypeScript 7 takes in only where it is told to.
/// <reference types="node" preserve="true" />
export { startCluster, type StartClusterOptions } from "./library/start-cluster.ts";
export type { Cluster } from "./library/cluster.ts";
export type { AgentDescription, ClusterDescription } from "./library/descriptions.ts";

export { createScheduler } from "./scheduler/framework/create-scheduler.ts";
export type { CreateSchedulerOptions, Scheduler, SchedulerHandlers } from "./scheduler/framework/create-scheduler.ts";
export type { TaskOnAgent } from "./scheduler/framework/calls.ts";
export type { SchedulerCall, SchedulerEvent } from "./mesos/scheduler-api.ts";
export type { AttributeConstraint, AttributePredicate, OfferConstraints } from "./mesos/offer-constraints.ts";
export type * from "./mesos/types.ts";
export { isTerminal } from "./mesos/task-state.ts";

export { runApp, type RunAppOptions } from "./scheduler/run-app.ts";
export type { RunningApp, RunningTask } from "./scheduler/running-app.ts";
export type { AppSpec } from "./scheduler/app-spec.ts";
export { defineApp, type AppDescription, type ConstraintDescription } from "./scheduler/define-app.ts";
export { NoMatchingOfferError } from "./scheduler/no-matching-offer.ts";
export { nginxApp } from "./scheduler/nginx-app.ts";
export { parseAppFile } from "./scheduler/parse-app-file.ts";
export { FileFrameworkStore } from "./scheduler/store/file-store.ts";
export type { FrameworkStore } from "./scheduler/store/framework-store.ts";
export { checkHttp as verify, HttpCheckError, type HttpCheckResult } from "./scheduler/http-check.ts";

export { parseClusterFile } from "./cluster/parse-cluster-file.ts";
export type { ClusterSpec } from "./cluster/spec.ts";
export type { ClusterPlan, PlanNode } from "./cluster/plan-types.ts";
export type { ClusterEndpoints } from "./backends/backend.ts";
export type { OperatorClient } from "./client/operator.ts";
export type { ProgressEvent, ProgressSink } from "./progress/events.ts";
export * from "./errors.ts";
