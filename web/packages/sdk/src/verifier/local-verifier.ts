import { ShearlineError } from "../error.ts";
import { type ShearlineOptions, Transport } from "../transport.ts";
import { type Question, unansweredOr, type Verdict } from "../verdict.ts";
import { Counts } from "./counts.ts";
import { eventsOf } from "./event-stream.ts";
import { Memory, type Moment, positionIn } from "./memory.ts";
import { Questions } from "./questions.ts";

/** Those of a client, whose key needs `keys:verify` and should hold nothing else. */
export interface LocalVerifierOptions extends ShearlineOptions {
  /** Milliseconds after which memory that nobody has proven is relied upon no more. By default 10,000. */
  bound?: number | undefined;
  /** How many answers are remembered at most. By default 100,000. */
  most?: number | undefined;
  /** Without contact: each question goes to the server, or all are refused as `stale`. By default they are asked. */
  whenStale?: "ask" | "refuse" | undefined;
}

/** How it does, for who measures. */
export interface LocalVerifierState {
  /** Whether memory may be relied upon now. */
  readonly isFresh: boolean;
  /** Whether the stream of changes speaks. */
  readonly isConnected: boolean;
  readonly remembered: number;
  readonly fromMemory: number;
  readonly asked: number;
  readonly unanswered: number;
  /** How often everything was forgotten: on a reset, or on a doubt. */
  readonly resets: number;
  /** Uses that will be missing in the usage of keys. */
  readonly lostCounts: number;
}

const BOUND_MS = 10_000;
const MOST = 100_000;
const UNDER_WAY_MAX = 1_000;
const HEAD_EVERY_MS = 2_000;
const REPORT_EVERY_MS = 10_000;
const REPORT_AT_END_MS = 2_000;
const SILENCE_MIN_MS = 5_000;
const PAUSE_FIRST_MS = 100;
const PAUSE_MAX_MS = 10_000;

/**
 * Answers from its own memory, in the process that asks, and follows what changes. After a revocation was answered
 * `complete` it allows nothing later than its bound, whatever the network does, and usually for some milliseconds. It
 * keeps a stream open until it is closed: for servers, not for functions that run once a request.
 *
 * ```ts
 * const verifier = new LocalVerifier({ url: "https://keys.example.com", key: process.env.SHEARLINE_KEY });
 * const verdict = await verifier.verify(key, { scopes: ["reports:read"] });
 * ```
 */
export class LocalVerifier {
  readonly #transport: Transport;
  readonly #boundMs: number;
  readonly #memory: Memory;
  readonly #counts = new Counts();
  readonly #questions: Questions;
  readonly #closing = new AbortController();
  readonly #running: Promise<unknown>;
  #stream: AbortController | undefined;
  #isConnected = false;

  constructor(options: LocalVerifierOptions) {
    this.#transport = new Transport(options);
    this.#boundMs = options.bound ?? BOUND_MS;
    this.#memory = new Memory(this.#boundMs, options.most ?? MOST, now);
    this.#questions = new Questions({
      memory: this.#memory,
      counts: this.#counts,
      now,
      ask: (key, question, minEpoch) => this.#ask(key, question, minEpoch),
      whenStale: options.whenStale ?? "ask",
      underWayMax: UNDER_WAY_MAX,
    });
    const proofs = this.#every(Math.min(HEAD_EVERY_MS, this.#boundMs / 5), () => this.#prove());
    const reports = this.#every(REPORT_EVERY_MS, () => this.#report());
    this.#running = Promise.all([this.#follow(), proofs, reports]);
  }

  /** As `verify` of the client, and mostly without asking anybody. */
  verify(key: string, question: Question = {}): Promise<Verdict> {
    return this.#questions.answer(key, question);
  }

  get state(): LocalVerifierState {
    return {
      isFresh: this.#memory.isFresh(),
      isConnected: this.#isConnected,
      remembered: this.#memory.size,
      ...this.#questions.totals,
      resets: this.#memory.generation,
      lostCounts: this.#counts.lost,
    };
  }

  /** Ends the stream and reports what was counted. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#stream?.abort();
    await this.#running;
    await this.#report(true);
  }

  async #ask(key: string, question: Question, minEpoch: number | undefined): Promise<unknown> {
    try {
      return await this.#transport.call("post", "/v1/keys/verify", {
        body: { ...question, key, minEpoch },
        onlyIfNotReceived: question.useId === undefined,
      });
    } catch (thrown) {
      return unansweredOr(thrown);
    }
  }

  async #follow(): Promise<void> {
    let pauseMs = PAUSE_FIRST_MS;
    while (!this.#isClosing()) {
      let told: number | undefined;
      try {
        if (await this.#listen()) {
          pauseMs = PAUSE_FIRST_MS;
        }
      } catch (thrown) {
        // what is too long to be read may have been a change
        if (thrown instanceof RangeError || (thrown instanceof ShearlineError && thrown.status === 422)) {
          this.#memory.forgetEverything();
        }
        told = thrown instanceof ShearlineError ? thrown.retryAfterMs : undefined;
      }
      this.#isConnected = false;
      await this.#pause(told ?? pauseMs * (1 + Math.random()));
      pauseMs = Math.min(PAUSE_MAX_MS, pauseMs * 2);
    }
  }

  /** Until the stream ends, is silent for too long, or leaves a doubt. Says whether anything came of it. */
  async #listen(): Promise<boolean> {
    const stream = new AbortController();
    this.#stream = stream;
    const silence = new Silence(Math.max(this.#boundMs, SILENCE_MIN_MS), () => {
      stream.abort();
    });
    let hasSpoken = false;
    try {
      const bytes = await this.#transport.stream(this.#memory.lastEventId, stream.signal);
      for await (const event of eventsOf(bytes, () => {
        silence.isBroken();
      })) {
        if (!this.#memory.take(event)) {
          break;
        }
        this.#isConnected = true;
        if (!hasSpoken) {
          hasSpoken = true;
          void this.#prove();
        }
      }
    } finally {
      silence.end();
      stream.abort();
    }
    return hasSpoken;
  }

  /** Asks how far the server is: only this makes memory fresh. */
  async #prove(): Promise<void> {
    if (this.#memory.position === undefined || !this.#memory.wantsHead) {
      return;
    }
    const at = now();
    const generation = this.#memory.generation;
    const options = { signal: this.#closing.signal, timeout: this.#boundMs, retries: 0 };
    const head = positionIn(
      await this.#transport.call("get", "/v1/changes/head", options).catch(() => undefined),
    );
    if (head !== undefined && generation === this.#memory.generation && !this.#memory.takeHead(at, head)) {
      this.#stream?.abort();
    }
  }

  async #report(isEnd = false): Promise<void> {
    const timeout = isEnd ? REPORT_AT_END_MS : undefined;
    await this.#counts
      .report((body) => this.#transport.call("post", "/v1/usage-reports", { body, timeout }), isEnd)
      // what was not taken is sent again
      .catch(() => undefined);
  }

  async #every(ms: number, act: () => Promise<void>): Promise<void> {
    await this.#pause(ms);
    while (!this.#isClosing()) {
      await act();
      await this.#pause(ms);
    }
  }

  #isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#closing;
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener("abort", end);
    });
  }
}

/** Ends what has said nothing for too long. */
class Silence {
  readonly #ms: number;
  readonly #onEnd: () => void;
  #timer: ReturnType<typeof setTimeout>;

  constructor(ms: number, onEnd: () => void) {
    this.#ms = ms;
    this.#onEnd = onEnd;
    this.#timer = setTimeout(onEnd, ms);
  }

  isBroken(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onEnd, this.#ms);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

function now(): Moment {
  return { monotonic: performance.now(), wall: Date.now() };
}
