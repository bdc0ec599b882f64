// better-auth with its API key plugin, as its documentation sets it up, behind one route of Node's own HTTP server:
//   node server.mjs SQLITE-FILE-OR-POSTGRES-URL on|off KEYS BODIES-FILE
import { createServer } from "node:http";
import { writeFileSync } from "node:fs";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { apiKey } from "@better-auth/api-key";
import Database from "better-sqlite3";
import pg from "pg";

const [where, limited, keys, bodies] = process.argv.slice(2);
const postgres = where.startsWith("postgres://");

/** Faster than as it comes: otherwise each use of a key waits for the disk. */
function sqlite() {
  const database = new Database(where);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = NORMAL");
  return database;
}

const options = {
  baseURL: "http://127.0.0.1",
  secret: "not a secret: it signs nothing here, and is long enough",
  database: postgres ? new pg.Pool({ connectionString: where, max: 10 }) : sqlite(),
  emailAndPassword: { enabled: true },
  plugins: [
    apiKey({
      rateLimit: { enabled: limited === "on", timeWindow: 1000, maxRequests: 1000000 },
      enableMetadata: false,
    }),
  ],
};
const { runMigrations } = await getMigrations(options);
await runMigrations();
const auth = betterAuth(options);
const user = await auth.api.signUpEmail({
  body: { name: "Bench", email: `bench-${Date.now()}@example.com`, password: "a-password-of-the-benchmark" },
});
const questions = [];
for (let i = 0; i < Number(keys); i++) {
  const made = await auth.api.createApiKey({
    body: { userId: user.user.id, name: `key ${i}`, permissions: { resources: ["read"] } },
  });
  questions.push(JSON.stringify({ key: made.key, permissions: { resources: ["read"] } }));
}
writeFileSync(bodies, questions.join("\n") + "\n", { mode: 0o600 });

const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", async () => {
    try {
      const answer = await auth.api.verifyApiKey({ body: JSON.parse(Buffer.concat(chunks)) });
      const body = JSON.stringify({ valid: answer.valid, error: answer.error, keyId: answer.key?.id });
      response.writeHead(answer.valid ? 200 : 403, { "content-type": "application/json" });
      response.end(body);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
});
server.listen(0, "127.0.0.1", () => console.log("listening " + server.address().port));
