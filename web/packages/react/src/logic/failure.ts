import { ShearlineError } from "@shearline/sdk";
import type { Messages } from "../messages/en.ts";
import { NoTokenError } from "../token.ts";

/** Whether the person has to sign in again. */
export function isExpired(failure: unknown): boolean {
  return (
    failure instanceof NoTokenError ||
    (failure instanceof ShearlineError && failure.code === "unauthenticated")
  );
}

export function requestIdOf(failure: unknown): string | undefined {
  return failure instanceof ShearlineError ? failure.requestId : undefined;
}

/** What to say of it: our words where we have some, else those of the server. */
export function saidOf(failure: unknown, texts: Messages["failure"]): string {
  if (isExpired(failure)) {
    return texts.unauthenticated;
  }
  if (!(failure instanceof ShearlineError)) {
    return texts.unexpected;
  }
  const { code, plan, neededPlan, limit, used } = failure;
  if (code === "plan_limit_reached" && limit !== undefined && used !== undefined && plan !== undefined) {
    return joined(texts.limit(used, limit, plan), neededPlan && texts.neededPlan(neededPlan));
  }
  if (code === "key_type_not_in_plan" || code === "lifetime_not_in_plan") {
    return joined(failure.detail, neededPlan && texts.neededPlan(neededPlan));
  }
  if (code === "insufficient_scope" || code === "forbidden") {
    return texts.forbidden;
  }
  if (code === "not_found") {
    return texts.gone;
  }
  return failure.passes ? texts.away : failure.detail;
}

function joined(...sentences: readonly (string | undefined)[]): string {
  return sentences.filter((sentence) => sentence !== undefined && sentence !== "").join(" ");
}
