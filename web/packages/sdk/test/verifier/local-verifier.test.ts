import type { ServerResponse } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { LocalVerifier, type LocalVerifierOptions } from "../../src/index.ts";
import { FakeService, json, KEY, problem, type Seen } from "../fake-service.ts";

interface Position {
  epoch: number;
  tag: string;
}

function at(epoch: number): Position {
  return { epoch, tag: epoch.toString(16).padStart(16, "0") };
}

function idOf({ epoch, tag }: Position): string {
  return `${String(epoch)}-${tag}`;
}

/** A service with a stream of changes, of which the test says what comes. */
class Instance {
  head = at(10);
  verdict: object = {
    valid: true,
    code: "allowed",
    key_id: "key_1",
    depends_on: ["key_1", "org_1"],
    cacheable: true,
    ...at(10),
  };
  refusesStreams = false;
  readonly questions: Seen[] = [];
  readonly reports: Seen[] = [];
  readonly streams: { seen: Seen; response: ServerResponse }[] = [];
  readonly #waiting: (() => void)[] = [];
  #isHolding = false;
  #service: FakeService | undefined;

  static async start(): Promise<Instance> {
    const instance = new Instance();
    instance.#service = await FakeService.start((response, seen) => {
      instance.#answer(response, seen);
    });
    return instance;
  }

  verifier(options?: Partial<LocalVerifierOptions>): LocalVerifier {
    const url = this.#service?.url ?? "";
    const verifier = new LocalVerifier({ url, key: KEY, retries: 0, ...options });
    onTestFinished(() => verifier.close());
    return verifier;
  }

  async freshVerifier(options?: Partial<LocalVerifierOptions>): Promise<LocalVerifier> {
    const verifier = this.verifier(options);
    await expect.poll(() => verifier.state.isFresh).toBe(true);
    return verifier;
  }

  send(name: string, position: Position, more: object = {}): void {
    const data = JSON.stringify({ ...position, ...more });
    this.streams.at(-1)?.response.write(`event: ${name}\nid: ${idOf(position)}\ndata: ${data}\n\n`);
  }

  /** From now on questions wait until `letGo`. */
  hold(): void {
    this.#isHolding = true;
  }

  letGo(): void {
    this.#isHolding = false;
    this.#waiting.splice(0).forEach((answer) => {
      answer();
    });
  }

  #answer(response: ServerResponse, seen: Seen): void {
    switch (seen.path) {
      case "/v1/changes":
        this.#open(response, seen);
        break;
      case "/v1/changes/head":
        json(this.head)(response, seen);
        break;
      case "/v1/usage-reports":
        this.reports.push(seen);
        json({ closed: false })(response, seen);
        break;
      default:
        this.questions.push(seen);
        this.#whenLetGo(() => {
          json(this.verdict)(response, seen);
        });
    }
  }

  #open(response: ServerResponse, seen: Seen): void {
    if (this.refusesStreams) {
      problem(503, "unavailable", { retry_after_ms: 1 })(response, seen);
      return;
    }
    response.writeHead(200, { "Content-Type": "text/event-stream" }).write(": open\n\n");
    this.streams.push({ seen, response });
    const after = seen.headers["last-event-id"];
    this.send("heartbeat", this.head, after === undefined ? {} : { after });
  }

  #whenLetGo(answer: () => void): void {
    if (this.#isHolding) {
      this.#waiting.push(answer);
    } else {
      answer();
    }
  }
}

test("what is known is not asked again, until it changes", async () => {
  const instance = await Instance.start();
  const verifier = await instance.freshVerifier();
  expect(await verifier.verify("a key")).toMatchObject({ valid: true, keyId: "key_1" });
  expect(await verifier.verify("a key")).toMatchObject({ valid: true, keyId: "key_1" });
  expect(instance.questions).toHaveLength(1);
  expect(instance.questions[0]?.body).toEqual({ key: "a key", min_epoch: 10 });

  instance.verdict = { ...instance.verdict, valid: false, code: "revoked", ...at(11) };
  instance.send("change", at(11), { ids: ["key_1"], after: idOf(at(10)) });

  await expect.poll(async () => (await verifier.verify("a key")).code).toBe("revoked");
  expect(verifier.state).toMatchObject({ isConnected: true, asked: 2, unanswered: 0, remembered: 1 });
});

test("a stream that ends is come back to where it was", async () => {
  const instance = await Instance.start();
  const verifier = await instance.freshVerifier();
  await verifier.verify("a key");
  instance.streams[0]?.response.end();
  await expect.poll(() => instance.streams.length).toBe(2);
  expect(instance.streams[1]?.seen.headers["last-event-id"]).toBe(idOf(at(10)));
  await verifier.verify("a key");
  expect(instance.questions).toHaveLength(1);
});

test("a doubt opens the stream from its beginning", async () => {
  const instance = await Instance.start();
  const verifier = await instance.freshVerifier();
  await verifier.verify("a key");
  instance.send("heartbeat", at(13), { after: idOf(at(12)) });
  await expect.poll(() => instance.streams.length).toBe(2);
  expect(instance.streams[1]?.seen.headers["last-event-id"]).toBeUndefined();
  await verifier.verify("a key");
  expect(instance.questions).toHaveLength(2);
  expect(verifier.state.resets).toBe(1);
});

test("a head of another history opens the stream from its beginning", async () => {
  const instance = await Instance.start();
  const verifier = await instance.freshVerifier();
  instance.head = { epoch: 10, tag: "f".repeat(16) };
  await expect.poll(() => verifier.state.resets).toBe(1);
  await expect.poll(() => instance.streams.length).toBe(2);
});

test("memory that nobody proves any more is not relied upon", async () => {
  const instance = await Instance.start();
  const refusing = await instance.freshVerifier({ bound: 1_000, whenStale: "refuse" });
  const asking = await instance.freshVerifier({ bound: 1_000 });
  // the stream speaks, and is behind
  instance.head = at(99);
  await expect.poll(async () => (await refusing.verify("a key")).code).toBe("stale");
  await expect.poll(() => asking.state.isFresh).toBe(false);
  const before = instance.questions.length;
  expect(await asking.verify("a key")).toMatchObject({ valid: true });
  expect(instance.questions.length).toBe(before + 1);
});

test("without a stream each question is asked, and nothing is remembered", async () => {
  const instance = await Instance.start();
  instance.refusesStreams = true;
  const verifier = instance.verifier();
  await verifier.verify("a key");
  await verifier.verify("a key");
  expect(instance.questions).toHaveLength(2);
  expect(instance.questions[0]?.body).toEqual({ key: "a key" });
  expect(verifier.state).toMatchObject({ isConnected: false, isFresh: false, remembered: 0 });
});

test("who asks the same at the same time shares the answer, if it may be remembered", async () => {
  const instance = await Instance.start();
  const verifier = await instance.freshVerifier();
  instance.hold();
  const shared = [
    verifier.verify("a key"),
    verifier.verify("a key"),
    verifier.verify("a key", { useId: "mine" }),
  ];
  await expect.poll(() => instance.questions.length).toBe(2);
  instance.letGo();
  expect((await Promise.all(shared)).map(({ valid }) => valid)).toEqual([true, true, true]);

  instance.verdict = { ...instance.verdict, cacheable: false };
  instance.hold();
  const alone = [verifier.verify("another"), verifier.verify("another"), verifier.verify("another")];
  await expect.poll(() => instance.questions.length).toBe(3);
  instance.letGo();
  await Promise.all(alone);
  expect(instance.questions).toHaveLength(5);

  // it is known now that nobody need wait for anybody
  instance.hold();
  const atOnce = [verifier.verify("another"), verifier.verify("another")];
  await expect.poll(() => instance.questions.length).toBe(7);
  instance.letGo();
  await Promise.all(atOnce);
});

test("what memory has answered is reported when it is closed", async () => {
  const instance = await Instance.start();
  const verifier = await instance.freshVerifier();
  await verifier.verify("a key");
  await verifier.verify("a key", { cost: 25 });
  await verifier.verify("a key", { probe: true });
  await verifier.close();
  expect(instance.reports).toHaveLength(1);
  expect(instance.reports[0]?.body).toMatchObject({
    last: true,
    items: [{ key_id: "key_1", outcome: "allowed", count: 1, units: 25 }],
  });
});
