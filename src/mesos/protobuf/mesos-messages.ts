// The messages of include/mesos/v1/mesos.proto that clients send inside their calls: fields, types and numbers (see
// definition.ts). Fields left out here, such as those of storage plugins, pass through unread.
export const MESOS_MESSAGES = {
  messages: {
    FrameworkID: "value:string!=1",
    OfferID: "value:string!=1",
    AgentID: "value:string!=1",
    TaskID: "value:string!=1",
    ExecutorID: "value:string!=1",
    ResourceProviderID: "value:string!=1",
    OperationID: "value:string!=1",
    TimeInfo: "nanoseconds:int64!=1",
    DurationInfo: "nanoseconds:int64!=1",
    Unavailability: "start:TimeInfo!=1 duration:DurationInfo=2",
    MachineID: "hostname:string=1 ip:string=2",
    FrameworkInfo:
      "user:string!=1 name:string!=2 id:FrameworkID=3 failover_timeout:double=4 checkpoint:bool=5 role:string=6 roles:string[]=12 hostname:string=7 principal:string=8 webui_url:string=9 capabilities:FrameworkInfo.Capability[]=10 labels:Labels=11 offer_filters:OfferFilters{}=13",
    OfferFilters: "min_allocatable_resources:OfferFilters.MinAllocatableResources=1",
    "OfferFilters.MinAllocatableResources": "quantities:OfferFilters.ResourceQuantities[]=1",
    "OfferFilters.ResourceQuantities": "quantities:Value.Scalar{}=1",
    "FrameworkInfo.Capability": "type:FrameworkInfo.Capability.Type=1",
    CheckInfo:
      "type:CheckInfo.Type=1 command:CheckInfo.Command=2 http:CheckInfo.Http=3 tcp:CheckInfo.Tcp=7 delay_seconds:double=4 interval_seconds:double=5 timeout_seconds:double=6",
    "CheckInfo.Command": "command:CommandInfo!=1",
    "CheckInfo.Http": "port:uint32!=1 path:string=2",
    "CheckInfo.Tcp": "port:uint32!=1",
    HealthCheck:
      "delay_seconds:double=2 interval_seconds:double=3 timeout_seconds:double=4 consecutive_failures:uint32=5 grace_period_seconds:double=6 type:HealthCheck.Type=8 command:CommandInfo=7 http:HealthCheck.HTTPCheckInfo=1 tcp:HealthCheck.TCPCheckInfo=9",
    "HealthCheck.HTTPCheckInfo":
      "protocol:NetworkInfo.Protocol=5 scheme:string=3 port:uint32!=1 path:string=2 statuses:uint32[]=4",
    "HealthCheck.TCPCheckInfo": "protocol:NetworkInfo.Protocol=2 port:uint32!=1",
    KillPolicy: "grace_period:DurationInfo=1",
    CommandInfo:
      "uris:CommandInfo.URI[]=1 environment:Environment=2 shell:bool=6 value:string=3 arguments:string[]=7 user:string=5",
    "CommandInfo.URI": "value:string!=1 executable:bool=2 extract:bool=3 cache:bool=4 output_file:string=5",
    ExecutorInfo:
      "type:ExecutorInfo.Type=15 executor_id:ExecutorID!=1 framework_id:FrameworkID=8 command:CommandInfo=7 container:ContainerInfo=11 resources:Resource[]=5 name:string=9 source:string=10 data:bytes=4 discovery:DiscoveryInfo=12 shutdown_grace_period:DurationInfo=13 labels:Labels=14",
    "Value.Scalar": "value:double!=1",
    "Value.Range": "begin:uint64!=1 end:uint64!=2",
    "Value.Ranges": "range:Value.Range[]=1",
    "Value.Set": "item:string[]=1",
    Resource:
      "provider_id:ResourceProviderID=12 name:string!=1 type:Value.Type!=2 scalar:Value.Scalar=3 ranges:Value.Ranges=4 set:Value.Set=5 role:string=6 allocation_info:Resource.AllocationInfo=11 reservation:Resource.ReservationInfo=8 reservations:Resource.ReservationInfo[]=13 disk:Resource.DiskInfo=7 revocable:Resource.RevocableInfo=9 shared:Resource.SharedInfo=10",
    "Resource.AllocationInfo": "role:string=1",
    "Resource.ReservationInfo": "type:Resource.ReservationInfo.Type=4 role:string=3 principal:string=1 labels:Labels=2",
    "Resource.DiskInfo":
      "persistence:Resource.DiskInfo.Persistence=1 volume:Volume=2 source:Resource.DiskInfo.Source=3",
    "Resource.DiskInfo.Persistence": "id:string!=1 principal:string=2",
    "Resource.DiskInfo.Source":
      "type:Resource.DiskInfo.Source.Type!=1 path:Resource.DiskInfo.Source.Path=2 mount:Resource.DiskInfo.Source.Mount=3 vendor:string=7 id:string=4 metadata:Labels=5 profile:string=6",
    "Resource.DiskInfo.Source.Path": "root:string=1",
    "Resource.DiskInfo.Source.Mount": "root:string=1",
    "Resource.RevocableInfo": "",
    "Resource.SharedInfo": "",
    "Offer.Operation":
      "type:Offer.Operation.Type=1 id:OperationID=12 launch:Offer.Operation.Launch=2 launch_group:Offer.Operation.LaunchGroup=7 reserve:Offer.Operation.Reserve=3 unreserve:Offer.Operation.Unreserve=4 create:Offer.Operation.Create=5 destroy:Offer.Operation.Destroy=6 grow_volume:Offer.Operation.GrowVolume=13 shrink_volume:Offer.Operation.ShrinkVolume=14 create_disk:Offer.Operation.CreateDisk=15 destroy_disk:Offer.Operation.DestroyDisk=16",
    "Offer.Operation.Launch": "task_infos:TaskInfo[]=1",
    "Offer.Operation.LaunchGroup": "executor:ExecutorInfo!=1 task_group:TaskGroupInfo!=2",
    "Offer.Operation.Reserve": "source:Resource[]=2 resources:Resource[]=1",
    "Offer.Operation.Unreserve": "resources:Resource[]=1",
    "Offer.Operation.Create": "volumes:Resource[]=1",
    "Offer.Operation.Destroy": "volumes:Resource[]=1",
    "Offer.Operation.GrowVolume": "volume:Resource!=1 addition:Resource!=2",
    "Offer.Operation.ShrinkVolume": "volume:Resource!=1 subtract:Value.Scalar!=2",
    "Offer.Operation.CreateDisk":
      "source:Resource!=1 target_type:Resource.DiskInfo.Source.Type!=2 target_profile:string=3",
    "Offer.Operation.DestroyDisk": "source:Resource!=1",
    TaskInfo:
      "name:string!=1 task_id:TaskID!=2 agent_id:AgentID!=3 resources:Resource[]=4 executor:ExecutorInfo=5 command:CommandInfo=7 container:ContainerInfo=9 health_check:HealthCheck=8 check:CheckInfo=13 kill_policy:KillPolicy=12 data:bytes=6 labels:Labels=10 discovery:DiscoveryInfo=11 max_completion_time:DurationInfo=14 limits:Value.Scalar{}=15",
    TaskGroupInfo: "tasks:TaskInfo[]=1",
    Filters: "refuse_seconds:double=1",
    Environment: "variables:Environment.Variable[]=1",
    "Environment.Variable": "name:string!=1 type:Environment.Variable.Type=3 value:string=2 secret:Secret=4",
    Parameter: "key:string!=1 value:string!=2",
    Parameters: "parameter:Parameter[]=1",
    Secret: "type:Secret.Type=1 reference:Secret.Reference=2 value:Secret.Value=3",
    "Secret.Reference": "name:string!=1 key:string=2",
    "Secret.Value": "data:bytes!=1",
    Image: "type:Image.Type!=1 appc:Image.Appc=2 docker:Image.Docker=3 cached:bool=4",
    "Image.Appc": "name:string!=1 id:string=2 labels:Labels=3",
    "Image.Docker": "name:string!=1 credential:Credential=2 config:Secret=3",
    Credential: "principal:string!=1 secret:string=2",
    MountPropagation: "mode:MountPropagation.Mode=1",
    Volume: "mode:Volume.Mode!=3 container_path:string!=1 host_path:string=2 image:Image=4 source:Volume.Source=5",
    "Volume.Source":
      "type:Volume.Source.Type=1 docker_volume:Volume.Source.DockerVolume=2 host_path:Volume.Source.HostPath=5 sandbox_path:Volume.Source.SandboxPath=3 secret:Secret=4",
    "Volume.Source.DockerVolume": "driver:string=1 name:string!=2 driver_options:Parameters=3",
    "Volume.Source.HostPath": "path:string!=1 mount_propagation:MountPropagation=2",
    "Volume.Source.SandboxPath": "type:Volume.Source.SandboxPath.Type=1 path:string!=2",
    NetworkInfo:
      "ip_addresses:NetworkInfo.IPAddress[]=5 name:string=6 groups:string[]=3 labels:Labels=4 port_mappings:NetworkInfo.PortMapping[]=7",
    "NetworkInfo.IPAddress": "protocol:NetworkInfo.Protocol=1 ip_address:string=2",
    "NetworkInfo.PortMapping": "host_port:uint32!=1 container_port:uint32!=2 protocol:string=3",
    CapabilityInfo: "capabilities:CapabilityInfo.Capability[]=1",
    SeccompInfo: "profile_name:string=1 unconfined:bool=2",
    LinuxInfo:
      "capability_info:CapabilityInfo=1 bounding_capabilities:CapabilityInfo=2 effective_capabilities:CapabilityInfo=3 share_pid_namespace:bool=4 seccomp:SeccompInfo=5 ipc_mode:LinuxInfo.IpcMode=6 shm_size:uint32=7 share_cgroups:bool=8",
    RLimitInfo: "rlimits:RLimitInfo.RLimit[]=1",
    "RLimitInfo.RLimit": "type:RLimitInfo.RLimit.Type=1 hard:uint64=2 soft:uint64=3",
    TTYInfo: "window_size:TTYInfo.WindowSize=1",
    "TTYInfo.WindowSize": "rows:uint32!=1 columns:uint32!=2",
    ContainerInfo:
      "type:ContainerInfo.Type!=1 volumes:Volume[]=2 hostname:string=4 docker:ContainerInfo.DockerInfo=3 mesos:ContainerInfo.MesosInfo=5 network_infos:NetworkInfo[]=7 linux_info:LinuxInfo=8 rlimit_info:RLimitInfo=9 tty_info:TTYInfo=10",
    "ContainerInfo.DockerInfo":
      "image:string!=1 network:ContainerInfo.DockerInfo.Network=2 port_mappings:ContainerInfo.DockerInfo.PortMapping[]=3 privileged:bool=4 parameters:Parameter[]=5 force_pull_image:bool=6 volume_driver:string=7",
    "ContainerInfo.DockerInfo.PortMapping": "host_port:uint32!=1 container_port:uint32!=2 protocol:string=3",
    "ContainerInfo.MesosInfo": "image:Image=1",
    Labels: "labels:Label[]=1",
    Label: "key:string!=1 value:string=2",
    Port: "number:uint32!=1 name:string=2 protocol:string=3 visibility:DiscoveryInfo.Visibility=4 labels:Labels=5",
    Ports: "ports:Port[]=1",
    DiscoveryInfo:
      "visibility:DiscoveryInfo.Visibility!=1 name:string=2 environment:string=3 location:string=4 version:string=5 ports:Ports=6 labels:Labels=7",
    WeightInfo: "weight:double!=1 role:string=2",
  },
  enums: {
    "FrameworkInfo.Capability.Type":
      "UNKNOWN=0 REVOCABLE_RESOURCES=1 TASK_KILLING_STATE=2 GPU_RESOURCES=3 SHARED_RESOURCES=4 PARTITION_AWARE=5 MULTI_ROLE=6 RESERVATION_REFINEMENT=7 REGION_AWARE=8",
    "CheckInfo.Type": "UNKNOWN=0 COMMAND=1 HTTP=2 TCP=3",
    "HealthCheck.Type": "UNKNOWN=0 COMMAND=1 HTTP=2 TCP=3",
    "ExecutorInfo.Type": "UNKNOWN=0 DEFAULT=1 CUSTOM=2",
    "Value.Type": "SCALAR=0 RANGES=1 SET=2 TEXT=3",
    "Resource.ReservationInfo.Type": "UNKNOWN=0 STATIC=1 DYNAMIC=2",
    "Resource.DiskInfo.Source.Type": "UNKNOWN=0 PATH=1 MOUNT=2 BLOCK=3 RAW=4",
    "Offer.Operation.Type":
      "UNKNOWN=0 LAUNCH=1 LAUNCH_GROUP=6 RESERVE=2 UNRESERVE=3 CREATE=4 DESTROY=5 GROW_VOLUME=11 SHRINK_VOLUME=12 CREATE_DISK=13 DESTROY_DISK=14",
    "Environment.Variable.Type": "UNKNOWN=0 VALUE=1 SECRET=2",
    "Secret.Type": "UNKNOWN=0 REFERENCE=1 VALUE=2",
    "Image.Type": "APPC=1 DOCKER=2",
    "MountPropagation.Mode": "UNKNOWN=0 HOST_TO_CONTAINER=1 BIDIRECTIONAL=2",
    "Volume.Mode": "RW=1 RO=2",
    "Volume.Source.Type": "UNKNOWN=0 DOCKER_VOLUME=1 HOST_PATH=4 SANDBOX_PATH=2 SECRET=3 CSI_VOLUME=5",
    "Volume.Source.SandboxPath.Type": "UNKNOWN=0 SELF=1 PARENT=2",
    "NetworkInfo.Protocol": "IPv4=1 IPv6=2",
    "CapabilityInfo.Capability":
      "UNKNOWN=0 CHOWN=1000 DAC_OVERRIDE=1001 DAC_READ_SEARCH=1002 FOWNER=1003 FSETID=1004 KILL=1005 SETGID=1006 SETUID=1007 SETPCAP=1008 LINUX_IMMUTABLE=1009 NET_BIND_SERVICE=1010 NET_BROADCAST=1011 NET_ADMIN=1012 NET_RAW=1013 IPC_LOCK=1014 IPC_OWNER=1015 SYS_MODULE=1016 SYS_RAWIO=1017 SYS_CHROOT=1018 SYS_PTRACE=1019 SYS_PACCT=1020 SYS_ADMIN=1021 SYS_BOOT=1022 SYS_NICE=1023 SYS_RESOURCE=1024 SYS_TIME=1025 SYS_TTY_CONFIG=1026 MKNOD=1027 LEASE=1028 AUDIT_WRITE=1029 AUDIT_CONTROL=1030 SETFCAP=1031 MAC_OVERRIDE=1032 MAC_ADMIN=1033 SYSLOG=1034 WAKE_ALARM=1035 BLOCK_SUSPEND=1036 AUDIT_READ=1037 PERFMON=1038 BPF=1039 CHECKPOINT_RESTORE=1040",
    "LinuxInfo.IpcMode": "UNKNOWN=0 PRIVATE=1 SHARE_PARENT=2",
    "RLimitInfo.RLimit.Type":
      "UNKNOWN=0 RLMT_AS=1 RLMT_CORE=2 RLMT_CPU=3 RLMT_DATA=4 RLMT_FSIZE=5 RLMT_LOCKS=6 RLMT_MEMLOCK=7 RLMT_MSGQUEUE=8 RLMT_NICE=9 RLMT_NOFILE=10 RLMT_NPROC=11 RLMT_RSS=12 RLMT_RTPRIO=13 RLMT_RTTIME=14 RLMT_SIGPENDING=15 RLMT_STACK=16",
    "ContainerInfo.Type": "DOCKER=1 MESOS=2",
    "ContainerInfo.DockerInfo.Network": "HOST=1 BRIDGE=2 NONE=3 USER=4",
    "DiscoveryInfo.Visibility": "FRAMEWORK=0 CLUSTER=1 EXTERNAL=2",
  },
};
