import type { Question, Unanswered, Verdict } from "../verdict.ts";
import { type Answer, believable, from, blocksOf, identityOf } from "./answer.ts";
import type { Counts } from "./counts.ts";
import type { Asked, Memory, Moment, Position } from "./memory.ts";

/** Asks the server: its answer as it came, or why there is none. */
export type Ask = (key: string, question: Question, minEpoch: number | undefined) => Promise<unknown>;

interface UnderWay {
  readonly position: Position | undefined;
  /** The answer, if it may be remembered; otherwise everybody asks for themselves. */
  readonly answer: Promise<Answer | undefined>;
}

export interface Asking {
  readonly memory: Memory;
  readonly counts: Counts;
  readonly ask: Ask;
  readonly now: () => Moment;
  readonly whenStale: "ask" | "refuse";
  readonly underWayMax: number;
}

const RETRY_AFTER_MS = 1_000;
const COST_MAX = 1_000_000;
const MALFORMED: Verdict = {
  valid: false,
  code: "malformed",
  dependsOn: [],
  cacheable: false,
  epoch: 0,
  tag: "",
};

/** Answers from memory, or lets the server answer: rules 19 to 25 of spec/local-verifier.md. */
export class Questions {
  readonly #asking: Asking;
  readonly #underWay = new Map<string, UnderWay>();
  #asked = 0;
  #answered = 0;
  #unanswered = 0;
  #now = 0;

  constructor(asking: Asking) {
    this.#asking = asking;
  }

  /** So far: answers from memory, questions to the server, and those of them that got no verdict. */
  get totals(): { fromMemory: number; asked: number; unanswered: number } {
    return { fromMemory: this.#answered, asked: this.#asked, unanswered: this.#unanswered };
  }

  async answer(key: string, question: Question): Promise<Verdict> {
    const identity = await identityOf(key, question);
    if (identity === undefined) {
      return MALFORMED;
    }
    const { memory, whenStale } = this.#asking;
    const held = memory.find(identity, question.address);
    // after the look, so that a pause before it ends what is past its time
    const isFresh = memory.isFresh();
    if (held !== undefined && isFresh && isCost(question.cost)) {
      return this.#fromMemory(held, question);
    }
    if (!isFresh && whenStale === "refuse") {
      return this.#none("stale");
    }
    return (await this.#shared(identity, question)) ?? this.#ask(identity, key, question);
  }

  /** The answer to somebody who asks the same from the same position. */
  async #shared(identity: string, question: Question): Promise<Verdict | undefined> {
    const { memory } = this.#asking;
    const other = this.#underWay.get(identity);
    if (question.useId !== undefined || other === undefined || other.position !== memory.position) {
      return undefined;
    }
    const shared = await other.answer;
    const answer = shared && from(question.address, shared, shared.cidrs && blocksOf(shared.cidrs));
    return answer && this.#fromMemory(answer, question);
  }

  async #ask(identity: string, key: string, question: Question): Promise<Verdict> {
    const { memory, underWayMax } = this.#asking;
    if (this.#now >= underWayMax) {
      return this.#none("overloaded");
    }
    const asked = memory.asked();
    let share: (answer: Answer | undefined) => void = () => undefined;
    const mayBeShared =
      question.useId === undefined && !this.#underWay.has(identity) && !memory.isNotCacheable(identity);
    if (mayBeShared) {
      const answer = new Promise<Answer | undefined>((resolve) => (share = resolve));
      this.#underWay.set(identity, { position: asked.position, answer });
    }
    this.#now++;
    try {
      const answer = await this.#answerOf(key, question, asked);
      const isKept =
        "epoch" in answer && question.useId === undefined && memory.keep(identity, answer, asked);
      share(isKept ? answer : undefined);
      return answer;
    } finally {
      share(undefined);
      this.#now--;
      if (mayBeShared) {
        this.#underWay.delete(identity);
      }
    }
  }

  async #answerOf(key: string, question: Question, asked: Asked): Promise<Answer | Unanswered> {
    this.#asked++;
    const given = await this.#asking.ask(key, question, asked.position?.epoch);
    const answer = believable(given, asked.position?.epoch ?? 0);
    if (answer?.valid === true && this.#asking.memory.isTooLate(asked)) {
      // the network, or a sleep, may have held it back
      return this.#none("unreachable");
    }
    if (answer !== undefined) {
      return answer;
    }
    return isNone(given) ? this.#none(given.code, given.retryAfterMs) : this.#none("unexpected_answer");
  }

  #fromMemory(answer: Answer, { probe, cost }: Question): Answer {
    this.#answered++;
    if (probe !== true && answer.keyId !== undefined) {
      this.#asking.counts.add(answer.keyId, answer.code, cost ?? 1, this.#asking.now().wall);
    }
    return answer;
  }

  #none(code: Unanswered["code"], retryAfterMs = RETRY_AFTER_MS): Unanswered {
    this.#unanswered++;
    return { valid: false, code, retryAfterMs };
  }
}

/** Any other is for the server to refuse. */
function isCost(cost: number | undefined): boolean {
  return cost === undefined || (Number.isInteger(cost) && cost >= 1 && cost <= COST_MAX);
}

/** What the transport says in the place of a verdict. */
function isNone(given: unknown): given is Unanswered {
  const { valid, code, retryAfterMs, epoch } = (given ?? {}) as Record<string, unknown>;
  return (
    valid === false && typeof code === "string" && typeof retryAfterMs === "number" && epoch === undefined
  );
}
