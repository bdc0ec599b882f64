import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fromWire } from "../../src/names.ts";
import type { Question } from "../../src/index.ts";
import { Counts } from "../../src/verifier/counts.ts";
import { Memory, type Moment, type Position } from "../../src/verifier/memory.ts";
import { Questions } from "../../src/verifier/questions.ts";

type Step =
  | { open: string | null }
  | { event: { name: string; id: string; data: unknown }; doubt?: boolean }
  | { head: Position; doubt?: boolean }
  | { ask: { key: string }; reply?: unknown; sent_min_epoch?: number; while?: Step[]; expect: string }
  | { advance_ms: number; clock: "both" | "monotonic" | "wall" }
  | { counted: Record<string, [count: number, units: number]> };

const VECTORS = JSON.parse(
  readFileSync(new URL("../../../../../spec/vectors/local-verifier.json", import.meta.url), "utf8"),
) as { bound_ms: number; sequences: { name: string; steps: Step[] }[] };

const NOBODY = { valid: false, code: "unreachable", retryAfterMs: 1 };

/** A verifier whose network and clocks are the steps. */
class Player {
  readonly #clock = { monotonic: 1_000, wall: Date.UTC(2030, 0, 31, 12) };
  readonly #now = (): Moment => ({ ...this.#clock });
  readonly #memory = new Memory(VECTORS.bound_ms, 1_000, this.#now);
  readonly #sent: { minEpoch: number | undefined }[] = [];
  readonly #taken = new Map<string, [number, number]>();
  #reply: () => Promise<unknown> = () => Promise.reject(new Error("nobody was to be asked"));
  readonly #counts = new Counts();
  readonly #questions = new Questions({
    memory: this.#memory,
    counts: this.#counts,
    now: this.#now,
    ask: (_key, _question, minEpoch) => {
      this.#sent.push({ minEpoch });
      return this.#reply();
    },
    whenStale: "ask",
    underWayMax: 10,
  });

  async play(steps: Step[]): Promise<void> {
    for (const step of steps) {
      await this.#play(step);
    }
  }

  async #play(step: Step): Promise<void> {
    if ("open" in step) {
      expect(this.#memory.lastEventId ?? null).toBe(step.open);
    } else if ("event" in step) {
      const event = { ...step.event, data: JSON.stringify(step.event.data) };
      expect(this.#memory.take(event)).toBe(step.doubt !== true);
    } else if ("head" in step) {
      expect(this.#memory.takeHead(this.#now(), step.head)).toBe(step.doubt !== true);
    } else if ("advance_ms" in step) {
      this.#clock.monotonic += step.clock === "wall" ? 0 : step.advance_ms;
      this.#clock.wall += step.clock === "monotonic" ? 0 : step.advance_ms;
    } else if ("counted" in step) {
      expect(this.#countedSinceLastTime()).toEqual(step.counted);
    } else {
      await this.#ask(step);
    }
  }

  async #ask(step: Extract<Step, { ask: unknown }>): Promise<void> {
    const { key, ...question } = fromWire(step.ask) as Question & { key: string };
    const before = this.#sent.length;
    this.#reply = async () => {
      await this.play(step.while ?? []);
      return step.reply === null ? NOBODY : fromWire(step.reply);
    };
    const verdict = await this.#questions.answer(key, question);
    expect(verdict.code).toBe(step.expect);
    expect(verdict.valid).toBe(step.expect === "allowed");
    expect(this.#sent.length - before).toBe(step.reply === undefined ? 0 : 1);
    if (step.sent_min_epoch !== undefined) {
      expect(this.#sent.at(-1)?.minEpoch ?? 0).toBe(step.sent_min_epoch);
    }
  }

  #countedSinceLastTime(): Record<string, [number, number]> {
    const since: Record<string, [number, number]> = {};
    for (const { keyId, outcome, count, units } of this.#counts.items) {
      const name = `${keyId} ${outcome}`;
      const [countBefore, unitsBefore] = this.#taken.get(name) ?? [0, 0];
      this.#taken.set(name, [count, units]);
      if (count > countBefore) {
        since[name] = [count - countBefore, units - unitsBefore];
      }
    }
    return since;
  }
}

test("there are enough sequences", () => {
  expect(VECTORS.sequences.length).toBeGreaterThanOrEqual(60);
});

test.each(VECTORS.sequences)("$name", async ({ steps }) => {
  await new Player().play(steps);
});
