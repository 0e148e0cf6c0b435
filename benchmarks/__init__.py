"""Everything about speed. ``python -m benchmarks`` measures, prints tables and writes JSON."""
