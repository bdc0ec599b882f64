"""Says how the service has answered, and fails when that proves too little: answers.py DIRECTORY AT_LEAST URL."""

import collections
import json
import pathlib
import sys
import urllib.request

# where else it is read
NOT_ASKED = {"GET /v1/changes": "a stream, which does not end: ChangesTest reads it"}
# 503 of what is said so and repeatable: more of them would hide what a service cannot do
UNAVAILABLE_MAX = 1 / 200

directory, at_least, url = sys.argv[1:]
answers = collections.defaultdict(collections.Counter)
for counted in pathlib.Path(directory).glob("*.json"):
    for operation, by_status in json.loads(counted.read_text(encoding="utf-8")).items():
        answers[operation].update(by_status)
with urllib.request.urlopen(url + "/openapi.json", timeout=60) as served:
    document = json.load(served)
methods = ("get", "put", "post", "patch", "delete")
operations = {
    f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item if method in methods
}

total = sum(answers.values(), collections.Counter())
unavailable = total["503"] / max(1, total.total())
fruitless = sorted(
    operation
    for operation in operations - NOT_ASKED.keys()
    if not any(status.startswith("2") for status in answers.get(operation, ()))
)
print(f"  {total.total()} requests: " + ", ".join(f"{count} × {status}" for status, count in sorted(total.items())))
print(f"  {len(operations) - len(NOT_ASKED) - len(fruitless)} of {len(operations)} operations have had a success")
for operation, why in NOT_ASKED.items():
    print(f"  not asked: {operation}, {why}")
for operation in fruitless:
    print(f"  without a success: {operation} ({dict(answers.get(operation, {}))})")
if unavailable > UNAVAILABLE_MAX:
    print(f"  too many 503: {unavailable:.1%}")
sys.exit(bool(total.total() < int(at_least) or fruitless or unavailable > UNAVAILABLE_MAX))
