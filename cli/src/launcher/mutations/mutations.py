"""What Schemathesis does not know about this service: who asks, what there is to ask about, and which answers are in order.

Most generated requests would end at an id that is not there. So two of three requests are valid ones, on things that exist, with a part
of them replaced by what was generated; what a request has destroyed is made anew.
"""

import atexit
import copy
import glob
import itertools
import json
import os
import random
import re
import threading
import time
import urllib.error
import urllib.request
import zlib

import schemathesis

BASE = os.environ["MUTATIONS_URL"]
OPERATOR = os.environ["MUTATIONS_OPERATOR_KEY"]
PLACE = os.environ["MUTATIONS_PLACE"]
COUNTED = os.path.join(PLACE, "counts", f"{os.getpid()}.json")
# the link that the service has printed works once: it is used up after it was looked at
LINK = os.environ["MUTATIONS_LINK"]
LOOKED_AT = os.path.join(PLACE, "link-looked-at")
LETTER_LIMIT_S = 20

# a mutated min_epoch may lie beyond everything that has happened, and a busy machine may be slow: both are said so, and repeatable
PASSING = {"unavailable", "overloaded", "database_unavailable"}
# what the document says under "default", for every route alike, by status
EVERYWHERE = {}

lock = threading.Lock()
# two processes never make the same name
numbers = itertools.count(1 + os.getpid() * 100_000)
asked = {}


def call(method, path, body=None):
    request = urllib.request.Request(BASE + path, method=method, data=None if body is None else json.dumps(body).encode())
    request.add_header("Authorization", "Bearer " + OPERATOR)
    request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        refused.msg = refused.read().decode()
        raise


# what organizations are on that say nothing of it, before anybody has replaced it
PLAN = call("GET", "/v1/plans/custom")


def restore_plan():
    call("PUT", "/v1/plans/custom", {part: PLAN[part] for part in ("title", "rank", "key_types", "slots")})


def new_key(organization):
    body = {"type": "team", "name": "Deploy bot", "organization": organization, "scopes": ["sessions:write"]}
    return call("POST", "/v1/keys", body)


TRIES = 5


class World:
    """An organization with one of everything, under the names that the examples of the document use, numbered."""

    # what goes with it
    DEPENDENT = {
        "organizations": (
            *("departments", "empty_departments", "teams", "members"),
            *("keys", "resources", "webhooks", "deliveries", "invitations"),
        ),
        "departments": ("empty_departments", "teams"),
        "users": ("members",),
        "webhooks": ("deliveries",),
    }

    def __init__(self):
        self.lock = threading.Lock()
        self.names = {}
        self.things = {}

    def id(self, kind):
        with self.lock:
            for _ in range(TRIES):
                try:
                    return self._id(kind)
                except urllib.error.HTTPError:
                    # another request has found a part of it by its id, and destroyed it, or has narrowed the plan that all of them are
                    # on, and may do so again
                    self.things.clear()
                    restore_plan()
            return self._id(kind)

    def _id(self, kind):
        if kind not in self.things:
            self.things[kind] = getattr(self, "make_" + kind)()
        return self.things[kind]

    def gone(self, kind):
        with self.lock:
            for lost in (kind, *self.DEPENDENT.get(kind, ())):
                self.things.pop(lost, None)

    # the names in the examples
    NAMED = {"organizations": "acme", "departments": "eng", "teams": "web", "users": "4711"}

    def external(self, example):
        self.names[example] = f"{example}-{next(numbers)}"
        return "ext:" + self.names[example]

    def make_organizations(self):
        return call("PUT", "/v1/organizations/" + self.external("acme"), {"name": "Acme Corp"})["id"]

    def make_departments(self):
        unit = {"organization": self._id("organizations"), "name": "Engineering"}
        return call("PUT", "/v1/departments/" + self.external("eng"), unit)["id"]

    def make_empty_departments(self):
        return call("POST", "/v1/departments", {"organization": self._id("organizations"), "name": "Research"})["id"]

    def make_teams(self):
        department = self._id("departments")
        unit = {"organization": self._id("organizations"), "name": "Web", "department": department}
        return call("PUT", "/v1/teams/" + self.external("web"), unit)["id"]

    def make_users(self):
        return call("PUT", "/v1/users/" + self.external("4711"), {"name": "Ada"})["id"]

    def make_members(self):
        member = {"organization": self._id("organizations"), "user": self._id("users"), "roles": [{"role": "developer"}]}
        return call("POST", "/v1/members", member)["id"]

    def make_scopes(self):
        return call("POST", "/v1/scopes", {"name": f"reports:export{next(numbers)}", "title": "Export"})["name"]

    def make_keys(self):
        made = new_key(self._id("organizations"))
        self.secret = made["secret"]
        return made["id"]

    def make_plans(self):
        plan = {"id": f"plan{next(numbers)}", "title": "Business", "key_types": {"team": {}}}
        return call("POST", "/v1/plans", plan)["id"]

    def make_resources(self):
        number = str(next(numbers))
        call("PUT", "/v1/resources/project/" + number, {"organization": self._id("organizations")})
        return number

    def make_webhooks(self):
        hook = {"organization": self._id("organizations"), "url": "https://hooks.invalid/", "events": ["key.revoked"]}
        return call("POST", "/v1/webhooks", hook)["id"]

    def make_deliveries(self):
        return call("POST", f"/v1/webhooks/{self._id('webhooks')}/test")["id"]

    def make_invitations(self):
        self.guest = f"guest{next(numbers)}@example.com"
        invitation = {"organization": self._id("organizations"), "email": self.guest}
        return call("POST", "/v1/invitations", invitation)["id"]

    def token(self):
        """Of an invitation, from its letter."""
        self.id("invitations")
        limit = time.monotonic() + LETTER_LIMIT_S
        while time.monotonic() < limit:
            for letter in sorted(glob.glob(os.path.join(PLACE, "letters", "*.txt")), key=os.path.getmtime, reverse=True):
                with open(letter, encoding="utf-8") as file:
                    text = file.read()
                if self.guest in text:
                    return re.search(r"/invitations/(\S+)", text)[1]
            threading.Event().wait(0.1)
        return "none"

    def removed_user(self):
        user = call("POST", "/v1/users", {"name": "Ada"})["id"]
        call("DELETE", "/v1/users/" + user)
        return user

    def here(self, value):
        """An example of the document, about this world."""
        for kind in ("teams", "members", "keys"):
            self.id(kind)
        return self._here(value)

    def _here(self, value):
        if isinstance(value, dict):
            return {name: self._here(part) for name, part in value.items()}
        if isinstance(value, list):
            return [self._here(part) for part in value]
        if not isinstance(value, str):
            return value
        if value.startswith("ext:") and value[4:] in self.names:
            return "ext:" + self.names[value[4:]]
        return {
            "shl_live_sk_…": self.secret,
            "key_3Fq0AbCdEfGh": self.things["keys"],
            "reports:export": f"reports:export{next(numbers)}",
            "2030-01-31T09:00:00Z": time.strftime("%Y-%m-%dT%H:00:00Z", time.gmtime()),
        }.get(value, value)


KINDS = {name[5:] for name in vars(World) if name.startswith("make_")}

world = World()


def kind_of(case):
    kind = (case.path.split("/") + ["", ""])[2]
    return kind if kind in KINDS else None


def variables(case, chance):
    """Of the path, by what is there."""
    if case.path == "/welcome/{token}":
        return {"token": LINK} if case.method == "GET" or os.path.exists(LOOKED_AT) else {}
    if case.path == "/invitations/{token}":
        # a letter a time
        return {"token": world.token()} if chance.random() < 0.2 else {}
    if case.path == "/v1/users/{id}/erase":
        return {"id": world.removed_user()}
    if case.path == "/v1/departments/{id}" and case.method == "DELETE":
        return {"id": world.id("empty_departments")}
    if case.path.startswith("/v1/resources/{type}"):
        return {"type": "project", "id": world.id("resources")}
    if kind_of(case) is None:
        return {}
    live = dict.fromkeys(case.path_parameters, world.id(kind_of(case)))
    if case.method == "PUT" and case.path == f"/v1/{kind_of(case)}/{{id}}" and kind_of(case) in World.NAMED:
        # only the names that others have given can be put
        return {"id": "ext:" + world.names[World.NAMED[kind_of(case)]]}
    return {**live, "delivery": world.id("deliveries")} if "delivery" in live else live


def link_code():
    """Of a link that nobody has opened yet."""
    owner = {"organization": world.id("organizations")}
    return call("POST", "/v1/embed-sessions", {"owner": owner, "link": True})["link"].split("#")[1]


def operator_id():
    return "key_" + OPERATOR.split("_")[3][:12]


EXAMPLES = {}
# operations that take the organization as a parameter
OF_ORGANIZATIONS = set()


def mutated(valid, generated, chance):
    """The valid body with one or two fields as generated, one left out, or one that there is not."""
    if not isinstance(generated, dict) or not generated:
        return generated if chance.random() < 0.3 else valid
    body = copy.deepcopy(valid)
    for name in chance.sample(sorted(generated), min(len(generated), chance.choice((0, 1, 1, 2)))):
        body[name] = generated[name]
    if body and chance.random() < 0.1:
        del body[chance.choice(sorted(body))]
    return body


def takes_organization(document, *holders):
    parameters = itertools.chain.from_iterable(holder.get("parameters", ()) for holder in holders)
    named = document["components"]["parameters"]
    resolved = (named[each["$ref"].rsplit("/", 1)[1]] if "$ref" in each else each for each in parameters)
    return any(each["name"] == "organization" for each in resolved)


@schemathesis.hook
def after_load_schema(context, schema):
    document = schema.raw_schema
    for status, code in re.findall(r"(\d{3}) `(\w+)`", document["components"]["responses"]["Problem"]["description"]):
        EVERYWHERE.setdefault(int(status), set()).add(code)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method != "parameters" and takes_organization(document, operations, operation):
                OF_ORGANIZATIONS.add((method, path))
            if "requestBody" in operation:
                media_type, content = next(iter(operation["requestBody"]["content"].items()))
                named = content["schema"]["$ref"].rsplit("/", 1)[1]
                EXAMPLES[method, path] = media_type, document["components"]["schemas"][named].get("examples", [])


@schemathesis.hook
def before_call(context, case, kwargs):
    chance = random.Random(zlib.crc32(repr((case.method, case.path, case.path_parameters, case.body)).encode()))
    headers = case.headers
    if case.path == "/v1/keys/revoke-self":
        headers["Authorization"] = "Bearer " + new_key(world.id("organizations"))["secret"]
    elif chance.random() < 0.95:
        headers["Authorization"] = "Bearer " + OPERATOR
    if headers.get("Authorization", "").endswith(OPERATOR) and chance.random() < 0.95:
        headers.pop("X-API-Key", None)
    if case.path == "/v1/embed-sessions/redeem" and isinstance(case.body, dict) and chance.random() < 0.2:
        case.body["code"] = link_code()
    if case.path_parameters:
        # the credential of all these requests must not be lost
        mine = operator_id() in str(case.path_parameters)
        if mine or chance.random() < 0.75:
            case.path_parameters.update(variables(case, chance))
    if (case.operation.method.lower(), case.path) in OF_ORGANIZATIONS and chance.random() < 0.5:
        case.query = {**(case.query or {}), "organization": world.id("organizations")}
    if case.path == "/v1/forward-auth":
        headers["X-Shearline-Verifier-Key"] = OPERATOR
        headers["Authorization"] = "Bearer " + world.here("shl_live_sk_…")
    media_type, examples = EXAMPLES.get((case.operation.method.lower(), case.path), (None, None))
    if examples and chance.random() < 0.67:
        case.body = mutated(world.here(chance.choice(examples)), case.body, chance)
        case.media_type = media_type


@schemathesis.hook
def after_call(context, case, response):
    if case.method == "DELETE" or case.path.rsplit("/", 1)[1] in ("revoke", "rotate", "disable", "suspend"):
        if kind_of(case) and response.status_code < 300:
            world.gone(kind_of(case))
    if case.path == "/oauth/revoke":
        world.gone("keys")
    if case.path == "/invitations/{token}" and case.method == "POST":
        world.gone("invitations")
    if case.path == "/welcome/{token}" and response.status_code == 200:
        open(LOOKED_AT, "w", encoding="utf-8").close()
    operation = case.operation.method.upper() + " " + case.path
    if case.method.upper() != case.operation.method.upper():
        operation = "other methods"
    with lock:
        answers = asked.setdefault(operation, {})
        answers[response.status_code] = answers.get(response.status_code, 0) + 1


@atexit.register
def write_counts():
    with open(COUNTED, "w", encoding="utf-8") as file:
        json.dump(asked, file)


@schemathesis.check
def no_error_of_ours(context, response, case):
    if response.status_code >= 500:
        is_problem = response.headers.get("content-type", [""])[0].startswith("application/problem+json")
        code = response.json().get("code") if is_problem else None
        assert response.status_code == 503 and code in PASSING, f"{response.status_code} {code}"
        assert "retry-after" in response.headers, "503 without Retry-After"


@schemathesis.check
def answer_is_named(context, response, case):
    named = case.operation.definition.raw.get("responses", {})
    if case.method.lower() == case.operation.method.lower() and str(response.status_code) not in named:
        code = response.json().get("code")
        assert code in EVERYWHERE.get(response.status_code, ()), f"{response.status_code} {code} is not in the document"
