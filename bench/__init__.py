"""Benchmarks: each module has `run(sizes) -> list[dict]`; `python -m bench.run` shows the figures."""
