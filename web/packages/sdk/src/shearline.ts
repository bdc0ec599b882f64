import { ApiKey, ApiKeyRef } from "./api-key.ts";
import {
  Department,
  type DepartmentReference,
  type KeyQuery,
  listKeys,
  Organization,
  type OrganizationReference,
  Team,
  type TeamReference,
  User,
  type UserReference,
} from "./owners.ts";
import type { Pages } from "./pages.ts";
import { type CallOptions, drawIdempotencyKey, type ShearlineOptions, Transport } from "./transport.ts";
import { type Question, unansweredOr, type Verdict } from "./verdict.ts";

const EPHEMERAL = /^[a-z][a-z0-9]{1,9}_(live|test)_et_/;

/**
 * A Shearline service.
 *
 * ```ts
 * const shearline = new Shearline({ url: "https://keys.example.com", key: process.env.SHEARLINE_KEY });
 * const key = await shearline.user("ext:42").createApiKey({ description: "Laptop" });
 * ```
 */
export class Shearline {
  readonly #transport: Transport;

  constructor(options: ShearlineOptions) {
    this.#transport = new Transport(options);
  }

  /** A person in the organization that is theirs alone; in a company, `organization(…).user(…)`. */
  user(user: UserReference): User {
    return new User(this.#transport, user);
  }

  /** A team by its id; by yours, `organization(…).team("ext:web")` says of which organization. */
  team(team: TeamReference): Team {
    return new Team(this.#transport, team);
  }

  /** A department by its id; by yours, `organization(…).department("ext:eng")` says of which organization. */
  department(department: DepartmentReference): Department {
    return new Department(this.#transport, department);
  }

  organization(organization: OrganizationReference): Organization {
    return new Organization(this.#transport, organization);
  }

  /** A key by its id, without asking for it: `apiKey("key_3Fq0AbCdEfGh").revoke()`. */
  apiKey(id: string): ApiKeyRef {
    return new ApiKeyRef(this.#transport, id);
  }

  /** All keys that the caller may see. */
  listApiKeys(query: KeyQuery = {}, options?: CallOptions): Pages<ApiKey> {
    return listKeys(this.#transport, query, options);
  }

  /** The key with which this client calls. */
  async self(options?: CallOptions): Promise<ApiKey> {
    return new ApiKey(this.#transport, await this.#transport.call("get", "/v1/keys/self", { ...options }));
  }

  /**
   * May this key do this? Never throws because Shearline is away: then `valid` is false and `code` says so. No question is
   * counted twice: one that may have been received is not asked again, but for that about an ephemeral key, which is
   * spent once all the same.
   */
  async verify(key: string, question: Question = {}, options?: CallOptions): Promise<Verdict> {
    const body = asked(key, question);
    try {
      return (await this.#transport.call("post", "/v1/keys/verify", {
        ...options,
        body,
        onlyIfNotReceived: body.useId === undefined,
      })) as Verdict;
    } catch (thrown) {
      return unansweredOr(thrown);
    }
  }

  /** Up to 100 questions at once, answered in their order. */
  async verifyAll(
    questions: readonly (Question & { key: string })[],
    options?: CallOptions,
  ): Promise<Verdict[]> {
    const items = questions.map(({ key, ...question }) => asked(key, question));
    try {
      const answer = await this.#transport.call("post", "/v1/keys/verify-batch", {
        ...options,
        body: { items },
        onlyIfNotReceived: items.some(({ useId }) => useId === undefined),
      });
      return answer.items as Verdict[];
    } catch (thrown) {
      const unanswered = unansweredOr(thrown);
      return questions.map(() => unanswered);
    }
  }
}

function asked(key: string, question: Question): Question & { key: string } {
  const useId = question.useId ?? (EPHEMERAL.test(key) ? drawIdempotencyKey() : undefined);
  return { ...question, key, useId };
}
