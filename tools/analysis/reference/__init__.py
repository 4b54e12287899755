"""Methods written plainly, layer by layer, for tools/analysis/benchmark_*.py to compare with; nothing else uses them."""
