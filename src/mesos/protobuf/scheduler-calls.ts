// The calls of the v1 scheduler API (include/mesos/v1/scheduler/scheduler.proto), in the notation of definition.ts.
export const SCHEDULER_CALLS = {
  messages: {
    Request: "agent_id:AgentID=1 resources:Resource[]=2",
    "scheduler.OfferConstraints": "role_constraints:scheduler.OfferConstraints.RoleConstraints{}=1",
    "scheduler.OfferConstraints.RoleConstraints": "groups:scheduler.OfferConstraints.RoleConstraints.Group[]=1",
    "scheduler.OfferConstraints.RoleConstraints.Group": "attribute_constraints:scheduler.AttributeConstraint[]=1",
    "scheduler.AttributeConstraint":
      "selector:scheduler.AttributeConstraint.Selector!=1 predicate:scheduler.AttributeConstraint.Predicate!=2",
    "scheduler.AttributeConstraint.Selector":
      "pseudoattribute_type:scheduler.AttributeConstraint.Selector.PseudoattributeType=1 attribute_name:string=2",
    "scheduler.AttributeConstraint.Predicate":
      "exists:scheduler.AttributeConstraint.Predicate.Exists=1 not_exists:scheduler.AttributeConstraint.Predicate.NotExists=2 text_equals:scheduler.AttributeConstraint.Predicate.TextEquals=3 text_not_equals:scheduler.AttributeConstraint.Predicate.TextNotEquals=4 text_matches:scheduler.AttributeConstraint.Predicate.TextMatches=5 text_not_matches:scheduler.AttributeConstraint.Predicate.TextNotMatches=6",
    "scheduler.AttributeConstraint.Predicate.Exists": "",
    "scheduler.AttributeConstraint.Predicate.NotExists": "",
    "scheduler.AttributeConstraint.Predicate.TextEquals": "value:string!=1",
    "scheduler.AttributeConstraint.Predicate.TextNotEquals": "value:string!=1",
    "scheduler.AttributeConstraint.Predicate.TextMatches": "regex:string!=1",
    "scheduler.AttributeConstraint.Predicate.TextNotMatches": "regex:string!=1",
    "scheduler.Call":
      "framework_id:FrameworkID=1 type:scheduler.Call.Type=2 subscribe:scheduler.Call.Subscribe=3 accept:scheduler.Call.Accept=4 decline:scheduler.Call.Decline=5 accept_inverse_offers:scheduler.Call.AcceptInverseOffers=13 decline_inverse_offers:scheduler.Call.DeclineInverseOffers=14 revive:scheduler.Call.Revive=15 kill:scheduler.Call.Kill=6 shutdown:scheduler.Call.Shutdown=7 acknowledge:scheduler.Call.Acknowledge=8 acknowledge_operation_status:scheduler.Call.AcknowledgeOperationStatus=17 reconcile:scheduler.Call.Reconcile=9 reconcile_operations:scheduler.Call.ReconcileOperations=18 message:scheduler.Call.Message=10 request:scheduler.Call.Request=11 suppress:scheduler.Call.Suppress=16 update_framework:scheduler.Call.UpdateFramework=19",
    "scheduler.Call.Subscribe":
      "framework_info:FrameworkInfo!=1 suppressed_roles:string[]=2 offer_constraints:scheduler.OfferConstraints=3",
    "scheduler.Call.Accept": "offer_ids:OfferID[]=1 operations:Offer.Operation[]=2 filters:Filters=3",
    "scheduler.Call.Decline": "offer_ids:OfferID[]=1 filters:Filters=2",
    "scheduler.Call.AcceptInverseOffers": "inverse_offer_ids:OfferID[]=1 filters:Filters=2",
    "scheduler.Call.DeclineInverseOffers": "inverse_offer_ids:OfferID[]=1 filters:Filters=2",
    "scheduler.Call.Revive": "roles:string[]=1",
    "scheduler.Call.Kill": "task_id:TaskID!=1 agent_id:AgentID=2 kill_policy:KillPolicy=3",
    "scheduler.Call.Shutdown": "executor_id:ExecutorID!=1 agent_id:AgentID!=2",
    "scheduler.Call.Acknowledge": "agent_id:AgentID!=1 task_id:TaskID!=2 uuid:bytes!=3",
    "scheduler.Call.AcknowledgeOperationStatus":
      "agent_id:AgentID=1 resource_provider_id:ResourceProviderID=2 uuid:bytes!=3 operation_id:OperationID!=4",
    "scheduler.Call.Reconcile": "tasks:scheduler.Call.Reconcile.Task[]=1",
    "scheduler.Call.Reconcile.Task": "task_id:TaskID!=1 agent_id:AgentID=2",
    "scheduler.Call.ReconcileOperations": "operations:scheduler.Call.ReconcileOperations.Operation[]=1",
    "scheduler.Call.ReconcileOperations.Operation":
      "operation_id:OperationID!=1 agent_id:AgentID=2 resource_provider_id:ResourceProviderID=3",
    "scheduler.Call.Message": "agent_id:AgentID!=1 executor_id:ExecutorID!=2 data:bytes!=3",
    "scheduler.Call.Request": "requests:Request[]=1",
    "scheduler.Call.Suppress": "roles:string[]=1",
    "scheduler.Call.UpdateFramework":
      "framework_info:FrameworkInfo!=1 suppressed_roles:string[]=2 offer_constraints:scheduler.OfferConstraints=3",
  },
  enums: {
    "scheduler.AttributeConstraint.Selector.PseudoattributeType": "UNKNOWN=0 HOSTNAME=1 REGION=2 ZONE=3",
    "scheduler.Call.Type":
      "UNKNOWN=0 SUBSCRIBE=1 TEARDOWN=2 ACCEPT=3 DECLINE=4 ACCEPT_INVERSE_OFFERS=13 DECLINE_INVERSE_OFFERS=14 REVIVE=5 KILL=6 SHUTDOWN=7 ACKNOWLEDGE=8 ACKNOWLEDGE_OPERATION_STATUS=15 RECONCILE=9 RECONCILE_OPERATIONS=16 MESSAGE=10 REQUEST=11 SUPPRESS=12 UPDATE_FRAMEWORK=17",
  },
};
