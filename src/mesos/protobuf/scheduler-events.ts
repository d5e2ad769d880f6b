// The events of the v1 scheduler API (include/mesos/v1/scheduler/scheduler.proto), in the notation of definition.ts.
export const SCHEDULER_EVENTS = {
  messages: {
    "scheduler.Event":
      "type:scheduler.Event.Type=1 subscribed:scheduler.Event.Subscribed=2 offers:scheduler.Event.Offers=3 inverse_offers:scheduler.Event.InverseOffers=9 rescind:scheduler.Event.Rescind=4 rescind_inverse_offer:scheduler.Event.RescindInverseOffer=10 update:scheduler.Event.Update=5 update_operation_status:scheduler.Event.UpdateOperationStatus=11 message:scheduler.Event.Message=6 failure:scheduler.Event.Failure=7 error:scheduler.Event.Error=8",
    "scheduler.Event.Subscribed":
      "framework_id:FrameworkID!=1 heartbeat_interval_seconds:double=2 master_info:MasterInfo=3",
    "scheduler.Event.Offers": "offers:Offer[]=1",
    "scheduler.Event.InverseOffers": "inverse_offers:InverseOffer[]=1",
    "scheduler.Event.Rescind": "offer_id:OfferID!=1",
    "scheduler.Event.RescindInverseOffer": "inverse_offer_id:OfferID!=1",
    "scheduler.Event.Update": "status:TaskStatus!=1",
    "scheduler.Event.UpdateOperationStatus": "status:OperationStatus!=1",
    "scheduler.Event.Message": "agent_id:AgentID!=1 executor_id:ExecutorID!=2 data:bytes!=3",
    "scheduler.Event.Failure": "agent_id:AgentID=1 executor_id:ExecutorID=2 status:int32=3",
    "scheduler.Event.Error": "message:string!=1",
    "scheduler.Response":
      "type:scheduler.Response.Type=1 reconcile_operations:scheduler.Response.ReconcileOperations=2",
    "scheduler.Response.ReconcileOperations": "operation_statuses:OperationStatus[]=1",
  },
  enums: {
    "scheduler.Event.Type":
      "UNKNOWN=0 SUBSCRIBED=1 OFFERS=2 INVERSE_OFFERS=9 RESCIND=3 RESCIND_INVERSE_OFFER=10 UPDATE=4 UPDATE_OPERATION_STATUS=11 MESSAGE=5 FAILURE=6 ERROR=7 HEARTBEAT=8",
    "scheduler.Response.Type": "UNKNOWN=0 RECONCILE_OPERATIONS=1",
  },
};
