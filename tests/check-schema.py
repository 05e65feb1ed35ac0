#!/usr/bin/python3
"""Validates every published run against the published schema with python3-jsonschema: a second, independent reader of both."""
import json
import pathlib
import sys

import jsonschema

results = pathlib.Path(__file__).parent.parent / "results"
schema = json.loads((results / "schema" / "run-1.schema.json").read_text())
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
runs = sorted(results.glob("*/*/run.json"))
failed = 0
for run in runs:
    for error in validator.iter_errors(json.loads(run.read_text())):
        failed += 1
        print(f"{run}: {error.json_path}: {error.message[:200]}")
print(f"{len(runs)} runs read by python3-jsonschema, {failed} faults")
sys.exit(1 if failed or not runs else 0)
