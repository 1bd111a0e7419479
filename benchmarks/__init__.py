"""Benchmarks: how long the rules, the validation and the questions take, and how much memory.

``python -m benchmarks`` runs all of them and writes the tables of ``docs/benchmarks.md``; ``python -m benchmarks.rules``,
``.validation`` and ``.competency`` run one. Each thing measured has a process of its own, so that the peak of its memory is its
own; figures are medians. Bounds are asserted here and in no test: exit code 1 says that one was missed.
"""
