#!/usr/bin/python3
"""Reads exports as their consumers do. Usage: read-exports.py csv|benchmark-action|benchmarkdotnet|perfetto FILE... Exit code 1: refused."""
import csv
import json
import pathlib
import sys

ORIGIN = ["machine", "run", "commit", "date", "cell", "key"]


def require(holds, what):
    if not holds:
        print(f"refused: {what}")
        sys.exit(1)


def read_csv(files):
    """Every row has all fields and its origin; the raw rows join the cells by run and cell; a key names one cell of a run."""
    tables = {}
    for file in files:
        with open(file, newline="", encoding="utf-8") as stream:
            rows = list(csv.reader(stream, strict=True))
        require(rows and rows[0][:6] == ORIGIN, f"{file} does not begin with {ORIGIN}")
        require(len(rows) > 1 and all(len(row) == len(rows[0]) for row in rows), f"{file} has rows of other lengths than its heading")
        require(all(row[0] and row[1] and row[3] and row[5] for row in rows[1:]), f"{file} has rows without an origin")
        tables[pathlib.Path(file).name] = rows[1:]
    cells = [(row[0], row[1], row[3], row[4], row[5]) for row in tables.pop("cells.csv")]
    require(len({cell[:4] for cell in cells}) == len(cells), "two rows of cells.csv are one cell")
    require(len({(*cell[:3], cell[4]) for cell in cells}) == len(cells), "two cells of a run have one key")
    for name, rows in tables.items():
        require({(row[0], row[1], row[3], row[4], row[5]) for row in rows} <= set(cells), f"{name} has rows of no cell")


def read_benchmark_action(files):
    """What the action takes: an array that is not empty, entries of name, unit and a value whose ratio exists."""
    for file in files:
        entries = json.loads(pathlib.Path(file).read_text())
        require(isinstance(entries, list) and entries, "no benchmark result was found")
        for entry in entries:
            require(isinstance(entry["name"], str) and isinstance(entry["unit"], str), "an entry without name or unit")
            require(isinstance(entry["value"], (int, float)) and entry["value"] > 0, f"{entry['name']}: no ratio to {entry['value']}")
        require(len({entry["name"] for entry in entries}) == len(entries), "two entries have one name")


def read_benchmarkdotnet(files):
    """ResultsComparer's contract: names are unique, and values are in OriginalValues or, by its version, in the result measurements."""
    for file in files:
        benchmarks = json.loads(pathlib.Path(file).read_text())["Benchmarks"]
        require(benchmarks, "no benchmarks")
        require(len({b["FullName"] for b in benchmarks}) == len(benchmarks), "two benchmarks have one FullName")
        for benchmark in benchmarks:
            statistics = benchmark["Statistics"]
            values = statistics["OriginalValues"]
            measured = [m["Nanoseconds"] / m["Operations"] for m in benchmark["Measurements"] if m["IterationStage"] == "Result"]
            require(isinstance(statistics["N"], int) and len(values) == statistics["N"], f"{benchmark['FullName']}: N is not the number of values")
            require(len(measured) == len(values) and all(abs(a - b) <= 1e-9 * b for a, b in zip(measured, values)),
                    f"{benchmark['FullName']}: measurements and values differ")
            require(min(values) <= statistics["Median"] <= max(values) and min(values) <= statistics["Mean"] <= max(values),
                    f"{benchmark['FullName']}: median or mean outside the values")
            require(all(isinstance(benchmark[name], str) for name in ("DisplayInfo", "Type", "Method", "MethodTitle", "Parameters")),
                    f"{benchmark['FullName']}: a text is missing")


def read_perfetto(files):
    """The schema of the format, then what it cannot say: tracks are named, and the events of one track lie inside or beside each other."""
    import jsonschema
    schema = json.loads((pathlib.Path(__file__).parent / "trace-event.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    for file in files:
        document = json.loads(pathlib.Path(file).read_text())
        fault = next(jsonschema.Draft202012Validator(schema).iter_errors(document), None)
        require(fault is None, fault and f"{fault.json_path}: {fault.message[:200]}")
        events = document["traceEvents"]
        names = {(e["pid"], e["tid"]): e["args"]["name"] for e in events if e["name"] == "thread_name" and e["ph"] == "M"}
        tracks = {}
        for event in events:
            if event["ph"] == "X":
                begin = round(event["ts"] * 1000)
                tracks.setdefault((event["pid"], event["tid"]), []).append((begin, -round(event["dur"] * 1000)))
        require(set(tracks) <= set(names), "a track without a name")
        require(sum(name.startswith("CPU ") for name in names.values()) > 0, "no track of a CPU")
        for track, spans in tracks.items():
            open_ends = []
            for begin, negative in sorted(spans):
                while open_ends and open_ends[-1] <= begin:
                    open_ends.pop()
                require(not open_ends or begin - negative <= open_ends[-1], f"events of {names[track]} overlap at {begin} ns")
                open_ends.append(begin - negative)
        for first, second in (("s", "f"), ("b", "e")):
            require(sorted(e["id"] for e in events if e["ph"] == first) == sorted(e["id"] for e in events if e["ph"] == second),
                    f"events {first} and {second} are no pairs")


READERS = {"csv": read_csv, "benchmark-action": read_benchmark_action, "benchmarkdotnet": read_benchmarkdotnet, "perfetto": read_perfetto}

if __name__ == "__main__":
    try:
        READERS[sys.argv[1]](sys.argv[2:])
    except (KeyError, TypeError, ValueError, AttributeError, csv.Error) as error:
        require(False, repr(error))
