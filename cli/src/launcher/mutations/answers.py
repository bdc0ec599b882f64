"""Says how the service has answered, and fails when it was asked too little: answers.py DIRECTORY AT_LEAST."""

import collections
import json
import pathlib
import sys

answers = collections.Counter()
for counted in pathlib.Path(sys.argv[1]).iterdir():
    answers.update(json.loads(counted.read_text(encoding="utf-8")))
print(f"  {answers.total()} requests: " + ", ".join(f"{count} × {status}" for status, count in sorted(answers.items())))
sys.exit(answers.total() < int(sys.argv[2]))
