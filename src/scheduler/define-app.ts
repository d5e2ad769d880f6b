// Apps as TypeScript writes them: what an app file may say, with types.
import type { AppPort, AppSpec, AppUri, ConstraintOperator } from "./app-spec.ts";

/** Any part of it, down to the last field. */
export type Described<T> = T extends readonly (infer Item)[]
  ? Described<Item>[]
  : T extends object
    ? { [Field in keyof T]?: Described<T[Field]> | undefined }
    : T;

type Scalar = string | number | boolean;

/** Of an attribute of the agent or its `hostname`; what each operator takes is in docs/app-file.md. */
export type ConstraintDescription =
  | readonly [attribute: string, operator: "UNIQUE"]
  | readonly [attribute: string, operator: "GROUP_BY", howMany?: number]
  | readonly [attribute: string, operator: "MAX_PER", most: number]
  | readonly [attribute: string, operator: "IN", values: readonly Scalar[] | string]
  | readonly [
      attribute: string,
      operator: Exclude<ConstraintOperator, "UNIQUE" | "GROUP_BY" | "MAX_PER">,
      value: Scalar,
    ];

type Written = "name" | "ports" | "uris" | "constraints" | "env" | "labels";

/** What an app file may say (docs/app-file.md). */
export type AppDescription = Omit<Described<AppSpec>, Written> & {
  name: string;
  /** A number is a port of the container, on any host port that is offered. */
  ports?: (number | Described<AppPort>)[];
  /** A text is the address alone. */
  uris?: (string | Described<AppUri>)[];
  constraints?: readonly ConstraintDescription[];
  env?: Record<string, Scalar>;
  labels?: Record<string, Scalar>;
};

/**
 * The app of a module that is an app file: `export default defineApp({ … })` in `web.ts`, then `mesos-up run web.ts`.
 * Gives back what it is given; what is wrong with it beyond its types is said by whoever reads the module.
 */
export function defineApp(app: AppDescription): AppDescription {
  return app;
}
