import { type Answer, blocksOf, from, isAboutAKey, isRememberable } from "./answer.ts";
import type { Block } from "./address.ts";
import type { ServerEvent } from "./event-stream.ts";

/** A time on two clocks: one that does not jump, and the one on the wall. */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

export interface Position {
  readonly epoch: number;
  readonly tag: string;
}

/** From where a question was asked. */
export interface Asked {
  readonly at: Moment;
  readonly generation: number;
  readonly position: Position | undefined;
}

interface Held {
  readonly answer: Answer;
  readonly blocks: readonly Block[] | undefined;
  readonly until: Moment | undefined;
}

const NOT_CACHEABLE_FOR_MS = 60_000;
const CHANGES_KEPT = 1_000;

/**
 * What is remembered, and whether it may be relied upon: rules 1 to 18 and 21 of spec/local-verifier.md, without a
 * network. Whatever is in doubt is forgotten; that costs a question, and nothing else.
 */
export class Memory {
  readonly #boundMs: number;
  readonly #most: number;
  readonly #now: () => Moment;
  readonly #held = new Map<string, Held>();
  readonly #byId = new Map<string, Set<string>>();
  /** The last changes, for answers that come later than they. */
  #changes: { epoch: number; ids: readonly string[] }[] = [];
  #changesSince = 0;
  #position: Position | undefined;
  #generation = 0;
  #freshUntil: Moment | undefined;
  #head: (Position & { at: Moment }) | undefined;

  constructor(boundMs: number, most: number, now: () => Moment) {
    this.#boundMs = boundMs;
    this.#most = most;
    this.#now = now;
  }

  get position(): Position | undefined {
    return this.#position;
  }

  get generation(): number {
    return this.#generation;
  }

  get size(): number {
    return this.#held.size;
  }

  /** Where the stream goes on; undefined where it begins. */
  get lastEventId(): string | undefined {
    return this.#position === undefined ? undefined : idOf(this.#position);
  }

  forgetEverything(): void {
    this.#held.clear();
    this.#byId.clear();
    this.#changes = [];
    this.#position = undefined;
    this.#head = undefined;
    this.#freshUntil = undefined;
    this.#generation++;
  }

  /** False where the event leaves a doubt: then everything is forgotten, and the stream must be opened anew. */
  take({ name, id, data }: ServerEvent): boolean {
    if (name !== "change" && name !== "heartbeat" && name !== "reset") {
      return true;
    }
    const event = read(data);
    if (event === undefined || id !== idOf(event) || (name === "change" && event.ids === undefined)) {
      return this.#doubt();
    }
    if (name === "reset") {
      this.forgetEverything();
    } else if (event.after !== this.lastEventId || !this.#follows(event)) {
      return this.#doubt();
    }
    if (name === "change") {
      this.#forget(event.epoch, event.ids ?? []);
    }
    this.#moveTo(event);
    return this.#reached();
  }

  /** Whether the head is to be asked for: not while one is waited for that would still prove something. */
  get wantsHead(): boolean {
    return this.#head === undefined || isPast(this.#now(), later(this.#head.at, this.#boundMs));
  }

  /** How far the server was after `at`. False where it leaves a doubt, as above. */
  takeHead(at: Moment, head: Position): boolean {
    this.#head = { epoch: head.epoch, tag: head.tag, at };
    return this.#reached();
  }

  isFresh(): boolean {
    return this.#freshUntil !== undefined && !isPast(this.#now(), this.#freshUntil);
  }

  /** Whether what was asked for then is older than the bound: a revocation may have been complete since. */
  isTooLate({ at }: Asked): boolean {
    return isPast(this.#now(), later(at, this.#boundMs));
  }

  asked(): Asked {
    return { at: this.#now(), generation: this.#generation, position: this.#position };
  }

  /** What is remembered of this question for somebody at this address, fresh or not. */
  find(identity: string, address: string | undefined): Answer | undefined {
    const held = this.#found(identity);
    return held?.answer.cacheable === true ? from(address, held.answer, held.blocks) : undefined;
  }

  /** Whether it is known that nobody need wait for the answer of somebody else to this question. */
  isNotCacheable(identity: string): boolean {
    return this.#found(identity)?.answer.cacheable === false;
  }

  /** Remembers an answer if it may; says whether it has. */
  keep(identity: string, answer: Answer, asked: Asked): boolean {
    const position = this.#position;
    if (position === undefined || asked.generation !== this.#generation) {
      return false;
    }
    if (position.epoch === answer.epoch && position.tag !== answer.tag) {
      return this.#doubt();
    }
    if (position.epoch > answer.epoch && this.#hasChanged(answer)) {
      return false;
    }
    if (isRememberable(answer)) {
      const { cacheableForMs, cidrs } = answer;
      const until = cacheableForMs === undefined ? undefined : later(asked.at, cacheableForMs);
      if (until !== undefined && isPast(this.#now(), until)) {
        return false;
      }
      this.#hold(identity, { answer, blocks: cidrs && blocksOf(cidrs), until });
      return true;
    }
    if (!answer.cacheable && isAboutAKey(answer)) {
      this.#hold(identity, { answer, blocks: undefined, until: later(asked.at, NOT_CACHEABLE_FOR_MS) });
    }
    return false;
  }

  #doubt(): false {
    this.forgetEverything();
    return false;
  }

  #follows({ epoch, tag }: Position): boolean {
    const before = this.#position;
    return before === undefined || epoch > before.epoch || (epoch === before.epoch && tag === before.tag);
  }

  #moveTo({ epoch, tag }: Position): void {
    if (this.#position === undefined) {
      this.#changesSince = epoch;
    }
    if (this.#position?.epoch !== epoch) {
      this.#position = { epoch, tag };
    }
  }

  #reached(): boolean {
    const head = this.#head;
    const position = this.#position;
    if (head === undefined || position === undefined || position.epoch < head.epoch) {
      return true;
    }
    if (position.epoch === head.epoch && position.tag !== head.tag) {
      return this.#doubt();
    }
    this.#head = undefined;
    this.#freshUntil = later(head.at, this.#boundMs);
    return true;
  }

  #forget(epoch: number, ids: readonly string[]): void {
    for (const identity of ids.flatMap((id) => [...(this.#byId.get(id) ?? [])])) {
      this.#drop(identity);
    }
    this.#changes.push({ epoch, ids });
    if (this.#changes.length > CHANGES_KEPT) {
      const [oldest] = this.#changes.splice(0, 1);
      this.#changesSince = oldest?.epoch ?? epoch;
    }
  }

  /** Since the answer was true: also when that is not known any more. */
  #hasChanged({ epoch, dependsOn }: Answer): boolean {
    return (
      epoch < this.#changesSince ||
      this.#changes.some((change) => change.epoch > epoch && change.ids.some((id) => dependsOn.includes(id)))
    );
  }

  #found(identity: string): Held | undefined {
    const held = this.#held.get(identity);
    if (held?.until !== undefined && isPast(this.#now(), held.until)) {
      this.#drop(identity);
      return undefined;
    }
    return held;
  }

  #hold(identity: string, held: Held): void {
    this.#drop(identity);
    const [oldest] = this.#held.keys();
    if (this.#held.size >= this.#most && oldest !== undefined) {
      this.#drop(oldest);
    }
    this.#held.set(identity, held);
    for (const id of held.answer.dependsOn) {
      const identities = this.#byId.get(id) ?? new Set();
      this.#byId.set(id, identities.add(identity));
    }
  }

  #drop(identity: string): void {
    for (const id of this.#held.get(identity)?.answer.dependsOn ?? []) {
      const identities = this.#byId.get(id);
      identities?.delete(identity);
      if (identities?.size === 0) {
        this.#byId.delete(id);
      }
    }
    this.#held.delete(identity);
  }
}

function idOf({ epoch, tag }: Position): string {
  return `${String(epoch)}-${tag}`;
}

function later({ monotonic, wall }: Moment, ms: number): Moment {
  return { monotonic: monotonic + ms, wall: wall + ms };
}

/** On either clock. */
function isPast(now: Moment, end: Moment): boolean {
  return now.monotonic >= end.monotonic || now.wall >= end.wall;
}

/** Undefined for what is no position. */
export function positionIn(given: unknown): Position | undefined {
  const { epoch, tag } = (typeof given === "object" && given !== null ? given : {}) as Record<
    string,
    unknown
  >;
  return Number.isSafeInteger(epoch) &&
    (epoch as number) >= 0 &&
    typeof tag === "string" &&
    /^[0-9a-f]{16}$/.test(tag)
    ? { epoch: epoch as number, tag }
    : undefined;
}

type ReadEvent = Position & { ids: readonly string[] | undefined; after: unknown };

function read(data: string): ReadEvent | undefined {
  let given: unknown;
  try {
    given = JSON.parse(data);
  } catch {
    return undefined;
  }
  const position = positionIn(given);
  const { ids, after } = (given ?? {}) as Record<string, unknown>;
  const areIds = Array.isArray(ids) && ids.length > 0 && ids.every((id) => typeof id === "string");
  return position && { ...position, ids: areIds ? ids : undefined, after };
}
