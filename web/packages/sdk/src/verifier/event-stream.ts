export interface ServerEvent {
  readonly name: string;
  readonly id: string;
  readonly data: string;
}

const EVENT_SIZE_MAX = 1024 * 1024;

/** Server-sent events, as they come. Throws where a line or an event is larger than any that is meant. */
export async function* eventsOf(
  stream: ReadableStream<Uint8Array>,
  onBytes: () => void,
): AsyncGenerator<ServerEvent, void, undefined> {
  const lines = new Lines();
  const reader = stream.getReader();
  let fields = new Map<string, string>();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      onBytes();
      for (const line of lines.take(value)) {
        if (line !== "") {
          read(line, fields);
        } else if (fields.has("data")) {
          yield eventOf(fields);
          fields = new Map();
        } else {
          fields = new Map();
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

class Lines {
  readonly #decoder = new TextDecoder();
  #rest = "";

  take(bytes: Uint8Array): string[] {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > EVENT_SIZE_MAX) {
      throw new RangeError("a line of the stream of changes is too long");
    }
    return lines;
  }
}

function read(line: string, fields: Map<string, string>): void {
  const colon = line.indexOf(":");
  const name = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
  const before = fields.get(name);
  const whole = name === "data" && before !== undefined ? `${before}\n${value}` : value;
  if (whole.length > EVENT_SIZE_MAX) {
    throw new RangeError("an event of the stream of changes is too long");
  }
  fields.set(name, whole);
}

function eventOf(fields: Map<string, string>): ServerEvent {
  return {
    name: fields.get("event") ?? "message",
    id: fields.get("id") ?? "",
    data: fields.get("data") ?? "",
  };
}
