// Offer constraints (scheduler.proto OfferConstraints, Mesos 1.11): which agents a framework wants to be offered, by
// their attributes. Those of any group of its role will do; to be of a group they must meet all of it.

/** What is to be true of an attribute. One that is not text meets every predicate about text. */
export interface AttributePredicate {
  exists?: object;
  not_exists?: object;
  text_equals?: { value: string };
  text_not_equals?: { value: string };
  /** RE2, of the whole text. */
  text_matches?: { regex: string };
  text_not_matches?: { regex: string };
}

export interface AttributeConstraint {
  selector: {
    /** HOSTNAME, REGION or ZONE */
    pseudoattribute_type?: string;
    attribute_name?: string;
  };
  predicate: AttributePredicate;
}

export interface OfferConstraints {
  /** By role, which must be one of the framework's. A role that is not named is offered every agent. */
  role_constraints?: Record<string, { groups?: { attribute_constraints?: AttributeConstraint[] }[] }>;
}
