import type { components } from "./generated/api.ts";
import { camel } from "./names.ts";

type Problem = components["schemas"]["Problem"];

/**
 * Why a call has no result. Most codes are those of the server; its documentation explains each. Of the SDK itself are
 * `unreachable`, `timed_out` and `unexpected_answer`: what spoke was no Shearline, or only a part of it came.
 */
export type ErrorCode =
  components["schemas"]["ProblemCode"] | "unreachable" | "timed_out" | "unexpected_answer";

const PASSES_BY_ITSELF: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "unavailable",
  "overloaded",
  "database_unavailable",
  "outcome_unknown",
  "unreachable",
  "timed_out",
]);
/** What stands before Shearline says so while it cannot reach it. */
const GATEWAY_STATUSES: ReadonlySet<number> = new Set([502, 503, 504]);

/** What is known of a failure beside its code. */
export interface ErrorFacts extends Partial<Omit<Problem, "code" | "status">> {
  code: ErrorCode;
  detail: string;
  status?: number | undefined;
  cause?: unknown;
}

/** Every failure of a call, except an abort of your own, which throws the reason of your signal. */
export class ShearlineError extends Error {
  override readonly name = "ShearlineError";
  /** What programs decide by. A code never changes its meaning. */
  readonly code: ErrorCode;
  /** A sentence for people that says what to do. It may change. */
  readonly detail: string;
  /** The status of HTTP; undefined where no answer came. */
  readonly status: number | undefined;
  /** The option at fault, as a path: `expiresIn`, `items[2].key`. */
  readonly field: string | undefined;
  /** Further faults of the same request. */
  readonly errors: readonly { field: string; detail: string }[];
  /** Quote it when you report a problem: the server's log has it too. */
  readonly requestId: string | undefined;
  /** Milliseconds after which the same call may succeed; undefined where waiting does not help. */
  readonly retryAfterMs: number | undefined;
  /** Of a refusal by the plan: the plan of the organization, the cheapest that allows it, how many it includes, how many live. */
  readonly plan: string | undefined;
  readonly neededPlan: string | undefined;
  readonly limit: number | undefined;
  readonly used: number | undefined;

  constructor(facts: ErrorFacts) {
    super(
      facts.requestId === undefined
        ? `${facts.detail} (${facts.code})`
        : `${facts.detail} (${facts.code}, ${facts.requestId})`,
      facts.cause === undefined ? {} : { cause: facts.cause },
    );
    this.code = facts.code;
    this.detail = facts.detail;
    this.status = facts.status;
    this.field = facts.field === undefined ? undefined : camel(facts.field);
    this.errors = (facts.errors ?? []).map(({ field, detail }) => ({ field: camel(field), detail }));
    this.requestId = facts.requestId;
    this.retryAfterMs = facts.retryAfterMs;
    this.plan = facts.plan;
    this.neededPlan = facts.neededPlan;
    this.limit = facts.limit;
    this.used = facts.used;
  }
  /** Whether the same call may succeed a little later. The SDK has then repeated it already. */
  get passes(): boolean {
    return (
      PASSES_BY_ITSELF.has(this.code) ||
      (this.code === "unexpected_answer" && GATEWAY_STATUSES.has(this.status ?? 0))
    );
  }
}
