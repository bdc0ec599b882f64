/** Names a call that makes a secret, so that made again it makes nothing new. */
export function drawIdempotencyKey(): string {
  const numbers = crypto.getRandomValues(new Uint32Array(4));
  return Array.from(numbers, (number) => number.toString(36).padStart(7, "0")).join("");
}
