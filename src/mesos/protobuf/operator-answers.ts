// Answers and events of a master's v1 operator API (include/mesos/v1/master/master.proto and what it refers to), in the
// notation of definition.ts.
export const OPERATOR_ANSWERS = {
  messages: {
    "master.Event":
      "type:master.Event.Type=1 subscribed:master.Event.Subscribed=2 task_added:master.Event.TaskAdded=3 task_updated:master.Event.TaskUpdated=4 agent_added:master.Event.AgentAdded=5 agent_removed:master.Event.AgentRemoved=6 framework_added:master.Event.FrameworkAdded=7 framework_updated:master.Event.FrameworkUpdated=8 framework_removed:master.Event.FrameworkRemoved=9",
    "master.Event.AgentAdded": "agent:master.Response.GetAgents.Agent!=1",
    "master.Event.AgentRemoved": "agent_id:AgentID!=1",
    "master.Event.FrameworkAdded": "framework:master.Response.GetFrameworks.Framework!=1",
    "master.Event.FrameworkRemoved": "framework_info:FrameworkInfo!=1",
    "master.Event.FrameworkUpdated": "framework:master.Response.GetFrameworks.Framework!=1",
    "master.Event.Subscribed": "get_state:master.Response.GetState=1 heartbeat_interval_seconds:double=2",
    "master.Event.TaskAdded": "task:Task!=1",
    "master.Event.TaskUpdated": "framework_id:FrameworkID!=1 status:TaskStatus!=2 state:TaskState!=3",
    "master.Response":
      "type:master.Response.Type=1 get_health:master.Response.GetHealth=2 get_flags:master.Response.GetFlags=3 get_version:master.Response.GetVersion=4 get_metrics:master.Response.GetMetrics=5 get_logging_level:master.Response.GetLoggingLevel=6 list_files:master.Response.ListFiles=7 read_file:master.Response.ReadFile=8 get_state:master.Response.GetState=9 get_agents:master.Response.GetAgents=10 get_frameworks:master.Response.GetFrameworks=11 get_executors:master.Response.GetExecutors=12 get_operations:master.Response.GetOperations=20 get_tasks:master.Response.GetTasks=13 get_roles:master.Response.GetRoles=14 get_weights:master.Response.GetWeights=15 get_master:master.Response.GetMaster=16 get_maintenance_status:master.Response.GetMaintenanceStatus=17 get_maintenance_schedule:master.Response.GetMaintenanceSchedule=18 get_quota:master.Response.GetQuota=19",
    "master.Response.GetAgents": "agents:master.Response.GetAgents.Agent[]=1 recovered_agents:AgentInfo[]=2",
    "master.Response.GetAgents.Agent":
      "agent_info:AgentInfo!=1 active:bool!=2 deactivated:bool=12 version:string!=3 pid:string=4 registered_time:TimeInfo=5 reregistered_time:TimeInfo=6 total_resources:Resource[]=7 allocated_resources:Resource[]=8 offered_resources:Resource[]=9 capabilities:AgentInfo.Capability[]=10 drain_info:DrainInfo=13 estimated_drain_start_time:TimeInfo=14",
    "master.Response.GetExecutors":
      "executors:master.Response.GetExecutors.Executor[]=1 orphan_executors:master.Response.GetExecutors.Executor[]=2",
    "master.Response.GetExecutors.Executor": "executor_info:ExecutorInfo!=1 agent_id:AgentID!=2",
    "master.Response.GetFlags": "flags:Flag[]=1",
    "master.Response.GetFrameworks":
      "frameworks:master.Response.GetFrameworks.Framework[]=1 completed_frameworks:master.Response.GetFrameworks.Framework[]=2 recovered_frameworks:FrameworkInfo[]=3",
    "master.Response.GetFrameworks.Framework":
      "framework_info:FrameworkInfo!=1 active:bool!=2 connected:bool!=3 recovered:bool!=11 registered_time:TimeInfo=4 reregistered_time:TimeInfo=5 unregistered_time:TimeInfo=6 offers:Offer[]=7 inverse_offers:InverseOffer[]=8 allocated_resources:Resource[]=9 offered_resources:Resource[]=10 offer_constraints:scheduler.OfferConstraints=12",
    "master.Response.GetHealth": "healthy:bool!=1",
    "master.Response.GetLoggingLevel": "level:uint32!=1",
    "master.Response.GetMaintenanceSchedule": "schedule:maintenance.Schedule!=1",
    "master.Response.GetMaintenanceStatus": "status:maintenance.ClusterStatus!=1",
    "master.Response.GetMaster": "master_info:MasterInfo=1 start_time:double=2 elected_time:double=3",
    "master.Response.GetMetrics": "metrics:Metric[]=1",
    "master.Response.GetOperations": "operations:Operation[]=1",
    "master.Response.GetQuota": "status:quota.QuotaStatus!=1",
    "master.Response.GetRoles": "roles:Role[]=1",
    "master.Response.GetState":
      "get_tasks:master.Response.GetTasks=1 get_executors:master.Response.GetExecutors=2 get_frameworks:master.Response.GetFrameworks=3 get_agents:master.Response.GetAgents=4",
    "master.Response.GetTasks":
      "pending_tasks:Task[]=1 tasks:Task[]=2 unreachable_tasks:Task[]=5 completed_tasks:Task[]=3 orphan_tasks:Task[]=4",
    "master.Response.GetVersion": "version_info:VersionInfo!=1",
    "master.Response.GetWeights": "weight_infos:WeightInfo[]=1",
    "master.Response.ListFiles": "file_infos:FileInfo[]=1",
    "master.Response.ReadFile": "size:uint64!=1 data:bytes!=2",
    "quota.QuotaStatus": "infos:quota.QuotaInfo[]=1 configs:quota.QuotaConfig[]=2",
    "quota.QuotaInfo": "role:string=1 principal:string=2 guarantee:Resource[]=3",
    "maintenance.ClusterStatus":
      "draining_machines:maintenance.ClusterStatus.DrainingMachine[]=1 down_machines:MachineID[]=2",
    "maintenance.ClusterStatus.DrainingMachine": "id:MachineID!=1 statuses:allocator.InverseOfferStatus[]=2",
    "allocator.InverseOfferStatus":
      "status:allocator.InverseOfferStatus.Status!=1 framework_id:FrameworkID!=2 timestamp:TimeInfo!=3",
  },
  enums: {
    "master.Response.Type":
      "UNKNOWN=0 GET_HEALTH=1 GET_FLAGS=2 GET_VERSION=3 GET_METRICS=4 GET_LOGGING_LEVEL=5 LIST_FILES=6 READ_FILE=7 GET_STATE=8 GET_AGENTS=9 GET_FRAMEWORKS=10 GET_EXECUTORS=11 GET_OPERATIONS=19 GET_TASKS=12 GET_ROLES=13 GET_WEIGHTS=14 GET_MASTER=15 GET_MAINTENANCE_STATUS=16 GET_MAINTENANCE_SCHEDULE=17 GET_QUOTA=18",
    "master.Event.Type":
      "UNKNOWN=0 SUBSCRIBED=1 TASK_ADDED=2 TASK_UPDATED=3 AGENT_ADDED=4 AGENT_REMOVED=5 FRAMEWORK_ADDED=6 FRAMEWORK_UPDATED=7 FRAMEWORK_REMOVED=8 HEARTBEAT=9",
    "allocator.InverseOfferStatus.Status": "UNKNOWN=1 ACCEPT=2 DECLINE=3",
  },
};
