"""Benchmarks: each module has `run(sizes) -> list[dict]`; `python -m bench.run` prints a table and writes JSON."""
