import { drawIdempotencyKey } from "../transport.ts";
import { ShearlineError } from "../error.ts";
import type { Schemas } from "../types.ts";

type Item = Schemas["UsageReportItem"];
type Report = Schemas["UsageReport"];

interface Source {
  readonly name: string;
  readonly hour: number;
  readonly items: Map<string, Item>;
  isLast: boolean;
}

const HOUR_MS = 3_600_000;
const ITEMS_A_REPORT = 400;
const SOURCES_MAX = 24;
const ITEMS_MAX = 20_000;

/**
 * What was answered from memory, by key, hour and code, until the server has it. Counts of a source only grow, so a report
 * may come twice; each hour has a source of its own.
 */
export class Counts {
  #sources: Source[] = [];
  #lost = 0;

  /** Counts that no report will have: there was no room for more, or the server refuses them for good. */
  get lost(): number {
    return this.#lost;
  }

  add(keyId: string, outcome: Item["outcome"], cost: number, wall: number): void {
    const source = this.#sourceOf(Math.floor(wall / HOUR_MS));
    const name = `${keyId} ${outcome}`;
    const item = source.items.get(name);
    if (item !== undefined) {
      item.count++;
      item.units += cost;
    } else if (source.items.size < ITEMS_MAX) {
      const hour = new Date(source.hour * HOUR_MS).toISOString();
      source.items.set(name, { keyId, hour, outcome, count: 1, units: cost });
    } else {
      this.#lost++;
    }
  }

  /** All that was counted, for whoever wants to look. */
  get items(): readonly Item[] {
    return this.#sources.flatMap(({ items }) => [...items.values()]);
  }

  /** Sends what there is. What is not taken stays, and is sent again with what has come to it. */
  async report(send: (report: Report) => Promise<unknown>, isEnd = false, wall = Date.now()): Promise<void> {
    const newest = this.#sources.at(-1);
    for (const source of [...this.#sources]) {
      source.isLast ||= isEnd || source !== newest || source.hour < Math.floor(wall / HOUR_MS);
      const items = [...source.items.values()].map((item) => ({ ...item }));
      for (let at = 0; at < items.length; at += ITEMS_A_REPORT) {
        const isLastOfAll = source.isLast && at + ITEMS_A_REPORT >= items.length;
        const some = items.slice(at, at + ITEMS_A_REPORT);
        await send({ source: source.name, items: some, last: isLastOfAll }).catch((thrown: unknown) => {
          this.#refused(thrown, source, some);
        });
      }
      if (source.isLast) {
        this.#sources = this.#sources.filter((other) => other !== source);
      }
    }
  }

  /** What is refused for good keeps nothing else waiting; everything else is thrown on. */
  #refused(thrown: unknown, source: Source, items: readonly Item[]): void {
    if (!(thrown instanceof ShearlineError) || (thrown.status !== 400 && thrown.status !== 422)) {
      throw thrown;
    }
    for (const { keyId, outcome, count } of items) {
      this.#lost += count;
      source.items.delete(`${keyId} ${outcome}`);
    }
    // what comes under the same names begins again at nothing, so it needs another source
    source.isLast = true;
  }

  #sourceOf(hour: number): Source {
    const newest = this.#sources.at(-1);
    if (newest?.hour === hour && !newest.isLast) {
      return newest;
    }
    const source = { name: drawIdempotencyKey(), hour, items: new Map<string, Item>(), isLast: false };
    this.#sources.push(source);
    if (this.#sources.length > SOURCES_MAX) {
      const [oldest] = this.#sources.splice(0, 1);
      this.#lost += [...(oldest?.items.values() ?? [])].reduce((sum, { count }) => sum + count, 0);
    }
    return source;
  }
}
