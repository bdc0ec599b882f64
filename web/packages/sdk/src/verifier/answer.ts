import type { Allowed, Question, Refused } from "../verdict.ts";
import { type Block, isIn, parseAddress, parseBlock } from "./address.ts";

/** An answer of the server that can be believed. */
export type Answer = Allowed | Refused;

const KEY_BYTES_MAX = 512;

/** Rule 21 of spec/local-verifier.md: undefined for what is no answer to a question from this position. */
export function believable(given: unknown, minEpoch: number): Answer | undefined {
  const answer = (typeof given === "object" && given !== null ? given : {}) as Partial<
    Record<keyof Answer, unknown>
  >;
  const { valid, code, keyId, dependsOn, cacheable, epoch, tag, cidrs, cacheableForMs } = answer;
  const isAnswer =
    typeof code === "string" &&
    valid === (code === "allowed") &&
    Array.isArray(dependsOn) &&
    dependsOn.every((id) => typeof id === "string") &&
    typeof cacheable === "boolean" &&
    Number.isSafeInteger(epoch) &&
    (epoch as number) >= minEpoch &&
    typeof tag === "string" &&
    (typeof keyId === "string" || (keyId === undefined && !valid)) &&
    (cacheableForMs === undefined || Number.isSafeInteger(cacheableForMs)) &&
    (cidrs === undefined || blocksOf(cidrs) !== undefined);
  return isAnswer ? (answer as Answer) : undefined;
}

export function blocksOf(cidrs: unknown): Block[] | undefined {
  const blocks = Array.isArray(cidrs)
    ? cidrs.map((cidr) => (typeof cidr === "string" ? parseBlock(cidr) : undefined))
    : [undefined];
  return blocks.includes(undefined) ? undefined : (blocks as Block[]);
}

/** Rules 3 and 5: whether memory may answer with it. */
export function isRememberable(answer: Answer): boolean {
  return (
    answer.cacheable &&
    isAboutAKey(answer) &&
    (answer.code !== "address_not_allowed" || answer.cidrs !== undefined)
  );
}

export function isAboutAKey({ keyId, dependsOn }: Answer): boolean {
  return keyId !== undefined && dependsOn.includes(keyId);
}

/** Rule 5: what the answer is for somebody at this address; undefined where the server has to say. */
export function from(
  address: string | undefined,
  answer: Answer,
  blocks: readonly Block[] | undefined,
): Answer | undefined {
  const isDecidedHere = answer.code === "allowed" || answer.code === "address_not_allowed";
  const parsed = address === undefined ? undefined : parseAddress(address);
  if (address !== undefined && parsed === undefined) {
    return undefined;
  }
  if (!isDecidedHere || blocks === undefined) {
    return answer;
  }
  return parsed !== undefined && blocks.some((block) => isIn(block, parsed))
    ? ({ ...answer, valid: true, code: "allowed" } as Allowed)
    : { ...answer, valid: false, code: "address_not_allowed" };
}

/** Rules 1 and 2: what an answer is remembered under. The key itself is not kept. Undefined for what can be no key. */
export async function identityOf(key: string, question: Question): Promise<string | undefined> {
  const bytes = new TextEncoder().encode(key);
  if (bytes.length === 0 || bytes.length > KEY_BYTES_MAX) {
    return undefined;
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  bytes.fill(0);
  const { scopes = [], mode = "live", unit, resource } = question;
  return JSON.stringify([
    String.fromCharCode(...digest),
    [...new Set(scopes)].sort(),
    mode,
    unit ?? null,
    resource ?? null,
  ]);
}
