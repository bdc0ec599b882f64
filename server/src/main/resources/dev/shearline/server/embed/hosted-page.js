// Takes the code out of the address before anything else can read it, exchanges it once, and shows the component.
const state = document.getElementById("state");
const code = location.hash.slice(1);
history.replaceState(null, "", location.pathname);

async function redeem() {
  const answer = await fetch("/v1/embed-sessions/redeem", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ code }),
    credentials: "omit",
    cache: "no-store",
  });
  const body = await answer.json();
  if (!answer.ok) {
    throw new Error(body.detail);
  }
  return body.token;
}

try {
  if (code === "") {
    throw new Error("This address shows your keys when it comes from a link, which works once. Open the link again where you got it.");
  }
  if (customElements.get("shearline-api-keys") === undefined) {
    throw new Error("The screen could not be loaded. Your link has not been used: open it again.");
  }
  const token = await redeem();
  const component = document.createElement("shearline-api-keys");
  component.getToken = async () => token;
  state.replaceWith(component);
} catch (failure) {
  state.textContent = failure.message;
}
