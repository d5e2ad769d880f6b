// The messages of include/mesos/v1/mesos.proto that masters, agents and executors send: fields, types and numbers (see
// definition.ts). `checkpoint` of AgentInfo is in no proto file any more, but still on the wire.
export const REPORTED_MESSAGES = {
  messages: {
    MasterInfo:
      "id:string!=1 ip:uint32!=2 port:uint32!=3 pid:string=4 hostname:string=5 version:string=6 address:Address=7 domain:DomainInfo=8 capabilities:MasterInfo.Capability[]=9",
    "MasterInfo.Capability": "type:MasterInfo.Capability.Type=1",
    Address: "hostname:string=1 ip:string=2 port:int32!=3",
    DomainInfo: "fault_domain:DomainInfo.FaultDomain=1",
    "DomainInfo.FaultDomain": "region:DomainInfo.FaultDomain.RegionInfo!=1 zone:DomainInfo.FaultDomain.ZoneInfo!=2",
    "DomainInfo.FaultDomain.RegionInfo": "name:string!=1",
    "DomainInfo.FaultDomain.ZoneInfo": "name:string!=1",
    URL: "scheme:string!=1 address:Address!=2 path:string=3 query:Parameter[]=4 fragment:string=5",
    Offer:
      "id:OfferID!=1 framework_id:FrameworkID!=2 agent_id:AgentID!=3 hostname:string!=4 url:URL=8 domain:DomainInfo=11 resources:Resource[]=5 attributes:Attribute[]=7 executor_ids:ExecutorID[]=6 unavailability:Unavailability=9 allocation_info:Resource.AllocationInfo=10",
    InverseOffer:
      "id:OfferID!=1 url:URL=2 framework_id:FrameworkID!=3 agent_id:AgentID=4 unavailability:Unavailability!=5 resources:Resource[]=6",
    Attribute:
      "name:string!=1 type:Value.Type!=2 scalar:Value.Scalar=3 ranges:Value.Ranges=4 set:Value.Set=6 text:Value.Text=5",
    "Value.Text": "value:string!=1",
    TaskStatus:
      "task_id:TaskID!=1 state:TaskState!=2 message:string=4 source:TaskStatus.Source=9 reason:TaskStatus.Reason=10 data:bytes=3 agent_id:AgentID=5 executor_id:ExecutorID=7 timestamp:double=6 uuid:bytes=11 healthy:bool=8 check_status:CheckStatusInfo=15 labels:Labels=12 container_status:ContainerStatus=13 unreachable_time:TimeInfo=14 limitation:TaskResourceLimitation=16",
    CheckStatusInfo:
      "type:CheckInfo.Type=1 command:CheckStatusInfo.Command=2 http:CheckStatusInfo.Http=3 tcp:CheckStatusInfo.Tcp=4",
    "CheckStatusInfo.Command": "exit_code:int32=1",
    "CheckStatusInfo.Http": "status_code:uint32=1",
    "CheckStatusInfo.Tcp": "succeeded:bool=1",
    ContainerStatus:
      "container_id:ContainerID=4 network_infos:NetworkInfo[]=1 cgroup_info:CgroupInfo=2 executor_pid:uint32=3",
    ContainerID: "value:string!=1 parent:ContainerID=2",
    CgroupInfo: "net_cls:CgroupInfo.NetCls=1",
    "CgroupInfo.NetCls": "classid:uint32=1",
    TaskResourceLimitation: "resources:Resource[]=1",
    OperationStatus:
      "operation_id:OperationID=1 state:OperationState!=2 message:string=3 converted_resources:Resource[]=4 uuid:UUID=5 agent_id:AgentID=6 resource_provider_id:ResourceProviderID=7",
    Operation:
      "framework_id:FrameworkID=1 agent_id:AgentID=2 info:Offer.Operation!=3 latest_status:OperationStatus!=4 statuses:OperationStatus[]=5 uuid:UUID!=6",
    UUID: "value:bytes!=1",
    Task: "name:string!=1 task_id:TaskID!=2 framework_id:FrameworkID!=3 executor_id:ExecutorID=4 agent_id:AgentID!=5 state:TaskState!=6 resources:Resource[]=7 statuses:TaskStatus[]=8 status_update_state:TaskState=9 status_update_uuid:bytes=10 labels:Labels=11 discovery:DiscoveryInfo=12 container:ContainerInfo=13 health_check:HealthCheck=15 kill_policy:KillPolicy=16 user:string=14 limits:Value.Scalar{}=17",
    AgentInfo:
      "hostname:string!=1 port:int32=8 resources:Resource[]=3 attributes:Attribute[]=5 id:AgentID=6 checkpoint:bool=7 domain:DomainInfo=10",
    "AgentInfo.Capability": "type:AgentInfo.Capability.Type=1",
    DrainInfo: "state:DrainState!=1 config:DrainConfig!=2",
    DrainConfig: "max_grace_period:DurationInfo=1 mark_gone:bool=2",
    Role: "name:string!=1 weight:double!=2 frameworks:FrameworkID[]=3 resources:Resource[]=4",
    Flag: "name:string!=1 value:string=2",
    VersionInfo:
      "version:string!=1 build_date:string=2 build_time:double=3 build_user:string=4 git_sha:string=5 git_branch:string=6 git_tag:string=7",
    Metric: "name:string!=1 value:double=2",
    FileInfo: "path:string!=1 nlink:int32=2 size:uint64=3 mtime:TimeInfo=4 mode:uint32=5 uid:string=6 gid:string=7",
    ResourceStatistics:
      "timestamp:double!=1 processes:uint32=30 threads:uint32=31 cpus_user_time_secs:double=2 cpus_system_time_secs:double=3 cpus_limit:double=4 cpus_soft_limit:double=45 cpus_nr_periods:uint32=7 cpus_nr_throttled:uint32=8 cpus_throttled_time_secs:double=9 mem_total_bytes:uint64=36 mem_total_memsw_bytes:uint64=37 mem_kmem_usage_bytes:uint64=52 mem_kmem_tcp_usage_bytes:uint64=53 mem_limit_bytes:uint64=6 mem_soft_limit_bytes:uint64=38 mem_file_bytes:uint64=10 mem_anon_bytes:uint64=11 mem_cache_bytes:uint64=39 mem_rss_bytes:uint64=5 mem_mapped_file_bytes:uint64=12 mem_swap_bytes:uint64=40 mem_unevictable_bytes:uint64=41 mem_low_pressure_counter:uint64=32 mem_medium_pressure_counter:uint64=33 mem_critical_pressure_counter:uint64=34 disk_limit_bytes:uint64=26 disk_used_bytes:uint64=27 net_rx_packets:uint64=14 net_rx_bytes:uint64=15 net_rx_errors:uint64=16 net_rx_dropped:uint64=17 net_tx_packets:uint64=18 net_tx_bytes:uint64=19 net_tx_errors:uint64=20 net_tx_dropped:uint64=21 net_tx_rate_limit:uint64=46 net_tx_burst_rate_limit:uint64=47 net_tx_burst_size:uint64=48 net_rx_rate_limit:uint64=49 net_rx_burst_rate_limit:uint64=50 net_rx_burst_size:uint64=51 net_ephemeral_ports:Value.Range=55 net_tcp_rtt_microsecs_p50:double=22 net_tcp_rtt_microsecs_p90:double=23 net_tcp_rtt_microsecs_p95:double=24 net_tcp_rtt_microsecs_p99:double=25 net_tcp_active_connections:double=28 net_tcp_time_wait_connections:double=29",
  },
  enums: {
    "MasterInfo.Capability.Type": "UNKNOWN=0 AGENT_UPDATE=1 AGENT_DRAINING=2 QUOTA_V2=3",
    "AgentInfo.Capability.Type":
      "UNKNOWN=0 MULTI_ROLE=1 HIERARCHICAL_ROLE=2 RESERVATION_REFINEMENT=3 RESOURCE_PROVIDER=4 RESIZE_VOLUME=5 AGENT_OPERATION_FEEDBACK=6 AGENT_DRAINING=7 TASK_RESOURCE_LIMITS=8",
    TaskState:
      "TASK_STAGING=6 TASK_STARTING=0 TASK_RUNNING=1 TASK_KILLING=8 TASK_FINISHED=2 TASK_FAILED=3 TASK_KILLED=4 TASK_ERROR=7 TASK_LOST=5 TASK_DROPPED=9 TASK_UNREACHABLE=10 TASK_GONE=11 TASK_GONE_BY_OPERATOR=12 TASK_UNKNOWN=13",
    "TaskStatus.Source": "SOURCE_MASTER=0 SOURCE_AGENT=1 SOURCE_EXECUTOR=2",
    "TaskStatus.Reason":
      "REASON_COMMAND_EXECUTOR_FAILED=0 REASON_CONTAINER_LAUNCH_FAILED=21 REASON_CONTAINER_LIMITATION=19 REASON_CONTAINER_LIMITATION_DISK=20 REASON_CONTAINER_LIMITATION_MEMORY=8 REASON_CONTAINER_PREEMPTED=17 REASON_CONTAINER_UPDATE_FAILED=22 REASON_MAX_COMPLETION_TIME_REACHED=33 REASON_EXECUTOR_REGISTRATION_TIMEOUT=23 REASON_EXECUTOR_REREGISTRATION_TIMEOUT=24 REASON_EXECUTOR_TERMINATED=1 REASON_EXECUTOR_UNREGISTERED=2 REASON_FRAMEWORK_REMOVED=3 REASON_GC_ERROR=4 REASON_INVALID_FRAMEWORKID=5 REASON_INVALID_OFFERS=6 REASON_IO_SWITCHBOARD_EXITED=27 REASON_MASTER_DISCONNECTED=7 REASON_RECONCILIATION=9 REASON_RESOURCES_UNKNOWN=18 REASON_AGENT_DISCONNECTED=10 REASON_AGENT_DRAINING=34 REASON_AGENT_REMOVED=11 REASON_AGENT_REMOVED_BY_OPERATOR=31 REASON_AGENT_REREGISTERED=32 REASON_AGENT_RESTARTED=12 REASON_AGENT_UNKNOWN=13 REASON_TASK_KILLED_DURING_LAUNCH=30 REASON_TASK_CHECK_STATUS_UPDATED=28 REASON_TASK_HEALTH_CHECK_STATUS_UPDATED=29 REASON_TASK_GROUP_INVALID=25 REASON_TASK_GROUP_UNAUTHORIZED=26 REASON_TASK_INVALID=14 REASON_TASK_UNAUTHORIZED=15 REASON_TASK_UNKNOWN=16",
    OperationState:
      "OPERATION_UNSUPPORTED=0 OPERATION_PENDING=1 OPERATION_FINISHED=2 OPERATION_FAILED=3 OPERATION_ERROR=4 OPERATION_DROPPED=5 OPERATION_UNREACHABLE=6 OPERATION_GONE_BY_OPERATOR=7 OPERATION_RECOVERING=8 OPERATION_UNKNOWN=9",
    DrainState: "UNKNOWN=0 DRAINING=1 DRAINED=2",
  },
};
