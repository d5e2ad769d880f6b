// The calls of the v1 operator API (include/mesos/v1/master/master.proto), in the notation of definition.ts.
export const OPERATOR_CALLS = {
  messages: {
    "master.Call":
      "type:master.Call.Type=1 get_metrics:master.Call.GetMetrics=2 set_logging_level:master.Call.SetLoggingLevel=3 list_files:master.Call.ListFiles=4 read_file:master.Call.ReadFile=5 update_weights:master.Call.UpdateWeights=6 reserve_resources:master.Call.ReserveResources=7 unreserve_resources:master.Call.UnreserveResources=8 create_volumes:master.Call.CreateVolumes=9 destroy_volumes:master.Call.DestroyVolumes=10 grow_volume:master.Call.GrowVolume=18 shrink_volume:master.Call.ShrinkVolume=19 update_maintenance_schedule:master.Call.UpdateMaintenanceSchedule=11 start_maintenance:master.Call.StartMaintenance=12 stop_maintenance:master.Call.StopMaintenance=13 drain_agent:master.Call.DrainAgent=21 deactivate_agent:master.Call.DeactivateAgent=22 reactivate_agent:master.Call.ReactivateAgent=23 update_quota:master.Call.UpdateQuota=20 teardown:master.Call.Teardown=16 mark_agent_gone:master.Call.MarkAgentGone=17 set_quota:master.Call.SetQuota=14 remove_quota:master.Call.RemoveQuota=15",
    "master.Call.GetMetrics": "timeout:DurationInfo=1",
    "master.Call.SetLoggingLevel": "level:uint32!=1 duration:DurationInfo!=2",
    "master.Call.ListFiles": "path:string!=1",
    "master.Call.ReadFile": "path:string!=1 offset:uint64!=2 length:uint64=3",
    "master.Call.UpdateWeights": "weight_infos:WeightInfo[]=1",
    "master.Call.ReserveResources": "agent_id:AgentID!=1 source:Resource[]=3 resources:Resource[]=2",
    "master.Call.UnreserveResources": "agent_id:AgentID!=1 resources:Resource[]=2",
    "master.Call.CreateVolumes": "agent_id:AgentID!=1 volumes:Resource[]=2",
    "master.Call.DestroyVolumes": "agent_id:AgentID!=1 volumes:Resource[]=2",
    "master.Call.GrowVolume": "agent_id:AgentID=1 volume:Resource!=2 addition:Resource!=3",
    "master.Call.ShrinkVolume": "agent_id:AgentID=1 volume:Resource!=2 subtract:Value.Scalar!=3",
    "master.Call.UpdateMaintenanceSchedule": "schedule:maintenance.Schedule!=1",
    "master.Call.StartMaintenance": "machines:MachineID[]=1",
    "master.Call.StopMaintenance": "machines:MachineID[]=1",
    "master.Call.DrainAgent": "agent_id:AgentID!=1 max_grace_period:google.protobuf.Duration=2 mark_gone:bool=3",
    "google.protobuf.Duration": "seconds:int64=1 nanos:int32=2",
    "master.Call.DeactivateAgent": "agent_id:AgentID!=1",
    "master.Call.ReactivateAgent": "agent_id:AgentID!=1",
    "master.Call.UpdateQuota": "force:bool=1 quota_configs:quota.QuotaConfig[]=2",
    "master.Call.SetQuota": "quota_request:quota.QuotaRequest!=1",
    "master.Call.RemoveQuota": "role:string!=1",
    "master.Call.Teardown": "framework_id:FrameworkID!=1",
    "master.Call.MarkAgentGone": "agent_id:AgentID!=1",
    "quota.QuotaRequest": "force:bool=1 role:string=2 guarantee:Resource[]=3",
    "quota.QuotaConfig": "role:string!=1 guarantees:Value.Scalar{}=2 limits:Value.Scalar{}=3",
    "maintenance.Window": "machine_ids:MachineID[]=1 unavailability:Unavailability!=2",
    "maintenance.Schedule": "windows:maintenance.Window[]=1",
  },
  enums: {
    "master.Call.Type":
      "UNKNOWN=0 GET_HEALTH=1 GET_FLAGS=2 GET_VERSION=3 GET_METRICS=4 GET_LOGGING_LEVEL=5 SET_LOGGING_LEVEL=6 LIST_FILES=7 READ_FILE=8 GET_STATE=9 GET_AGENTS=10 GET_FRAMEWORKS=11 GET_EXECUTORS=12 GET_OPERATIONS=33 GET_TASKS=13 GET_ROLES=14 GET_WEIGHTS=15 UPDATE_WEIGHTS=16 GET_MASTER=17 SUBSCRIBE=18 RESERVE_RESOURCES=19 UNRESERVE_RESOURCES=20 CREATE_VOLUMES=21 DESTROY_VOLUMES=22 GROW_VOLUME=34 SHRINK_VOLUME=35 GET_MAINTENANCE_STATUS=23 GET_MAINTENANCE_SCHEDULE=24 UPDATE_MAINTENANCE_SCHEDULE=25 START_MAINTENANCE=26 STOP_MAINTENANCE=27 DRAIN_AGENT=37 DEACTIVATE_AGENT=38 REACTIVATE_AGENT=39 GET_QUOTA=28 UPDATE_QUOTA=36 SET_QUOTA=29 REMOVE_QUOTA=30 TEARDOWN=31 MARK_AGENT_GONE=32",
  },
};
