// Calls and events of the v1 executor API (include/mesos/v1/executor/executor.proto), in the notation of definition.ts.
export const EXECUTOR_MESSAGES = {
  messages: {
    "executor.Call":
      "executor_id:ExecutorID!=1 framework_id:FrameworkID!=2 type:executor.Call.Type=3 subscribe:executor.Call.Subscribe=4 update:executor.Call.Update=5 message:executor.Call.Message=6",
    "executor.Call.Message": "data:bytes!=2",
    "executor.Call.Subscribe": "unacknowledged_tasks:TaskInfo[]=1 unacknowledged_updates:executor.Call.Update[]=2",
    "executor.Call.Update": "status:TaskStatus!=1",
    "executor.Event":
      "type:executor.Event.Type=1 subscribed:executor.Event.Subscribed=2 acknowledged:executor.Event.Acknowledged=3 launch:executor.Event.Launch=4 launch_group:executor.Event.LaunchGroup=8 kill:executor.Event.Kill=5 message:executor.Event.Message=6 error:executor.Event.Error=7",
    "executor.Event.Acknowledged": "task_id:TaskID!=1 uuid:bytes!=2",
    "executor.Event.Error": "message:string!=1",
    "executor.Event.Kill": "task_id:TaskID!=1 kill_policy:KillPolicy=2",
    "executor.Event.Launch": "task:TaskInfo!=1",
    "executor.Event.LaunchGroup": "task_group:TaskGroupInfo!=1",
    "executor.Event.Message": "data:bytes!=1",
    "executor.Event.Subscribed":
      "executor_info:ExecutorInfo!=1 framework_info:FrameworkInfo!=2 agent_info:AgentInfo!=3 container_id:ContainerID=4",
  },
  enums: {
    "executor.Call.Type": "UNKNOWN=0 SUBSCRIBE=1 UPDATE=2 MESSAGE=3 HEARTBEAT=4",
    "executor.Event.Type":
      "UNKNOWN=0 SUBSCRIBED=1 LAUNCH=2 LAUNCH_GROUP=8 KILL=3 ACKNOWLEDGED=4 MESSAGE=5 ERROR=6 SHUTDOWN=7 HEARTBEAT=9",
  },
};
